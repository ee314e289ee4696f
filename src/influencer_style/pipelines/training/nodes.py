"""Nodes of `training`."""

from __future__ import annotations

import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image
from torch import Tensor

import influencer_style.adversarial
import influencer_style.looks
import influencer_style.networks
import influencer_style.studio
from influencer_style.adversarial.data import TrainingData, resize
from influencer_style.adversarial.pictures import draw_curves, draw_samples, stack_samples
from influencer_style.adversarial.settings import TrainingSettings
from influencer_style.adversarial.trainer import Watch, train_transfer
from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.base import Base, BaseError
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.card import write_card
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.project import in_project
from influencer_style.storage.atomic import atomic_file, write_text
from influencer_style.storage.fingerprint import fingerprint, source_fingerprint
from influencer_style.studio.pairs import StudioPairs, render_pairs
from influencer_style.tracking import current

log = logging.getLogger(__name__)
_KEPT_TRAININGS = 3


def render_studio_pairs(settings: TrainingSettings, before: tuple[StudioPairs, str] | None) -> tuple[StudioPairs, str]:
    """Render the studio pairs that training learns from, unless the ones at hand were made with the same settings.

    None are rendered for a training that takes the base as it is.

    Returns:
        The pairs, and the fingerprint of what they were made from.
    """
    wanted = settings.pairs.model_dump() | {"size": settings.chosen.resolution}
    if settings.initial == "base":
        return StudioPairs.none(settings.chosen.resolution), ""
    made_from = fingerprint(wanted, source_fingerprint(influencer_style.studio))
    if before is not None and before[1] == made_from:
        log.info("Studio pairs are unchanged")
        return before
    return render_pairs(**wanted, workers=os.cpu_count() or 1), made_from


def train(
    crops: FaceStore,
    encoder: StyleEncoder,
    looks: LookProfiles,
    pairs: tuple[StudioPairs, str],
    work: Path,
    settings: TrainingSettings,
) -> dict[str, Any]:
    """Take the base, or train a generator, or take the one that was trained from the same inputs and parameters.

    A training that was interrupted goes on from its checkpoint, in a folder of `work` named by the fingerprint of all
    that it depends on.

    Returns:
        `generator`, `history` (list of rows), `samples` (picture), `fingerprint`, `data_sha256`, `base_sha256`.

    Raises:
        ValueError: when no creator allows training.
        BaseError: when there is no base where `training.base` says, or it was made with another encoder.
    """
    users = _rows(crops, role="user", split="train")
    allowed = [name for name in looks.names if "train" in looks[name].consent["scope"]]
    creators = {name: _rows(crops, slug=name, split="train") for name in allowed}
    if not creators:
        raise ValueError("no creator's consent has `train` in its scope, so there is nothing to train on")
    base = _base(settings, encoder) if settings.initial == "base" else None
    photos = sorted(pd.concat([users, *creators.values()])["photo_id"])
    data_sha256 = fingerprint(photos, crops.fingerprint)
    parts = {
        "photos": data_sha256,
        "looks": fingerprint([looks.code(name).numpy() for name in looks.names]),
        "encoder": encoder.sha256,
        "base": base.sha256 if base else "",
        "studio pairs": pairs[1],
        "parameters": fingerprint(settings, settings.device),
        "code": source_fingerprint(influencer_style.adversarial, influencer_style.networks, influencer_style.looks),
    }
    made_from = fingerprint(parts)
    kept = {"fingerprint": made_from, "data_sha256": data_sha256, "base_sha256": parts["base"]}
    folder = work / made_from[:16]
    _say_what_changed(parts, folder)
    codes = {name: looks.code(name) for name in looks.names}
    if base is not None:
        resolution = base.generator.config.resolution
        people = _some_people(crops, resolution)
        samples = draw_samples(base.generator, people, codes, int(base.history[-1]["step"]))
        write_text(folder / "inputs.json", json.dumps(parts, indent=2))
        log.info("The base is taken as it is: the creators' photos tell it their looks")
        return {"generator": base.generator, "history": base.history, "samples": samples} | kept

    resolution = settings.chosen.resolution
    data = TrainingData(
        crops.pixels(users),
        {name: crops.pixels(rows) for name, rows in creators.items()},
        looks,
        pairs[0],
        encoder,
        resolution,
    )
    people = _some_people(crops, resolution)

    def keep_samples(step: int, generator: TransferGenerator) -> None:
        picture = draw_samples(generator, people, codes, step)
        path = folder / "samples" / f"step-{step:07d}.png"
        with atomic_file(path) as temporary:
            picture.save(temporary)
        current.log_picture(picture, f"samples/{path.name}")

    watch = Watch(metrics=lambda step, losses: current.log_metrics(losses, step), samples=keep_samples)
    generator, history = train_transfer(data, encoder, settings, folder / "checkpoint.pt", watch)
    write_text(folder / "inputs.json", json.dumps(parts, indent=2))
    _forget_old_trainings(folder)
    strips = [Image.open(path).convert("RGB") for path in sorted((folder / "samples").glob("*.png"))]
    return {"generator": generator, "history": history, "samples": stack_samples(strips)} | kept


