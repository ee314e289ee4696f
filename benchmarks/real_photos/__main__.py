"""The command line: `python -m benchmarks.real_photos FOLDER [--model FOLDER] [--record] [--sheet FILE]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.destination import Destination, add_destination
from benchmarks.further_grades import FURTHER
from benchmarks.machine import ran_on
from benchmarks.nobodies import VARIABLE, face_crops
from benchmarks.photographic_grades import GRADES, Grade
from benchmarks.real_photos.methods import generator_methods
from benchmarks.real_photos.photos import PhotosError, Portraits, find_portraits
from benchmarks.real_photos.scoring import Plan, score
from benchmarks.real_photos.sheet import draw_sheet
from benchmarks.real_photos.sizes import score_sizes, table_of_sizes
from benchmarks.real_photos.table import largest_change, tables
from influencer_style.looks.pixels import shrink
from influencer_style.metrics.baselines import METHODS
from influencer_style.networks.bundle import BundleError, TransferBundle

_PROJECT = Path(__file__).resolve().parents[2]
_WHAT = (
    "real portraits graded by photographic looks, each learnt from graded photos of other people; "
    "mean CIEDE2000 and SSIM to the truth; ratio is delta_e over doing nothing's; 95% bootstrap intervals over people"
)
_CLOSE, _SHEET_PEOPLE = 0.05, 6
_LOOKS: dict[str, tuple[dict[str, Grade], str]] = {"first": (GRADES, ""), "further": (FURTHER, "further")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 0, 1 when ratios differ from those of `--compare`, or 2 for what cannot be done."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (PhotosError, BundleError, OSError, ValueError) as error:
        print(f"real_photos: {error}", file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    if not options.folder and not options.nobodies:
        raise PhotosError("name a folder of portraits, or set INFLUENCER_STYLE_PHOTOS to one")
    if options.sheet and options.sheet.resolve().is_relative_to(_PROJECT):
        raise PhotosError(f"--sheet {options.sheet} lies in the project, and real people do not; choose another place")
    before = json.loads(options.compare.read_text(encoding="utf-8")) if options.compare else None
    bundle = TransferBundle.load(options.model) if options.model else None
    start = time.monotonic()
    portraits = _portraits(options, bundle)
    plan = Plan(
        options.size, options.rotations, options.repeats, options.teachers, options.seed, options.draws,
        options.population,
    )  # fmt: skip
    models = generator_methods(bundle) if bundle else {}
    grades, suffix = _LOOKS[options.looks]
    name = "_".join(filter(None, ("real_photos", options.nobodies, suffix)))
    if options.sizes:
        judged = {name: method for name, method in models.items() if name == "generator"}
        rows = score_sizes(portraits.crops, portraits.people, plan, judged, grades)
        facts = {"what": _WHAT, "ran_on": ran_on(), "people": len(np.unique(portraits.people)), "sizes": rows}
        print(table_of_sizes(rows))
        Destination.of(options).keep(f"{name}_sizes", facts | {"model": bundle.fingerprint if bundle else None})
        return 0
    scores = score(portraits.crops, portraits.people, plan, METHODS, models, grades)
    record: dict[str, Any] = {
        "what": _WHAT,
        "ran_on": ran_on(),
        "detector": None if options.nobodies else options.detector,
        "crop_size": options.crop_size,
        "plan": asdict(plan),
        "model": bundle.fingerprint if bundle else None,
        "photos": len(portraits.crops),
        "people": len(np.unique(portraits.people)),
        "left_out": portraits.left_out,
        "bands": scores.bands,
        "scores": scores.summary(plan.draws),
        "seconds": round(time.monotonic() - start),
    }
    print(tables(record))
    for band, names in record["bands"].items():
        if len(names) < 3:
            print(f"Only {len(names)} looks are {band} on these photos: too few to say much of that band")
    Destination.of(options).keep(name, record)
    if options.sheet:
        some = portraits.crops[:: max(1, len(portraits.crops) // _SHEET_PEOPLE)][:_SHEET_PEOPLE]
        graded = {"input": some} | {look: np.stack([grade(crop) for crop in some]) for look, grade in grades.items()}
        draw_sheet(scores, {look: shrink(stack, plan.size) for look, stack in graded.items()}).save(options.sheet)
    if before is None:
        return 0
    change, where = largest_change(record, before, list(METHODS))
    print(f"Against {options.compare.name}, baselines' ratios differ by {change:.3f} at most ({where})")
    return 0 if change <= _CLOSE else 1


def _portraits(options: argparse.Namespace, bundle: TransferBundle | None) -> Portraits:
    if not options.nobodies:
        return find_portraits(
            options.folder,
            options.detector,
            options.yunet_model,
            options.crop_size,
            options.leave_out,
            options.same_person,
            **({"margin": bundle.crop_margin} if bundle else {}),
        )
    if not os.environ.get(VARIABLE):
        raise PhotosError(f"--nobodies needs {VARIABLE}, the folder with {options.nobodies}")
    crops = face_crops(options.nobodies, options.crop_size)
    return Portraits(crops, np.arange(len(crops)), {})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_photos", description=_WHAT)
    add, plan = parser.add_argument, Plan()
    add("folder", nargs="?", type=Path, default=os.environ.get("INFLUENCER_STYLE_PHOTOS"), help="of real portraits")
    add("--model", type=Path, help="a model folder: its generator is judged too")
    add("--nobodies", choices=["dev", "sfhq"], help=f"people of that part of {VARIABLE} instead of a folder's")
    add("--looks", choices=list(_LOOKS), default="first", help="that are learnt: the first 13, or 8 further ones")
    add("--sizes", action="store_true", help="generator and population_mkl at several sizes")
    add("--detector", choices=["lbp", "yunet"], default="lbp")
    add("--yunet-model", default=os.environ.get("INFLUENCER_STYLE_YUNET", ""), help="YuNet's .onnx file")
    add("--leave-out", nargs="*", default=["edge"], help="subfolders that are not looked into")
    add("--same-person", nargs="+", action="append", default=[], help="files that show one person; may be repeated")
    add("--crop-size", type=int, default=256)
    add("--size", type=int, default=plan.size, help="px at which everything is scored")
    add("--rotations", type=int, default=plan.rotations)
    add("--repeats", type=int, default=plan.repeats, help="of all rotations, with other groups")
    add("--teachers", type=int, default=plan.teachers, help="graded photos that teach a look")
    add("--population", type=int, default=plan.population, help="photos of unstyled people; 0 is all that are left")
    add("--seed", type=int, default=plan.seed)
    add("--draws", type=int, default=plan.draws, help="of the bootstrap")
    add_destination(parser)
    add("--sheet", type=Path, help="PNG file for a contact sheet, outside of the project: it shows real people")
    add("--compare", type=Path, help="a former JSON file; baselines' ratios must agree within .05")
    return parser


if __name__ == "__main__":
    sys.exit(main())
