"""How long a command line takes that needs no model: processor seconds, the least of several runs.

    .venv/bin/python -m benchmarks.start_up [--runs 5] [--record]

Prints the figures; --record also writes benchmarks/results/start_up.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.machine import ran_on
from influencer_style.storage.atomic import write_text

RESULTS = Path(__file__).parent / "results" / "start_up.json"
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
    program = [sys.executable, "-m", "influencer_style.serving.cli"] if arguments else [sys.executable, "-c", "pass"]
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
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} too")
    options = parser.parse_args()
    seconds = {name: round(processor_seconds(arguments, options.runs), 2) for name, arguments in COMMANDS.items()}
    for name, least in seconds.items():
        print(f"{least:6.2f} s  {name}")
    if options.record:
        write_text(RESULTS, json.dumps({"ran_on": ran_on(), "processor_seconds": seconds}, indent=2) + "\n")


if __name__ == "__main__":
    main()
