"""Nodes of `training`."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image
from torch import Tensor

from influencer_style.examples.creators import CreatorPhotos, resize
from influencer_style.faces.detectors import NOTE
from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.base import Base
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.card import write_card
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.consent_gate import permitted, permitted_looks
from influencer_style.pipelines.likenesses import with_likenesses
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.reusable import reusable
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.pipelines.training.ways import Way, with_shape_of
from influencer_style.pipelines.trainings import forget_old_trainings, open_base, rows_of, say_what_changed
from influencer_style.pipelines.watching import code_of_trainings
from influencer_style.reports.training import draw_curves
from influencer_style.storage.atomic import write_text
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.tracking import current
from influencer_style.training.transfer.guard import what_is_missing

log = logging.getLogger(__name__)
_FAIR = "Every creator's look is asked for equally often, however many photos there are"
_SHOWN = 3  # people in sample grids


def choose_creators(crops: FaceStore, looks: LookProfiles, source: PhotoSource) -> tuple[FaceStore, LookProfiles]:
    """Return the crops of those whose consent covers `train` now, and the looks of those whose covers `transfer`.

    Raises:
        NobodyPermitted: when no look is left.
    """
    looks = permitted_looks("training", looks, source)
    creators = {name: looks[name].creator for name in looks.names}
    learnt_from = permitted("training", creators, source, "train", learnt=looks)
    return crops.without_creators_but(learnt_from), looks


def choose_looks(looks: LookProfiles, trained: dict[str, Any], source: PhotoSource) -> LookProfiles:
    """Return the looks whose consent still covers `transfer` now that the generator is `trained`: hours have passed.

    Raises:
        NobodyPermitted: when none is left.
    """
    return permitted_looks("registration", looks, source)


def train(
    crops: FaceStore,
    encoder: StyleEncoder,
    looks: LookProfiles,
    work: Path,
    parameters: TrainingParameters,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take the base, adapt it, or train from nothing; or take what was trained from the same inputs and parameters.

    A training that was interrupted goes on from its checkpoint, in a folder of `work` named by the fingerprint of all
    that it depends on.

    Args:
        crops: of users, and of the creators who are learnt from.
        encoder: of the style codes.
        looks: of all creators, those too who are not learnt from.
        work: the folder of all trainings.
        parameters: of the training.

    Returns:
        `generator`, `history` (list of rows), `samples` (picture), `fingerprint`, `data_sha256`, `base_sha256`, `kept`,
        and `taught`, whose photos are in the weights; and which generator was kept, and why: `kept`, `why`, and where
        there was a choice `compared`.

    Raises:
        ValueError: when no creator may be learnt from.
        BaseError: when there is no base where `training.base` says, or it was made with another encoder.
    """
    users = rows_of(crops, role="user", split="train")
    current.shows({*looks.names, *crops.kept.loc[crops.kept["role"] == "creator", "slug"]})
    creators = {name: rows for name in looks.names if len(rows := rows_of(crops, slug=name, split="train"))}
    if not creators:
        raise ValueError("no creator's consent covers `train` now, so there is nothing to train on; the log says why")
    from_base = parameters.initial == "base"
    base = open_base(Base, parameters.base, encoder, "training.initial: scratch") if from_base else None
    photos = sorted(pd.concat([users, *creators.values()])["photo_id"])
    data_sha256 = fingerprint(photos, crops.fingerprint)
    parts = {
        "photos": data_sha256,
        "looks": fingerprint([looks.code(name).numpy() for name in looks.names]),
        "encoder": encoder.sha256,
        "base": base.sha256 if base else "",
        "parameters": fingerprint(parameters, parameters.device),
        "code": code_of_trainings(),
    }
    made_from = fingerprint(parts)
    folder = work / made_from[:16]
    if say_what_changed(parts, folder):
        current.say_reused()
    settings = parameters.settings
    if base is not None:
        settings = with_shape_of(settings, base.generator.config)
    resolution = settings.stream.resolution
    people = _validation_users(crops, resolution, _SHOWN)
    way = Way(settings, folder, encoder, looks, people, parameters.device)
    hinders = _hinders_adaptation(crops, list(creators)) if parameters.adapt else "training.adapt is off"
    if base is not None and hinders is not None:
        found, decision = way.take(base, hinders)
    else:
        counts = {name: len(rows) for name, rows in creators.items()}
        log.info("Training on creators' photos: %s. %s.", json.dumps(counts), _FAIR)
        pixels = {name: crops.pixels(rows) for name, rows in creators.items()}
        real = CreatorPhotos(crops.pixels(users), pixels, looks, resolution)
        if base is None:
            found, decision = way.train(real)
        else:
            unseen = {name: crops.pixels(rows_of(crops, slug=name, split="validation")) for name in creators}
            found, decision = way.adapt(base, real, _validation_users(crops, resolution), unseen)
        decision["photos"] = counts
    write_text(folder / "inputs.json", json.dumps(parts, indent=2))
    forget_old_trainings(folder)
    log.info("The generator kept: %s (%s)", decision["kept"], decision["why"])
    current.log_metrics(
        {
            f"{name}.{measure}": told["mean"]
            for name, compared in decision.get("compared", {}).items()
            for measure, told in compared.items()
            if measure != "objections" and told is not None
        }
    )
    hashes = {"fingerprint": made_from, "data_sha256": data_sha256, "base_sha256": parts["base"]}
    taught = sorted(creators) if decision["kept"] != "base" else []
    return found | hashes | {"taught": taught, "kept": decision["kept"]}, decision


