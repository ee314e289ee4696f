"""Whether what is expected of a look, before anybody sees results, is what comes.

    python -m benchmarks.expectation [FOLDER] [--nobodies dev] [--teachers 10] [--record]

Real portraits (or nobodies') are graded by photographic looks, as in `real_photos`: photos of some people teach a look,
others are the population, and what the base makes of a third group is compared with the truth. `evaluation.expectation`
says from the population alone what share of the change would be lost. One rotation of three for each look.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from benchmarks.destination import Destination, add_destination
from benchmarks.further_grades import FURTHER
from benchmarks.machine import ran_on
from benchmarks.nobodies import face_crops
from benchmarks.photographic_grades import GRADES
from benchmarks.real_photos.photos import find_portraits
from benchmarks.real_photos.splits import Split, rotate
from influencer_style.evaluation.expectation import Expectation, expect
from influencer_style.looks.encoder import StyleEncoder, load_encoder
from influencer_style.looks.pixels import shrink, to_tensor
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import SetStatistics, describe
from influencer_style.networks.base import TransferBase
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training.transfer.trials import differences, restyled

_LOOKS = GRADES | FURTHER
_SIZE, _ROTATIONS = 64, 3
_WHAT = "share of a look's change that is lost (mean CIEDE2000 at 64 px over doing nothing's): expected, and measured"


def main() -> None:
    """Expect, measure, compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("INFLUENCER_STYLE_PHOTOS"))
    parser.add_argument("--nobodies", choices=("dev", "sfhq"), default="")
    parser.add_argument("--same-person", nargs="+", action="append", default=[])
    parser.add_argument("--teachers", type=int, default=10)
    parser.add_argument("--people", type=int, default=0, help="the most portraits that are used; 0 is all")
    add_destination(parser)
    options = parser.parse_args()
    if options.nobodies:
        crops = face_crops(options.nobodies, 256)
        people = np.arange(len(crops))
    else:
        found = find_portraits(Path(options.folder), "lbp", "", 256, ["edge"], options.same_person)
        crops, people = found.crops, found.people
    some = slice(0, options.people or None)
    crops, people = crops[some], people[some]
    generator, encoder = TransferBase.load().generator, load_encoder()
    rows = []
    for number, look in enumerate(tqdm(_LOOKS, desc="Expecting and measuring", unit="look")):
        splits = rotate(people, [look], _ROTATIONS, 1, options.teachers)
        split = next(split for split in splits if split.rotation == number % _ROTATIONS)
        rows.append({"look": look} | _compared(generator, encoder, crops, split))
    apart = np.array([row["expected"]["mean"] - row["measured"] for row in rows])
    means = {name: float(np.mean(values)) for name, values in _columns(rows).items()}
    record = {
        "what": _WHAT, "ran_on": ran_on(), "people": len(np.unique(people)), "teachers": options.teachers,
        "mean": means | {"apart": float(np.abs(apart).mean())}, "looks": rows,
    }  # fmt: skip
    for row in rows:
        expected = row["expected"]
        print(
            f"{row['look']:18} expected {expected['mean']:.2f} ({expected['low']:.2f} to {expected['high']:.2f})",
            end="",
        )
        print(f"  measured {row['measured']:.2f}  changes {row['change']:.1f} of {row['truth']:.1f}  {row['notice']}")
    print({name: round(value, 3) for name, value in record["mean"].items()})
    name = "_".join(filter(None, ("expectation", options.nobodies, f"{options.teachers}")))
    Destination.of(options).keep(name, record)


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[float]]:
    return {"expected": [row["expected"]["mean"] for row in rows], "measured": [row["measured"] for row in rows]}


def _compared(generator: TransferGenerator, encoder: StyleEncoder, crops: np.ndarray, split: Split) -> dict[str, Any]:
    grade = _LOOKS[split.look]
    inputs = shrink(crops[split.test], _SIZE)
    truth, teachers = (
        shrink(np.stack([grade(crop) for crop in crops[rows]]), _SIZE) for rows in (split.test, split.teachers)
    )
    with torch.no_grad():
        photos, population = (
            SetStatistics.of(*describe(encoder, to_tensor(pictures)))
            for pictures in (teachers, shrink(crops[split.population], _SIZE))
        )
    looks = LookProfiles(population, [LookProfile(split.look, "", photos)], encoder.sha256, encoder.groups)
    people, wanted = to_tensor(inputs), to_tensor(truth)
    results = restyled(generator, people, looks.code(split.look))
    own, nothing = (differences(pictures, wanted) for pictures in (results, people))
    expected: Expectation = expect(generator, encoder, looks, crops[split.population])[0][split.look]
    if expected.lost is None:
        raise SystemExit(expected.sentence)
    return {
        "expected": expected.lost.as_dict(), "measured": own / nothing, "change": expected.change, "truth": nothing,
        "notice": expected.notice,
    }  # fmt: skip


if __name__ == "__main__":
    main()