def pack_generator(
    trained: dict[str, Any],
    encoder: StyleEncoder,
    looks: LookProfiles,
    settings: TrainingSettings,
    cropping: PreprocessingParameters,
) -> tuple[TransferBundle, pd.DataFrame, Image.Image, Image.Image]:
    """Put the generator into a model folder with encoder, looks and card; draw curves and samples.

    Returns:
        The bundle (saving it registers it), the history, the curves and the samples.
    """
    history = pd.DataFrame(trained["history"])
    consents = [dict(looks[name].consent) for name in looks.names]
    made_from = fingerprint(trained["fingerprint"], cropping.margin, json.dumps(consents, sort_keys=True, default=str))
    hashes = trained["fingerprint"], trained["data_sha256"], trained["base_sha256"]
    card = write_card(looks, encoder, settings.model_dump(), *hashes, history)
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
        },
    )
    return bundle, history, draw_curves(history), trained["samples"]


def _base(settings: TrainingSettings, encoder: StyleEncoder) -> Base:
    base = Base.load(in_project(settings.base)) if settings.base else Base.load()
    if base.encoder_sha256 != encoder.sha256:
        raise BaseError(
            f"the base understands style codes of encoder {base.encoder_sha256[:12]}, and features.encoder "
            f"({encoder.name}) is {encoder.sha256[:12]}; set features.encoder: small_vgg, or training.initial: scratch"
        )
    return base


def _some_people(crops: FaceStore, resolution: int) -> Tensor:
    """Three users of the validation split, (3, 3, resolution, resolution) in [0, 1]."""
    return resize(crops.pixels(_rows(crops, role="user", split="validation").head(3)), resolution).float().div(255)


def _rows(crops: FaceStore, **wanted: str) -> pd.DataFrame:
    rows = crops.kept
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return rows.sort_values("photo_id")


def _say_what_changed(parts: dict[str, str], folder: Path) -> None:
    if (folder / "inputs.json").exists():
        log.info("Nothing that training depends on has changed; the generator trained before is kept (%s)", folder)
        return
    if (folder / "checkpoint.pt").exists():
        return  # the trainer says where it goes on
    earlier = sorted(folder.parent.glob("*/inputs.json"), key=lambda path: path.stat().st_mtime)
    if not earlier:
        log.info("Training from scratch: nothing was trained here before")
        return
    last = json.loads(earlier[-1].read_text())
    changed = [name for name, value in parts.items() if last.get(name) != value]
    log.info("Training anew, because of a change in: %s", ", ".join(changed))


def _forget_old_trainings(latest: Path) -> None:
    latest.touch()
    trainings = [path for path in latest.parent.iterdir() if path.is_dir()]
    trainings.sort(key=lambda path: path.stat().st_mtime)
    for old in trainings[:-_KEPT_TRAININGS]:
        shutil.rmtree(old)
