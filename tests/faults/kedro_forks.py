"""`kedro run --env test`, each time in a forked process group of its own: what takes long, the imports, is done once.

Reads a request a line, as JSON: `project`, `log`, and `last`, the write before which the group kills itself (0: none).
Answers with two lines: the process, and how it ended.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
from every_write import on_writes
from warm_server import IMPORTED


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is imported may print
    for name in IMPORTED:
        importlib.import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        if not (child := os.fork()):
            run(**request)
        print(child, file=answers, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)


def run(project: str, log: str, last: int) -> None:
    """Be `kedro run --env test` in a project."""
    os.setsid()
    os.chdir(project)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream, opened in ((0, os.open(os.devnull, os.O_RDONLY)), (1, written), (2, written)):
        os.dup2(opened, stream)
    watch_writes(project, f"{log}.writes", last)
    sys.argv = ["kedro", "run", "--env", "test"]
    from kedro.framework.cli.cli import main as kedro

    kedro()  # ends by SystemExit


def watch_writes(project: str, told: str, last: int) -> None:
    """Write down each change of a file in the project, and when, just before it is made; kill the group at `last`."""
    start, count, file = time.monotonic(), 0, os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def heard(event: str, path: str) -> None:
        nonlocal count
        count += 1
        os.write(file, f"{time.monotonic() - start:.3f} {event} {path}\n".encode())
        if count == last:
            os.killpg(0, signal.SIGKILL)

    on_writes(Path(project), heard)


if __name__ == "__main__":
    main()
