"""Nodes of `synthesis_training`: what the new generator's portraits are worth."""

from __future__ import annotations

import logging
import math
from importlib.metadata import version
from typing import TypedDict, Unpack

import pandas as pd
from PIL import Image

from influencer_style.evaluation.new_faces import NewFaces, score_new_faces
from influencer_style.evaluation.new_faces_gathering import appoint_jury, gather_new_faces
from influencer_style.evaluation.new_faces_scorecard import AboutNewFaces, NewFacesScorecard
from influencer_style.faces.detectors import TITLES, resolved
from influencer_style.faces.store import FaceStore
from influencer_style.metrics.intervals import Bootstrap
from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
from influencer_style.networks.portraits import WAYS
from influencer_style.networks.trained import Decision
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.preprocessing.nodes import open_detector, weights_sha256
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.reusable import reusable
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.reports import new_faces as new_faces_report
from influencer_style.reports.decisions import TrainingDecision
from influencer_style.stylist.generation import default_way
from influencer_style.tracking import current

log = logging.getLogger(__name__)
_LOGGED = ("usable", "one_face", "look_accuracy", "repeats", "diversity", "kid")


class JudgingInputs(TypedDict):
    """The data that new portraits are judged by."""

    faces: list[NewFaces]
    bundle: SynthesisBundle
    crops: FaceStore
    truths: FaceStore
    source: PhotoSource


@reusable(reads={"parameters": ["judging"]})
def draw_new_faces(
    bundle: SynthesisBundle,
    transfer: TransferBundle,
    crops: FaceStore,
    truths: FaceStore,
    parameters: SynthesisParameters,
) -> tuple[list[NewFaces], Image.Image]:
    """Draw new portraits in every look, both ways, to be judged; and a sheet of the first of them."""
    faces = gather_new_faces(bundle, transfer, crops, truths, parameters.judging)
    return faces, new_faces_report.draw_new_faces(faces)


@reusable(reads={"parameters": ["judging"]}, also=lambda _parameters, cropping, *_: weights_sha256(cropping))
def judge_new_faces(
    parameters: SynthesisParameters, cropping: PreprocessingParameters, **inputs: Unpack[JudgingInputs]
) -> tuple[dict[str, object], pd.DataFrame]:
    """Return the scorecard of new portraits, and the same as a table."""
    judging, faces, bundle = parameters.judging, inputs["faces"], inputs["bundle"]
    looks, side = bundle.looks, bundle.generator.config.resolution
    jury = appoint_jury(inputs["crops"], inputs["truths"], looks.names, side, open_detector(cropping), judging.seed)
    about = AboutNewFaces(
        model={
            "fingerprint": bundle.fingerprint,
            "base_sha256": bundle.notes["base_sha256"],
            "encoder_sha256": bundle.encoder.sha256,
            "generator": ", ".join(f"{name} {value}" for name, value in bundle.generator.describe().items()),
            "influencer-style": version("influencer-style"),
        },
        default_ways={name: default_way(looks, name) for name in looks.names},
        resolution=side,
        detector=TITLES[resolved(cropping.detector)],
        identity_judge=jury.identity.name,
        truth_known=any(len(one.others) for one in faces),
        source=inputs["source"].kind,
        **judging.model_dump(),
    )
    bootstrap = Bootstrap(judging.bootstrap_draws, judging.seed)
    found = {one.look: score_new_faces(one, jury, bootstrap) for one in faces}
    scorecard = NewFacesScorecard(about=about, synthesis=found)
    main = {f"{metric}.{way}": scorecard.mean_over_looks(way, metric) for metric in _LOGGED for way in WAYS}
    current.log_metrics({name: value for name, value in main.items() if not math.isnan(value)})
    log.info(new_faces_report.finding(scorecard))
    return scorecard.model_dump(), scorecard.rows()


@reusable()
def report_new_faces(
    faces: list[NewFaces], scorecard: dict[str, object], bundle: SynthesisBundle, decision: Decision
) -> str:
    """Write the report of new portraits: one HTML page that opens without a network."""
    card, kept = NewFacesScorecard.model_validate(scorecard), TrainingDecision.model_validate(decision)
    evidence = new_faces_report.NewFacesEvidence(faces, card, bundle.looks, kept, bundle.card)
    return new_faces_report.write_new_faces_report(evidence)
