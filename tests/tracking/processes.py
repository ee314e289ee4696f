"""Kedro in processes that can be waited for, let go and interrupted: forks of one that has imported everything."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import requests
from tiny_project import warm_python

LONGEST_S = 120


def until_killed(started: dict[str, KedroProcess]) -> Iterator[dict[str, KedroProcess]]:
    """Yield processes, and end whatever is left of them: what a fixture does."""
    yield started
    for process in started.values():
        process.kill()


class KedroProcess:
    """`kedro ...` in a process group of its own, as a terminal starts it.

    Args:
        project: where.
        name: of this process, for its log and marks, and the parameter by which its runs are found.
        arguments: what follows `kedro`.
    """

    def __init__(self, project: Path, name: str, *arguments: str) -> None:
        self.project, self.name = project, name
        self.log = project / f"{name}.log"
        self.log.write_text("")
        self._process = warm_python().start(
            ["-m", "kedro", *arguments], project, os.environ | {"COLUMNS": "200"}, (self.log, self.log)
        )

    def wait_for(self, mark: str) -> None:
        """Wait until a node has said that it is at a point."""
        self._until((self.project / f"{self.name}.{mark}").exists)

    def wait_until_it_says(self, words: str) -> None:
        """Wait until its log holds these words."""
        self._until(lambda: words in self.log.read_text())

    def let_go(self) -> None:
        """Let all its nodes go on."""
        (self.project / f"{self.name}.go").touch()

    def send(self, number: int, group: bool = False) -> None:
        """Send a signal to it; or to all its workers too, as a terminal does with Ctrl-C."""
        (os.killpg if group else os.kill)(self._process.pid, number)

    def send_until_it_ends(self, number: int) -> None:
        """Send a signal again and again, as somebody does who has no patience."""
        deadline = time.monotonic() + LONGEST_S
        while self._process.poll() is None and time.monotonic() < deadline:
            self.send(number)
            time.sleep(0.5)

    def result(self) -> int:
        """Wait until it ends, and return its exit status."""
        return self._process.wait(LONGEST_S)

    def kill(self) -> None:
        """End whatever is left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _until(self, reached) -> None:
        deadline = time.monotonic() + LONGEST_S
        while not reached():
            assert self._process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.02)


class KedroServer(KedroProcess):
    """`kedro server start`, on a free port."""

    def __init__(self, project: Path, name: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._url = f"http://127.0.0.1:{port}"
        super().__init__(project, name, "server", "start", "--port", str(port))

    def wait_until_it_serves(self) -> None:
        """Wait until it answers."""
        self._until(self._serves)

    def run(self, pipeline: str, waiting: str, **request) -> dict:
        """Have a pipeline run, and return the answer.

        Args:
            pipeline: which.
            waiting: the parameter by which the run is found.
            request: further parts of the request, such as `runner`.
        """
        body = {"pipeline_names": [pipeline], "params": {"waiting": waiting}} | request
        return requests.post(f"{self._url}/run", json=body, timeout=LONGEST_S).json()

    def _serves(self) -> bool:
        try:
            return requests.get(f"{self._url}/health", timeout=5).ok
        except requests.ConnectionError:
            return False
