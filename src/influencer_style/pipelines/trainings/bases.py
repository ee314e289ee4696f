"""Bases: those that parameters of trainings name, and how the nodes of pre-trainings make them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PIL import Image

from influencer_style.examples.shard import forget_shards
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.style_code import code_width
from influencer_style.networks.base import Base, BaseError
from influencer_style.networks.trained import AnyGenerator
from influencer_style.pipelines.trainings.run import Pictures, SampleStrips, code_of_trainings, pictured, watching
from influencer_style.project.folder import in_project
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.training.engine import Watch
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.task import Generator

log = logging.getLogger(__name__)
Kind = TypeVar("Kind", bound=Base[AnyGenerator])
HeldOut = TypeVar("HeldOut")
Show = Callable[[int, Generator, HeldOut], None]


def load_base(kind: type[Kind], folder: str) -> Kind:
    """Return the base in a folder that a parameter names; where it is empty, the one that comes with the project.

    Raises BaseError when there is none.
    """
    return kind.load(in_project(folder)) if folder else kind.load()


def open_base(kind: type[Kind], folder: str, encoder: StyleEncoder, alternative: str = "") -> Kind:
    """Return the base as `load_base` does, if it understands an encoder's style codes.

    `alternative` is a parameter with which no base is needed; empty where there is none. Raises BaseError when there is
    no base, or it was trained with other style codes.
    """
    base = load_base(kind, folder)
    if base.encoder_sha256 != encoder.sha256:
        remedy = f", or {alternative}" if alternative else ""
        raise BaseError(
            f"the base understands style codes of encoder {base.encoder_sha256[:12]}, and features.encoder "
            f"({encoder.name}) is {encoder.sha256[:12]}; set features.encoder: small_vgg{remedy}"
        )
    if base.generator.config.code != code_width(encoder):
        raise BaseError(
            "the base was trained by another release, whose style codes differ; make one: kedro run --pipeline "
            f"{kind.PIPELINE}, or leave {kind.PARAMETER} empty for the one that comes with the project"
        )
    return base


def train_base(
    settings: TrainerSettings,
    work: Path,
    pretrain: Callable[[Path, Watch[Generator], Show[Generator, HeldOut]], Kind],
    draw: Callable[[Generator, HeldOut, int], Image.Image],
    *material: object,
) -> tuple[Kind, *Pictures]:
    """Train a base, in a folder of `work` named by all that it depends on; an interrupted training continues there.

    `pretrain` trains in a folder, watched, and shows held-out examples along the way; `draw` draws a strip of samples
    of the generator with these examples, at a step. `material` is what it learns from besides the studio, as
    `storage.fingerprint` takes it. Returns the base, its history, its curves and the samples.
    """
    folder = work / fingerprint(settings, code_of_trainings(), *material)[:16]
    log.info("Training the base in %s", folder)
    strips = SampleStrips(folder / "samples")

    def show(step: int, generator: Generator, held_out: HeldOut) -> None:
        strips.keep(step, draw(generator, held_out, step))

    watch: Watch[Generator]
    with watching(settings.steps, "Training the base") as watch:
        base = pretrain(folder, watch, show)
    forget_shards(folder)
    return base, *pictured(base.history, strips.stacked())
