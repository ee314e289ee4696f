"""What the pipelines that train have in common: crops, bases, and folders in which trainings go on."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TypeVar

import pandas as pd

from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.style_code import code_width
from influencer_style.networks.base import Base, BaseError
from influencer_style.project.folder import in_project
from influencer_style.storage.atomic import remove, remove_leftovers

log = logging.getLogger(__name__)
_KEPT_TRAININGS = 3
Kind = TypeVar("Kind", bound=Base)


def load_base(kind: type[Kind], folder: str) -> Kind:
    """Return the base in a folder that a parameter names; where it is empty, the one that comes with the project.

    Raises:
        BaseError: when there is none.
    """
    return kind.load(in_project(folder)) if folder else kind.load()


def open_base(kind: type[Kind], folder: str, encoder: StyleEncoder, other: str = "") -> Kind:
    """Return the base as `load_base` does, if it understands an encoder's style codes.

    Args:
        kind: of the base.
        folder: as a parameter names it.
        encoder: whose style codes it must understand.
        other: a parameter by which no base is needed; empty where there is no such way.

    Raises:
        BaseError: when there is none, or it was taught with other style codes.
    """
    base = load_base(kind, folder)
    if base.encoder_sha256 != encoder.sha256:
        remedy = f", or {other}" if other else ""
        raise BaseError(
            f"the base understands style codes of encoder {base.encoder_sha256[:12]}, and features.encoder "
            f"({encoder.name}) is {encoder.sha256[:12]}; set features.encoder: small_vgg{remedy}"
        )
    if base.generator.config.code != code_width(encoder):
        raise BaseError(
            "the base was taught by another release, whose style codes differ; make one: kedro run --pipeline "
            f"{kind.PIPELINE}, or leave {kind.PARAMETER} empty for the one that comes with the project"
        )
    return base


def rows_of(crops: FaceStore, **wanted: str) -> pd.DataFrame:
    """Return the kept crops with these values in these columns, in the order of their photos."""
    rows = crops.kept
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return rows.sort_values("photo_id")


def say_what_changed(parts: dict[str, str], folder: Path) -> bool:
    """Log why something is trained anew, or that it is not, by what the latest training was made from.

    Returns:
        whether it was trained already.
    """
    if (folder / "inputs.json").exists():
        log.info("Nothing that training depends on has changed; the generator trained before is kept (%s)", folder)
        return True
    if any(folder.glob("*.pt")):
        return False  # the trainer says where it goes on
    earlier = sorted(folder.parent.glob("*/inputs.json"), key=lambda path: path.stat().st_mtime)
    if not earlier:
        log.info("Training from scratch: nothing was trained here before")
        return False
    last = json.loads(earlier[-1].read_text())
    changed = [name for name, value in parts.items() if last.get(name) != value]
    log.info("Training anew, because of a change in: %s", ", ".join(changed))
    return False


def forget_old_trainings(latest: Path) -> None:
    """Remove the folders of all trainings but the latest three."""
    latest.touch()
    remove_leftovers(latest.parent)
    trainings = [path for path in latest.parent.iterdir() if path.is_dir()]
    trainings.sort(key=lambda path: path.stat().st_mtime)
    for old in trainings[:-_KEPT_TRAININGS]:
        remove(old)
