"""Nodes of `synthesis_training`: what the new generator's portraits are worth."""

from __future__ import annotations

import logging
import math
from importlib.metadata import version

import pandas as pd
from PIL import Image

from influencer_style.evaluation.new_faces import NewFaces, score_new_faces
from influencer_style.evaluation.new_faces_gathering import appoint_jury, gather_new_faces
from influencer_style.evaluation.new_faces_scorecard import mean_over_looks, new_faces_rows, new_faces_scorecard
from influencer_style.faces.store import FaceStore
from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
from influencer_style.networks.portraits import WAYS
from influencer_style.networks.trained import Decision
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.reusable import reusable
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.pipelines.synthesis_training.way import detector_of
from influencer_style.project.folder import in_project
from influencer_style.reports import new_faces as new_faces_report
from influencer_style.storage.fingerprint import file_sha256
from influencer_style.stylist.generation import default_way
from influencer_style.tracking import current

log = logging.getLogger(__name__)
_LOGGED = ("usable", "one_face", "look_accuracy", "repeats", "diversity", "kid")


def _detector_weights(*inputs: object) -> str:
    """Return the SHA-256 of the detector's weights; the last input says which."""
    file = in_project(getattr(inputs[-1], "yunet_model", ""))
    return file_sha256(file) if file.is_file() else ""


@reusable(reads={"parameters": ["judging"]})
def draw_new_faces(
    bundle: SynthesisBundle,
    transfer: TransferBundle,
    crops: FaceStore,
    truths: FaceStore,
    parameters: SynthesisParameters,
) -> tuple[list[NewFaces], Image.Image]:
    """Draw new portraits in every look, both ways, to be judged; and a sheet of the first of them."""
    faces = gather_new_faces(bundle, transfer, crops, truths, parameters.judging.drawing)
    return faces, new_faces_report.draw_new_faces(faces)


@reusable(reads={"parameters": ["judging"]}, also=_detector_weights)
def judge_new_faces(  # noqa: PLR0913, PLR0917 (a dataset each)
    faces: list[NewFaces],
    bundle: SynthesisBundle,
    crops: FaceStore,
    truths: FaceStore,
    source: PhotoSource,
    parameters: SynthesisParameters,
    cropping: PreprocessingParameters,
) -> tuple[dict[str, object], pd.DataFrame]:
    """Return the scorecard of new portraits, and the same as a table."""
    judging, side = parameters.judging, bundle.generator.config.resolution
    jury = appoint_jury(crops, truths, bundle.looks.names, side, detector_of(cropping), judging.seed)
    about = {
        "model": {
            "fingerprint": bundle.fingerprint,
            "base_sha256": bundle.notes["base_sha256"],
            "encoder_sha256": bundle.encoder.sha256,
            "generator": ", ".join(f"{name} {value}" for name, value in bundle.generator.describe().items()),
            "influencer-style": version("influencer-style"),
        },
        "default_ways": {name: default_way(bundle.looks, name) for name in bundle.looks.names},
        "resolution": side,
        "detector": {"lbp": "the LBP cascade", "yunet": "YuNet"}[cropping.detector],
        "truth_known": any(len(one.others) for one in faces),
        "source": source.kind,
    }
    found = {one.look: score_new_faces(one, jury, judging.bootstrap_draws, judging.seed) for one in faces}
    scorecard = new_faces_scorecard(found, about | judging.model_dump())
    main = {f"{metric}.{way}": mean_over_looks(scorecard, way, metric) for metric in _LOGGED for way in WAYS}
    current.log_metrics({name: value for name, value in main.items() if not math.isnan(value)})
    log.info(new_faces_report.finding(scorecard))
    return scorecard, new_faces_rows(scorecard)


@reusable()
def report_new_faces(
    faces: list[NewFaces], scorecard: dict[str, object], bundle: SynthesisBundle, decision: Decision
) -> str:
    """Write the report of new portraits: one HTML page that opens without a network."""
    evidence = new_faces_report.NewFacesEvidence(faces, scorecard, bundle.looks, decision, bundle.card)
    return new_faces_report.write_new_faces_report(evidence)
