"""How long a command line takes that needs no model: processor seconds, the least of several runs.

    .venv/bin/python -m benchmarks.start_up [--runs 5] [--record]

Prints the figures, and keeps them in build/benchmarks, or with --record in benchmarks/results.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys

from benchmarks.destination import Destination, add_destination
from benchmarks.machine import ran_on

COMMANDS = {
    "nothing (Python alone)": (),
    "--help": ("--help",),
    "looks": ("looks",),
    "a wrong look": ("stylize", "README.md", "--look", "nobody", "--out", "restyled"),
    "a wrong strength": ("stylize", "README.md", "--look", "nobody", "--strength", "2", "--out", "restyled"),
    "a missing photo": ("stylize", "nowhere.jpg", "--look", "nobody", "--out", "restyled"),
    "trace of a missing file": ("trace", "nowhere.jpg"),
}


def processor_seconds(arguments: tuple[str, ...], runs: int) -> float:
    """Return the least processor seconds of `runs` processes, user and system together."""
    program = [sys.executable, "-m", "influencer_style.commands.main"] if arguments else [sys.executable, "-c", "pass"]
    found = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*program, *arguments], capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def main() -> None:
    """Measure, print, and write the result where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="of each command (default: %(default)s)")
    add_destination(parser)
    options = parser.parse_args()
    seconds = {name: round(processor_seconds(arguments, options.runs), 2) for name, arguments in COMMANDS.items()}
    for name, least in seconds.items():
        print(f"{least:6.2f} s  {name}")
    Destination.of(options).keep("start_up", {"ran_on": ran_on(), "processor_seconds": seconds})


if __name__ == "__main__":
    main()
