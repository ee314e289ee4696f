"""Kills a change of files before each of its writes, one after the other. For processes without threads: it forks."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

_CHANGES = {"os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate", "sqlite3.connect"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def on_writes(folder: Path, told: Callable[[str, str], None]) -> None:
    """From now on, tell of each change of a file below a folder just before it is made: what, and of which file."""

    def heard(event: str, arguments: tuple) -> None:
        opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
        if (opens or event in _CHANGES) and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.fsdecode(arguments[0])
            if os.path.abspath(path).startswith(f"{folder}{os.sep}"):
                told(event, path)

    sys.addaudithook(heard)


def kill_at_every_write(
    folder: Path, change: Callable[[], None], before: Callable[[], None], check: Callable[[], None], apart: int = 1
) -> int:
    """Call `before`, `change` and `check` again and again; `change` is killed before its first write, its second, ...

    With `apart` = 3 it is killed before every third write only.

    Returns:
        How many writes `change` makes, rounded up to a multiple of `apart`.
    """
    for kills in count(step=apart):
        before()
        if not (child := os.fork()):
            _change(folder, change, kills)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        check()
        if not status:
            return kills
        assert status == -signal.SIGKILL


def _change(folder: Path, change: Callable[[], None], left: int) -> None:
    """Make so many writes of a change, and be killed before the next; or end well."""

    def told(event: str, path: str) -> None:
        nonlocal left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    on_writes(folder, told)
    change()
    os._exit(0)