@reusable(reads={"cropping": ["margin", "detector"]})
def pack_generator(
    trained: dict[str, Any],
    encoder: StyleEncoder,
    looks: LookProfiles,
    crops: FaceStore,
    parameters: TrainingParameters,
    cropping: PreprocessingParameters,
) -> tuple[TransferBundle, pd.DataFrame, Image.Image, Image.Image]:
    """Put the generator into a model folder with encoder, looks and card; draw curves and samples.

    The looks get what the likeness guard compares results with, see `metrics.likeness`.

    Returns:
        The bundle (saving it registers it), the history, the curves and the samples.
    """
    history = pd.DataFrame(trained["history"])
    consents = [dict(looks[name].consent) for name in looks.names]
    made_from = fingerprint(trained["fingerprint"], cropping.margin, json.dumps(consents, sort_keys=True, default=str))
    hashes = trained["fingerprint"], trained["data_sha256"], trained["base_sha256"]
    card = write_card(looks, encoder, trained["kept"], parameters.settings.seed, *hashes, history)
    bundle = TransferBundle(
        trained["generator"],
        encoder,
        looks,
        cropping.margin,
        made_from,
        trained["data_sha256"],
        card,
        {
            "reference": looks.reference_note,
            "steps": str(int(history["step"].max())),
            "base_sha256": trained["base_sha256"],
            "kept": trained["kept"],
            "taught": ", ".join(trained["taught"]),
            NOTE: cropping.detector,
        },
    )
    return with_likenesses(bundle, crops), history, draw_curves(history), trained["samples"]


def _hinders_adaptation(crops: FaceStore, creators: list[str]) -> str | None:
    """Return why an adaptation could not be judged, and so need not begin; None where it can be."""
    people = len(rows_of(crops, role="user", split="validation"))
    missing = what_is_missing(people, {name: len(rows_of(crops, slug=name, split="validation")) for name in creators})
    if missing is not None:
        log.warning(
            "The base is not adapted: %s. A tenth of a creator's photos and a fifth of users validate.", missing
        )
    return missing


def _validation_users(crops: FaceStore, resolution: int, most: int | None = None) -> Tensor:
    """Users of the validation split, (n, 3, resolution, resolution) in [0, 1]: all, or the first `most`."""
    rows = rows_of(crops, role="user", split="validation")[:most]
    return resize(crops.pixels(rows), resolution).float().div(255)
