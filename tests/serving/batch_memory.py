"""Restyles a folder in a process of its own and tells its memory: `python batch_memory.py MODEL FOLDER OUT`."""

import sys
from pathlib import Path

from influencer_style import Stylist
from influencer_style.serving.batch import Batch
from influencer_style.serving.gathering import gather
from influencer_style.serving.restyling import Restyling


def main() -> None:
    """Print the resident memory in MiB after each photo."""
    model, folder, out = sys.argv[1:]
    batch = Batch(Stylist.load(model), Restyling("warm"), Path(out))
    batch.run(gather([folder]), lambda outcome: sys.stdout.write(f"{resident():.1f}\n"))


def resident() -> float:
    """Return what this process has in memory now, MiB (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status says nothing of VmRSS")


if __name__ == "__main__":
    main()
