"""Nodes of `synthesis_training`."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np
import pandas as pd
from PIL import Image

from influencer_style.evaluation.figures import Bootstrap
from influencer_style.evaluation.new_faces import NewFaces, score_new_faces
from influencer_style.evaluation.new_faces_gathering import appoint_jury, gather_new_faces
from influencer_style.evaluation.new_faces_scorecard import AboutNewFaces, NewFacesScorecard
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.faces.detect import make_detector
from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.pixels import shrink
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.memorisation import LEAST_PHOTOS, marks_of
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.card import write_synthesis_card
from influencer_style.networks.portraits import WAYS
from influencer_style.networks.synthesis import SynthesisGenerator, draw_noise
from influencer_style.networks.synthesis_base import SynthesisBase
from influencer_style.networks.synthesis_bundle import SynthesisBundle
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.consent_gate import permitted, permitted_looks
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.reusable import reusable
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.pipelines.trainings import forget_old_trainings, open_base, rows_of, say_what_changed
from influencer_style.pipelines.watching import SampleStrips, code_of_trainings, told
from influencer_style.project.folder import in_project
from influencer_style.reports import new_faces as new_faces_report
from influencer_style.reports.decisions import TrainingDecision
from influencer_style.reports.training import draw_curves, draw_nobodies
from influencer_style.storage.atomic import write_text
from influencer_style.storage.fingerprint import file_sha256, fingerprint
from influencer_style.stylist.generation import default_way
from influencer_style.tracking import current
from influencer_style.training.synthesis.adaptation import AdaptationTask, adapt_synthesis

log = logging.getLogger(__name__)
_SHOWN = 3  # nobodies in sample strips
_LOGGED = ("usable", "one_face", "look_accuracy", "repeats", "diversity", "kid")


def _detector_weights(_parameters: SynthesisParameters, cropping: PreprocessingParameters, *_inputs: object) -> str:
    file = in_project(cropping.yunet_model)
    return file_sha256(file) if cropping.yunet_model and file.is_file() else ""


def choose_creators(
    crops: FaceStore, looks: LookProfiles, source: PhotoSource
) -> tuple[FaceStore, FaceStore, LookProfiles]:
    """Return whose look may be generated: their crops to compare with, and their looks.

    Before these come the crops to train on: of those among them whose consent covers `train` as well. The others are
    known to the generator by their profile alone.

    Raises:
        NobodyPermitted: when no look may be generated.
    """
    looks = permitted_looks("synthesis_training", looks, source, "generate")
    creators = {name: looks[name].creator for name in looks.names}
    learnt_from = permitted("synthesis_training", creators, source, "train", learnt=looks)
    return crops.without_creators_but(learnt_from), crops.without_creators_but(looks.names), looks


def choose_looks(looks: LookProfiles, trained: dict[str, Any], source: PhotoSource) -> LookProfiles:
    """Return the looks that may still be generated now that the generator is `trained`: minutes have passed.

    Raises:
        NobodyPermitted: when none is left.
    """
    return permitted_looks("registration", looks, source, "generate")


def train_synthesis(
    crops: FaceStore,
    encoder: StyleEncoder,
    looks: LookProfiles,
    work: Path,
    parameters: SynthesisParameters,
    cropping: PreprocessingParameters,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take the base, or adapt it to the creators' photos.

    An adaptation that was interrupted goes on from its checkpoint, in a folder of `work` named by the fingerprint of
    all that it depends on.

    Args:
        crops: of users, and of the creators who are learnt from.
        encoder: of the style codes.
        looks: that may be generated, of those too who are not learnt from.
        work: the folder of all adaptations.
        parameters: of the training.
        cropping: says which detector finds faces.

    Returns:
        `generator`, `history` (list of rows), `samples` (picture), `taught` (whose photos it was trained on),
        `fingerprint`, `data_sha256`, `base_sha256`, `kept`; and which generator was kept, and why.

    Raises:
        BaseError: when there is no base where `synthesis.base` says, or it was made with another encoder.
    """
    current.shows({*looks.names, *crops.creators})
    base = open_base(SynthesisBase, parameters.base, encoder)
    asked = looks.names if parameters.adapt else []
    photos = {name: rows_of(crops, slug=name, split="train") for name in asked}
    # Of a single photo nothing would tell a repetition; it is not trained on.
    photos = {name: rows for name, rows in photos.items() if len(rows) >= LEAST_PHOTOS}
    data_sha256 = fingerprint(sorted(p for rows in photos.values() for p in rows["photo_id"]), crops.fingerprint)
    parts = {
        "photos": data_sha256,
        "looks": fingerprint(looks.names, [looks.code(name).numpy() for name in looks.names]),
        "encoder": encoder.sha256,
        "base": base.sha256,
        "parameters": fingerprint(parameters.model_dump(exclude={"judging"}), parameters.device),
        "code": code_of_trainings(),
    }
    made_from = fingerprint(parts)
    folder = work / made_from[:16]
    if say_what_changed(parts, folder):
        current.say_reused()
    noise = draw_noise(_SHOWN, 0, base.config.noise)
    codes = {name: looks.code(name) for name in looks.names}
    if photos:
        settings, resolution = parameters.settings, base.config.resolution
        users = crops.pixels(rows_of(crops, role="user", split="train"))
        real = CreatorPhotos(users, {name: crops.pixels(rows) for name, rows in photos.items()}, looks, resolution)
        unseen = {name: _pixels(crops, name, "validation", resolution) for name in photos}
        strips = SampleStrips(folder / "samples")

        def show(step: int, generator: SynthesisGenerator) -> None:
            strips.keep(step, draw_nobodies(generator, noise, codes, step))

        with told(settings.steps, "Adapting") as watch:
            task = AdaptationTask(settings, encoder, real, base.generator, parameters.device)
            done = adapt_synthesis(task, folder, unseen, _detector(cropping), replace(watch, samples=show))
        found = {"generator": done.generator, "history": done.history, "samples": strips.stacked()}
        decision = done.decision
    else:
        samples = draw_nobodies(base.generator, noise, codes, int(base.history[-1]["step"]))
        found = {"generator": base.generator, "history": base.history, "samples": samples}
        why = "there are no photos to train on" if parameters.adapt else "synthesis.adapt is off"
        decision = {"kept": "base", "why": why}
    taught = sorted(photos) if decision["kept"] != "base" else []
    write_text(folder / "inputs.json", json.dumps(parts, indent=2))
    forget_old_trainings(folder)
    log.info("The generator kept: %s (%s)", decision["kept"], decision["why"])
    hashes = {"fingerprint": made_from, "data_sha256": data_sha256, "base_sha256": base.sha256}
    return found | hashes | {"taught": taught, "kept": decision["kept"]}, decision


