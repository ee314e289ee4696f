"""Shards of studio portraits with known truth: shard k is the same whenever, wherever and however often it is made."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass as checked_dataclass
from torch import Tensor
from torch.nn import functional as F

from influencer_style.examples.grades import (
    apply_grades,
    camera_grades,
    photographic_grades,
    plain_grades,
    random_grades,
)
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.pixels import to_tensor, to_uint8
from influencer_style.looks.set_statistics import SetStatistics, describe
from influencer_style.storage.atomic import atomic_file
from influencer_style.studio.pairs import known_sitting, sitting

_COARSEST = 2  # cells of clutter along a side; each further octave has twice as many
_MOST = 0.45  # deviation of light in the busiest background
_FOLDER = "shards"  # within the folder of a training

CHECKED = ConfigDict(extra="forbid", allow_inf_nan=False)  # of all settings: unknown ones are refused
Seed = Annotated[int, Field(ge=0, lt=2**32)]  # what NumPy, torch and scikit-learn all take
_Count = Annotated[int, Field(ge=1, le=10_000)]
_Looks = Annotated[int, Field(ge=1, le=1000)]


def _power_of_two(number: int) -> int:
    if number.bit_count() != 1:
        raise ValueError("it must be a power of two")
    return number


@checked_dataclass(frozen=True, config=CHECKED)
class StreamSettings:
    """What a shard holds."""

    seed: Seed = 11  # seed of everything that is drawn
    # Side of the portraits in pixels
    resolution: Annotated[int, Field(ge=32, le=1024), AfterValidator(_power_of_two)] = 64
    # Sittings in a shard. In each, `targets` people are photographed unstyled and in each of `looks` looks, and one
    # more person `references` times in each look.
    sittings: _Count = 20
    targets: _Count = 2  # people in a sitting
    looks: _Looks = 4  # looks in a sitting
    references: _Count = 10  # photos that show a look
    grades: _Looks = 3  # number of looks made of each look of a sitting: itself, and itself under random grades
    graded: _Count = 64  # looks of pure colour in a shard, each shown by up to `photos` people of the shard
    photos: _Count = 12  # the most people who show a look of pure colour
    known: bool = False  # whether z and the look alone determine the targets' pictures, see `studio.latent`
    most: Annotated[int, Field(ge=0)] = 0  # number of shards; 0 for no end


@dataclass(frozen=True)
class Shard:
    """Some sittings: S sittings, T targets, L looks, G grades, R references, descriptors D wide, s pixels."""

    neutral: np.ndarray  # (S, T, s, s, 3) uint8
    styled: np.ndarray  # (S, L, T, s, s, 3) uint8
    regions: np.ndarray  # (S, T, 5, s, s) uint8
    latents: Tensor  # (S, T, z) what determines the targets' pictures; z is 0 wide where that is not known
    grades: Tensor  # (S, L, G, 43) grades of each look
    descriptors: Tensor  # (S, L, G, R, D) of each look's references
    moments: Tensor  # (S, L, G, R, 21, 10) of the same
    people: (
        np.ndarray
    )  # (S * T, s, s, 3) uint8, the targets, unstyled, each with a camera and a background of their own
    crowd: Tensor  # (S * T, D) descriptors of `people`
    crowd_moments: Tensor  # (S * T, 21, 10) of the same
    maps: Tensor  # (C, 43) looks of pure colour
    shown: Tensor  # (C, P) who shows them, by their numbers in `people`
    map_descriptors: Tensor  # (C, P, D)
    map_moments: Tensor  # (C, P, 21, 10)

    def worn(self, sitting: int, look: int, grade: int, photos: Tensor) -> SetStatistics:
        """Return the statistics of some of the photos of a look under a grade."""
        at = sitting, look, grade, photos
        return SetStatistics.of(self.descriptors[at], self.moments[at])

    def mapped(self, look: int, photos: Tensor) -> SetStatistics:
        """Return the statistics of some of the photos of a look of pure colour."""
        return SetStatistics.of(self.map_descriptors[look, photos], self.map_moments[look, photos])

    def population(self, people: Tensor) -> SetStatistics:
        """Return the statistics of these unstyled people."""
        return SetStatistics.of(self.crowd[people], self.crowd_moments[people])

    def save(self, path: Path) -> None:
        """Write the shard as .npz, whole or not at all."""
        arrays: Any = {name: np.asarray(value) for name, value in vars(self).items()}
        with atomic_file(path) as part, open(part, "wb") as file:
            np.savez(file, **arrays)

    @classmethod
    def load(cls, path: Path) -> Shard:
        """Read a shard. Raises OSError, ValueError or KeyError when the file is missing or damaged."""
        with np.load(path, allow_pickle=False) as saved:
            values: Any = {name: saved[name] for name in cls.__dataclass_fields__}
        for name in values.keys() - {"neutral", "styled", "regions", "people"}:
            values[name] = torch.from_numpy(values[name])
        return cls(**values)


def make_shard(settings: StreamSettings, number: int, encoder: StyleEncoder) -> Shard:
    """Render and describe shard `number`, 0 or more. The same arguments give the same shard."""
    s = settings
    photograph = known_sitting if s.known else sitting
    shots = [
        photograph(s.seed, number * s.sittings + i, s.looks, s.targets, s.references, s.resolution)
        for i in range(s.sittings)
    ]
    neutral, styled, worn, regions, latents = (
        np.stack([getattr(shot, name) for shot in shots]) for name in ("neutral", "styled", "worn", "masks", "latents")
    )
    rng = torch.Generator().manual_seed(s.seed * 1_000_003 + number)
    grades = random_grades(s.sittings * s.looks * s.grades, rng).unflatten(0, (s.sittings, s.looks, s.grades))
    grades[:, :, 0] = plain_grades(1)  # the look as it was rendered
    references = to_tensor(worn.reshape(-1, *worn.shape[3:])).unflatten(0, worn.shape[:3])
    described = [
        _described(encoder, references[i, j].repeat(s.grades, 1, 1, 1), grades[i, j].repeat_interleave(s.references, 0))
        for i in range(s.sittings)
        for j in range(s.looks)
    ]
    descriptors, moments = (
        torch.stack(part).unflatten(0, (s.sittings, s.looks)).unflatten(2, (s.grades, s.references))
        for part in zip(*described, strict=True)
    )
    people = to_tensor(neutral.reshape(-1, *neutral.shape[2:]))
    background = torch.from_numpy(regions[:, :, -1:]).flatten(0, 1).float() / 255
    people = apply_grades(with_busy_backgrounds(people, background, rng), camera_grades(len(people), rng))
    crowd, crowd_moments = _described(encoder, people, plain_grades(len(people)))
    maps = photographic_grades(s.graded, rng)
    photos = min(s.photos, len(people) - 1)
    shown = torch.stack([torch.randperm(len(people), generator=rng)[:photos] for _ in range(s.graded)])
    mapped = [_described(encoder, people[who], maps[i].expand(photos, -1)) for i, who in enumerate(shown)]
    map_descriptors, map_moments = (torch.stack(part) for part in zip(*mapped, strict=True))
    return Shard(
        neutral, styled, regions, torch.from_numpy(latents), grades, descriptors, moments, to_uint8(people), crowd,
        crowd_moments, maps, shown, map_descriptors, map_moments,
    )  # fmt: skip


def kept_shard(settings: StreamSettings, number: int, folder: Path, encoder: StyleEncoder) -> Shard:
    """Return shard `number`: from its file in the folder, or made now, and kept there."""
    path = shard_file(folder, number)
    try:
        return Shard.load(path)
    except Exception:  # missing, or damaged in whatever way: made anew either way
        make_shard(settings, number, encoder).save(path)
        # Read back: sums over tensors that lie otherwise in memory would differ in the last bit.
        return Shard.load(path)


def shard_file(folder: Path, number: int) -> Path:
    """Return where a shard is kept."""
    return folder / _FOLDER / f"shard-{number:07d}.npz"


def forget_shards(folder: Path) -> None:
    """Delete the shards in a folder: hundreds of megabytes, which can be made again."""
    shutil.rmtree(folder / _FOLDER, ignore_errors=True)


def _described(encoder: StyleEncoder, images: Tensor, grades: Tensor) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        return describe(encoder, apply_grades(images, grades))


def with_busy_backgrounds(images: Tensor, background: Tensor, generator: torch.Generator) -> Tensor:
    """Return images (n, 3, h, w) in [0, 1] with clutter behind the people of about half of them.

    Studio backdrops are calm, but people stand in front of bookshelves, streets and leaves. Clutter is 1/f noise,
    blurred or sharp, of little colour, as in natural images (Field 1987). The pictures are square, in sRGB;
    `background` (n, 1, h, w) are soft masks of the area behind the people.
    """
    count, size = len(images), images.shape[-1]
    busy = torch.rand(count, 1, 1, 1, generator=generator)
    contrast = _MOST * (2 * busy - 1).clamp_min(0)
    fall = 0.4 + 0.8 * torch.rand(count, 1, 1, 1, generator=generator)  # of the amplitude from octave to octave
    clutter, power, cells, octave = torch.zeros_like(images), torch.zeros_like(fall), _COARSEST, 0
    while cells <= size:
        light, colour = (torch.randn(count, c, cells, cells, generator=generator) for c in (1, 3))
        amplitude = torch.exp(-fall * octave)
        clutter = clutter + amplitude * F.interpolate(light + 0.25 * colour, (size, size), mode="bilinear")
        power, cells, octave = power + amplitude.square(), 2 * cells, octave + 1
    return (images + background * contrast * clutter / power.sqrt()).clamp(0, 1)
