"""Bases, as parameters of trainings name them."""

from __future__ import annotations

from typing import TypeVar

from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.style_code import code_width
from influencer_style.networks.base import Base, BaseError
from influencer_style.networks.trained import AnyGenerator
from influencer_style.project.folder import in_project

Kind = TypeVar("Kind", bound=Base[AnyGenerator])


def load_base(kind: type[Kind], folder: str) -> Kind:
    """Return the base in a folder that a parameter names; where it is empty, the one that comes with the project.

    Raises:
        BaseError: When there is none.
    """
    return kind.load(in_project(folder)) if folder else kind.load()


def open_base(kind: type[Kind], folder: str, encoder: StyleEncoder, alternative: str = "") -> Kind:
    """Return the base as `load_base` does, if it understands an encoder's style codes.

    Args:
        kind: The kind of base.
        folder: The folder, as a parameter names it.
        encoder: The encoder whose style codes the base must understand.
        alternative: A parameter with which no base is needed; empty where there is none.

    Raises:
        BaseError: When there is none, or it was trained with other style codes.
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