@reusable(reads={"cropping": ["margin"]})
def pack_synthesis(
    trained: dict[str, Any],
    crops: FaceStore,
    encoder: StyleEncoder,
    looks: LookProfiles,
    cropping: PreprocessingParameters,
    parameters: SynthesisParameters,
) -> tuple[SynthesisBundle, pd.DataFrame, Image.Image, Image.Image]:
    """Put the generator into a model folder with encoder, looks and card; draw curves and samples.

    Looks whose photos it was trained on get marks of these photos, by which portraits that repeat one are told.

    Returns:
        The bundle (saving it registers it), the history, the curves and the samples.
    """
    side = trained["generator"].config.resolution
    unseen = ("validation", "test")
    marks = {
        name: marks_of(
            _pixels(crops, name, "train", side), np.concatenate([_pixels(crops, name, split, side) for split in unseen])
        )
        for name in trained["taught"]
        if name in looks.names
    }
    offered = looks.with_marks(marks)
    history = pd.DataFrame(trained["history"])
    consents = [dict(offered[name].consent) for name in offered.names]
    made_from = fingerprint(trained["fingerprint"], cropping.margin, json.dumps(consents, sort_keys=True, default=str))
    hashes = trained["fingerprint"], trained["data_sha256"], trained["base_sha256"]
    card = write_synthesis_card(offered, encoder, trained["kept"], parameters.settings.seed, *hashes, history)
    notes = {
        "reference": looks.reference_note,
        "steps": str(int(history["step"].max())),
        "base_sha256": trained["base_sha256"],
        "kept": trained["kept"],
        "taught": ", ".join(trained["taught"]),
    }
    bundle = SynthesisBundle(
        trained["generator"], encoder, offered, cropping.margin, made_from, trained["data_sha256"], card, notes
    )
    return bundle, history, draw_curves(history), trained["samples"]


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


class JudgingInputs(TypedDict):
    """The data that new portraits are judged by."""

    faces: list[NewFaces]
    bundle: SynthesisBundle
    crops: FaceStore
    truths: FaceStore
    source: PhotoSource


@reusable(reads={"parameters": ["judging"]}, also=_detector_weights)
def judge_new_faces(
    parameters: SynthesisParameters, cropping: PreprocessingParameters, **inputs: Unpack[JudgingInputs]
) -> tuple[dict[str, object], pd.DataFrame]:
    """Return the scorecard of new portraits, and the same as a table."""
    judging, faces, bundle = parameters.judging, inputs["faces"], inputs["bundle"]
    looks, side = bundle.looks, bundle.generator.config.resolution
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
        detector={"lbp": "the LBP cascade", "yunet": "YuNet"}[cropping.detector],
        truth_known=any(len(one.others) for one in faces),
        source=inputs["source"].kind,
        **judging.model_dump(),
    )
    jury = appoint_jury(inputs["crops"], inputs["truths"], looks.names, side, _detector(cropping), judging.seed)
    bootstrap = Bootstrap(judging.bootstrap_draws, judging.seed)
    found = {one.look: score_new_faces(one, jury, bootstrap) for one in faces}
    scorecard = NewFacesScorecard(about=about, synthesis=found)
    main = {f"{metric}.{way}": scorecard.mean_over_looks(way, metric) for metric in _LOGGED for way in WAYS}
    current.log_metrics({name: value for name, value in main.items() if value == value})
    log.info(new_faces_report.finding(scorecard))
    return scorecard.model_dump(), scorecard.rows()


@reusable()
def report_new_faces(
    faces: list[NewFaces], scorecard: dict[str, object], bundle: SynthesisBundle, decision: dict[str, object]
) -> str:
    """Write the report of new portraits: one HTML page that opens without a network."""
    card, kept = NewFacesScorecard.model_validate(scorecard), TrainingDecision.model_validate(decision)
    evidence = new_faces_report.NewFacesEvidence(faces, card, bundle.looks, kept, bundle.card)
    return new_faces_report.write_new_faces_report(evidence)


def _pixels(crops: FaceStore, look: str, split: str, size: int) -> np.ndarray:
    return shrink(crops.pixels(rows_of(crops, slug=look, split=split)), size)


def _detector(cropping: PreprocessingParameters) -> Any:
    return make_detector(cropping.detector, in_project(cropping.yunet_model) if cropping.yunet_model else None)
