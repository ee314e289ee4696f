"""Keeps what a finished `make run` found: the figures, the README's table, and the README's pictures.

    .venv/bin/python -m benchmarks.main_job [--seconds 314] [--record]

Reads data/08_reporting, and prints the table. Figures and pictures go to build/benchmarks; with --record they replace
benchmarks/results/main_job.json and the pictures in docs/pictures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from PIL import Image

from benchmarks.destination import PROJECT, Destination, add_destination
from benchmarks.machine import ran_on
from benchmarks.rounding import rounded
from influencer_style.evaluation.wording import LABELS

REPORTING = PROJECT / "data/08_reporting"
SHOWN = {"contact_sheet": 1100, "look_map": 760, "looks_side_by_side": 900}  # width in pixels
COLUMNS = {
    "colour difference": "delta_e",
    "of skin": "delta_e_skin",
    "of hair": "delta_e_hair",
    "SSIM": "ssim",
    "structure": "structure",
    "identity": "identity",
}


def table(transfer: dict[str, dict[str, dict[str, float]]]) -> str:
    """The README's table: the methods without training from the worst to the best, the generator, the oracle."""
    last = ("generator", "oracle")
    order = sorted((m for m in transfer if m not in last), key=lambda m: -transfer[m]["delta_e"]["mean"])
    lines = [f"| | {' | '.join(COLUMNS)} |", "|---" * (1 + len(COLUMNS)) + "|"]
    for method in (*order, *last):
        name = f"**{LABELS[method]}**" if method == "generator" else LABELS[method]
        digits = [f"{transfer[method][c]['mean']:.{1 if c.startswith('delta') else 2}f}" for c in COLUMNS.values()]
        lines.append(f"| {name} | {' | '.join(digits)} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, help="wall-clock seconds of the `make run`, as `time` tells them")
    add_destination(parser)
    options = parser.parse_args(arguments)
    destination = Destination.of(options)
    scorecard = json.loads((REPORTING / "scorecard.json").read_text(encoding="utf-8"))
    record = {
        "what": "make run on the embedded studio: the scorecard over its test people and looks",
        "ran_on": ran_on(),
        "seconds_of_make_run": options.seconds,
        "about": scorecard["about"],
        "transfer": scorecard["transfer"],
        "paired": scorecard["paired"],
        "delta_e_by_look": {
            look: {method: figures["delta_e"] for method, figures in methods.items() if "delta_e" in figures}
            for look, methods in scorecard["creators"].items()
        },
    }
    destination.keep("main_job", record)
    for name, width in SHOWN.items():
        picture = Image.open(REPORTING / f"{name}.png").convert("RGB")
        picture.thumbnail((width, 8 * width), Image.Resampling.LANCZOS)
        picture.save(destination.picture(f"{name}.jpg"), quality=88)
    print(table(scorecard["transfer"]))
    print(f"Generator less others: {json.dumps({m: f['delta_e'] for m, f in rounded(scorecard['paired']).items()})}")


if __name__ == "__main__":
    main()
