"""Where what a benchmark makes goes: to a folder that git does not track, or with `--record` into the repository."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.rounding import rounded
from influencer_style.storage.atomic import write_text

PROJECT = Path(__file__).parent.parent
RESULTS = PROJECT / "benchmarks/results"
PICTURES = PROJECT / "docs/pictures"


def add_destination(parser: ArgumentParser) -> None:
    """Give a benchmark's command line the options `--out` and `--record`."""
    help_out = "folder for figures and pictures (default: build/benchmarks)"
    parser.add_argument("--out", type=Path, default=PROJECT / "build/benchmarks", help=help_out)
    help_record = "replace the tracked record in benchmarks/results, and what belongs to it, instead"
    parser.add_argument("--record", action="store_true", help=help_record)


@dataclass(frozen=True)
class Destination:
    """The folder that figures and pictures go to; None where they replace the tracked ones."""

    out: Path | None

    @classmethod
    def of(cls, options: Namespace) -> Destination:
        """Return what the options of `add_destination` say."""
        return cls(None if options.record else options.out)

    def figures(self, name: str) -> Path:
        """Return the JSON file of a benchmark."""
        return (self.out or RESULTS) / f"{name}.json"

    def picture(self, name: str) -> Path:
        """Return the file of a picture that the documentation shows; its folder is there."""
        return self._made(self.out or PICTURES) / name

    def weights(self, shipped: str | Path) -> Path:
        """Return where weights go that ship with the project as the file `shipped`; the folder is there."""
        shipped = Path(shipped)
        return self._made(self.out or shipped.parent) / shipped.name

    def keep(self, name: str, record: dict[str, Any]) -> None:
        """Write a benchmark's figures, rounded, and say on standard error where they are."""
        write_text(self.figures(name), json.dumps(rounded(record), indent=1) + "\n")
        print(f"Figures: {self.figures(name)}", file=sys.stderr)

    @staticmethod
    def _made(folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        return folder
