"""Processes of Python that begin with everything imported: each start of Kedro would take ten seconds else."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SERVER = Path(__file__).with_name("warm_server.py")


class WarmPython:
    """Starts processes, each a fork of one that has imported what this project and Kedro need.

    Args:
        folder: Where it imports; Kedro reads the configuration of its log there.
        environment: What it imports with.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._server = subprocess.Popen(
            [sys.executable, str(SERVER)],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self,
        arguments: list[str],
        folder: Path,
        environment: dict[str, str],
        logs: tuple[Path, Path],
        umask: int | None = None,
    ) -> WarmProcess:
        """Start `python ARGUMENTS` in a session of its own; `logs` are its stdout and stderr."""
        if umask is None:
            os.umask(umask := os.umask(0))
        request = {"arguments": arguments, "folder": str(folder), "environment": environment, "umask": umask}
        return WarmProcess(self, self.ask(request | {"stdout": str(logs[0]), "stderr": str(logs[1])}))

    def ask(self, request: dict) -> int | None:
        """Return the server's answer to a request."""
        self._server.stdin.write(f"{json.dumps(request)}\n")
        self._server.stdin.flush()
        return json.loads(self._server.stdout.readline())

    def close(self) -> None:
        """End the server."""
        self._server.stdin.close()
        self._server.wait(60)
        self._server.stdout.close()


class WarmProcess:
    """A process that `WarmPython` has started, with the methods of `subprocess.Popen` that are used here."""

    def __init__(self, python: WarmPython, pid: int) -> None:
        self.pid = pid
        self._python, self._status = python, None

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        if self._status is None:
            self._status = self._python.ask({"poll": self.pid})
        return self._status

    def wait(self, timeout: float = 60) -> int:
        """Wait until it ends, and return its exit status; kill its group when that takes too long."""
        deadline = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > deadline:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired("python", timeout)
            time.sleep(0.02)
        return self._status
