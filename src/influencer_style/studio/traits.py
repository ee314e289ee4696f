"""The visible traits of a sitter, as numbers: what z says, once it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import get_args

import numpy as np

from influencer_style.studio.identity import GARMENTS, SHAPE_FIELDS, STYLES, Glasses
from influencer_style.studio.latent import LAYOUTS, TEXTURES, WIDTH, Sitter, sitter
from influencer_style.studio.look import MATERIALS

_SHARES = (
    "age", "neckline", "hair_volume", "hair_curl", "hair_grey", "hair_fade", "fringe", "beard", "beard_length",
    "freckles", "pattern",
)  # fmt: skip
_COLOURS = ("skin", "eyes", "hair", "clothes", "frame")


def traits_of(who: Sitter) -> np.ndarray:
    """Return what can be seen of a sitter, except the pose, (TRAITS,), each in [0, 1].

    Each kind (of hair, of glasses ...) has a number, 1 for the kind that it is. z itself gives the pose.
    """
    return np.fromiter(_numbers(who), np.float32).clip(0.0, 1.0)


def read_traits(noise: np.ndarray) -> np.ndarray:
    """Return the traits (n, TRAITS) of the sitters of z (n, WIDTH)."""
    return np.stack([traits_of(sitter(z)) for z in noise])


def _numbers(who: Sitter) -> Iterator[float]:
    person, light, room = who.identity, who.light, who.backdrop
    yield from (0.5 + 0.5 * getattr(person, name) for name in (*SHAPE_FIELDS, "parting"))
    yield from (getattr(person, name) for name in _SHARES)
    yield from chain.from_iterable(getattr(person, name) for name in _COLOURS)
    yield from _one_of(person.hair_style, STYLES)
    yield from _one_of(person.glasses, get_args(Glasses))
    yield from _one_of(person.garment, GARMENTS)
    yield from _one_of(person.texture_seed, range(TEXTURES))
    yield from (0.5 + light.key_azimuth / 110.0, float(light.rim_azimuth > 0.0), light.key_elevation / 50.0)
    yield from (light.key / 1.1, light.fill, light.rim, light.ambient)
    yield from (*room.first, *room.second, room.gradient, room.bokeh, room.texture)
    yield from _one_of(room.kind, MATERIALS)
    yield from _one_of(who.seed, range(LAYOUTS))


def _one_of(kind: object, kinds: Iterable[object]) -> Iterator[float]:
    return (float(kind == other) for other in kinds)


TRAITS = len(traits_of(sitter(np.zeros(WIDTH))))
