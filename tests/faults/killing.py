"""Runs of tiny projects, and moments at which to kill them."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from tiny_project import environment

KILLED = -signal.SIGKILL
SERVER = Path(__file__).with_name("kedro_forks.py")


@dataclass(frozen=True)
class Moment:
    """When to kill: just before a write, by its number from 1; or some seconds after it began."""

    write: int
    after: float | None = None

    @classmethod
    def draw(cls, rng: random.Random, times: list[float]) -> Moment:
        """Draw any second of a run that made its writes at these times; or, every other time, any of its writes."""
        if rng.random() < 0.5:
            return cls(rng.randint(1, len(times)))
        second = rng.uniform(0, times[-1])
        write = bisect_right(times, second)
        return cls(write, second - times[write - 1] if write else second)


class Forks:
    """`kedro run --env test`, again and again, each in a process group of its own.

    Args:
        folder: for what the latest run says and writes down.
    """

    def __init__(self, folder: Path) -> None:
        self._log, self._writes = folder / "kedro.log", folder / "kedro.log.writes"
        self._server = subprocess.Popen(
            [sys.executable, str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def run(self, project: Path, moment: Moment | None = None) -> int:
        """Run, kill at the moment if one is given, and return the exit status."""
        itself = moment.write if moment and moment.after is None else 0
        request = {"project": str(project), "log": str(self._log), "last": itself}
        self._writes.unlink(missing_ok=True)
        self._server.stdin.write(f"{json.dumps(request)}\n")
        self._server.stdin.flush()
        process = int(self._server.stdout.readline())
        if moment and not itself:
            self._kill(process, moment)
        ended = int(self._server.stdout.readline())
        time.sleep(1)  # what was begun less than a second ago is left alone
        return ended

    @property
    def said(self) -> str:
        """What the latest run said, in one line."""
        return " ".join(self._log.read_text().split())

    @property
    def times(self) -> list[float]:
        """When the latest run wrote: seconds after its start, for each write."""
        return [float(line.split()[0]) for line in self._writes.read_text().splitlines()]

    def close(self) -> None:
        """End the server."""
        self._server.stdin.close()
        self._server.wait(60)

    def _kill(self, process: int, moment: Moment) -> None:
        seen = 0
        while seen < moment.write and _alive(process):
            time.sleep(0.01)
            seen = self._writes.read_bytes().count(b"\n") if self._writes.exists() else 0
        time.sleep(moment.after)
        with contextlib.suppress(ProcessLookupError):  # it was faster
            os.killpg(process, signal.SIGKILL)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
