"""New faces in the demo set's looks: both ways, from the base as it is and adapted, beside the bars to be taken.

    python -m benchmarks.synthesis [--yunet FILE] [--samples 64] [--base FOLDER] [--picture FILE]

Wants a finished `make run`. Faces are looked for by YuNet where its weights
are given (an .onnx file, or the environment variable INFLUENCER_STYLE_YUNET), else by the LBP cascade.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from benchmarks.destination import Destination, add_destination
from benchmarks.machine import ran_on
from benchmarks.rounding import rounded
from influencer_style.evaluation.new_faces import NewFaces, score_new_faces
from influencer_style.evaluation.new_faces_gathering import appoint_jury, gather_new_faces
from influencer_style.evaluation.new_faces_scorecard import AboutNewFaces, NewFacesScorecard, SynthesisJudging
from influencer_style.faces.detect import Detector, make_detector
from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.looks.profile_files import load_looks
from influencer_style.metrics.intervals import Bootstrap, Figures
from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
from influencer_style.networks.portraits import WAYS
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.synthesis_training.nodes import pack_synthesis, train_synthesis
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.reports.new_faces import draw_new_faces
from influencer_style.storage.atomic import atomic_file
from influencer_style.stylist.generation import default_way

ROOT = Path(__file__).parents[1]
# What a way must take in every look: at least, or at most.
LEAST = {"one_face": 0.9, "look_accuracy": 0.9, "diversity": 0.5}
MOST = {"repeats": 0.0, "largest_step": 3.0}
_SHOWN = ("usable", *LEAST, *MOST, "kid", "memorisation", "identity_to_creator")


def missed(figures: Figures) -> list[str]:
    """Return which bars the figures of a look and way miss, in words."""
    low = [name for name, bar in LEAST.items() if figures[name].mean < bar]
    high = [name for name, bar in MOST.items() if figures[name].mean > bar]
    return [f"{name} {figures[name].mean:.2f}" for name in low + high]


def _trained(
    crops: FaceStore,
    encoder: StyleEncoder,
    looks: LookProfiles,
    told: dict[str, Any],
    cropping: PreprocessingParameters,
) -> tuple[SynthesisBundle, dict[str, Any]]:
    parameters, start = SynthesisParameters(**told), time.monotonic()
    with tempfile.TemporaryDirectory() as work:
        trained, decision = train_synthesis(crops, encoder, looks, Path(work), parameters, cropping)
    bundle, *_ = pack_synthesis(trained, encoder, looks, crops, parameters, cropping)
    return bundle, decision | {"seconds": round(time.monotonic() - start)}


def _judged(
    faces: list[NewFaces],
    bundle: SynthesisBundle,
    crops: FaceStore,
    truths: FaceStore,
    detector: Detector,
    judging: SynthesisJudging,
) -> dict[str, Any]:
    jury = appoint_jury(crops, truths, [one.look for one in faces], faces[0].size, detector, judging.seed)
    bootstrap = Bootstrap(judging.bootstrap_draws, judging.seed)
    about = AboutNewFaces(
        model={"fingerprint": bundle.fingerprint},
        default_ways={look: default_way(bundle.looks, look) for look in bundle.looks.names},
        resolution=faces[0].size,
        detector=type(detector).__name__,
        identity_judge=jury.identity.name,
        truth_known=any(len(one.others) for one in faces),
        source="studio",
        **judging.model_dump(),
    )
    found = {one.look: score_new_faces(one, jury, bootstrap) for one in faces}
    scorecard = NewFacesScorecard(about=about, synthesis=found)
    means = {way: {metric: scorecard.mean_over_looks(way, metric) for metric in _SHOWN} for way in WAYS}
    bars = {look: {way: missed(ways[way]) for way in WAYS} for look, ways in scorecard.synthesis.items()}
    return scorecard.model_dump() | {"means": means, "missed": bars, "better_way": scorecard.better_way()}


def main() -> None:
    """Train, draw, judge and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--yunet", default=os.environ.get("INFLUENCER_STYLE_YUNET", ""))
    parser.add_argument(
        "--base", default="", help="a folder with another base than the one that comes with the project"
    )
    parser.add_argument("--picture", type=Path, help="where a sheet of the first portraits goes")
    parser.add_argument("--samples", type=int, default=64, help="of each look and way")
    add_destination(parser)
    asked = parser.parse_args()
    conf = {
        name: yaml.safe_load((ROOT / f"conf/base/parameters_{file}.yml").read_text(encoding="utf-8"))[name]
        for name, file in (("synthesis", "synthesis_training"), ("preprocessing", "preprocessing"))
    }
    yunet = {"detector": "yunet", "yunet_model": asked.yunet} if asked.yunet else {}
    cropping = PreprocessingParameters(**conf["preprocessing"] | yunet)
    detector = make_detector(cropping.detector, cropping.yunet_model or None)
    told = conf["synthesis"] | {"profile": "cpu", "base": asked.base}
    told["judging"] = told["judging"] | {"samples": asked.samples}
    data = ROOT / "data"
    crops, truths = (FaceStore.open(data / f"03_primary/{name}_crops") for name in ("face", "truth"))
    encoder, looks = (
        StyleEncoder.load(data / "04_feature/encoder.safetensors"),
        load_looks(data / "04_feature/look_profiles"),
    )
    transfer = TransferBundle.load(data / "06_models/look_transfer")
    record: dict[str, Any] = {"ran_on": ran_on(), "bars": {"at_least": LEAST, "at_most": MOST}}
    for name, adapt in (("base", False), ("adapted", True)):
        bundle, decision = _trained(crops, encoder, looks, told | {"adapt": adapt}, cropping)
        defaults = {look: default_way(bundle.looks, look) for look in bundle.looks.names}
        if adapt and decision["kept"] == "base":
            print("The guard kept the base: its figures are those above.")
            record[name] = {"decision": decision}
        else:
            judging = SynthesisParameters(**told).judging
            faces = gather_new_faces(bundle, transfer, crops, truths, judging)
            judged = _judged(faces, bundle, crops, truths, detector, judging)
            record[name] = {"decision": decision, "defaults": defaults} | judged
        print(
            name, json.dumps(rounded({"decision": decision, "means": record[name].get("means")}), indent=1), flush=True
        )
        Destination.of(asked).keep("synthesis", record | {"drawing": told["judging"]})
    if asked.picture:
        with atomic_file(asked.picture) as file:
            draw_new_faces(faces).save(file, quality=90)


if __name__ == "__main__":
    main()
