"""An endless stream of studio portraits with known truth, numbered and made as they are needed.

The stream comes in shards; shard k is the same whenever, wherever and however often it is made. At a step of a training
the same shards are always at hand, so a training that was stopped goes on with the very pictures it would have seen.
"""

from __future__ import annotations

import math
import multiprocessing
import shutil
from dataclasses import dataclass
from multiprocessing.pool import AsyncResult
from pathlib import Path
from types import TracebackType
from typing import Annotated

import numpy as np
import torch
from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass as checked_dataclass
from torch import Tensor

from influencer_style.examples.backgrounds import with_busy_backgrounds
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

_SHARDS = "shards"  # the folder in a training's folder
_AHEAD = 2  # shards that are made before they are wanted

CHECKED = ConfigDict(extra="forbid", allow_inf_nan=False)  # of all settings: what is no setting is refused
Seed = Annotated[int, Field(ge=0, lt=2**32)]  # what NumPy, torch and scikit-learn all take
_Some = Annotated[int, Field(ge=1, le=10_000)]
_Looks = Annotated[int, Field(ge=1, le=1000)]


def _power_of_two(number: int) -> int:
    if number.bit_count() != 1:
        raise ValueError("it must be a power of two")
    return number


@checked_dataclass(frozen=True, config=CHECKED)
class StreamSettings:
    """What a shard holds.

    Attributes:
        seed: of all that is drawn.
        resolution: side of the portraits in pixels.
        sittings: in a shard. In a sitting `targets` people are photographed unstyled and in each of `looks` looks, and
            one more person `references` times in each look.
        grades: every look of a sitting stands for so many: itself, and itself under random grades.
        graded: looks of pure colour in a shard, each shown by up to `photos` people of the shard.
        known: whether the targets' pictures follow from z and the look alone, see `studio.latent`.
        most: shards in all; 0 is no end.
    """

    seed: Seed = 11
    resolution: Annotated[int, Field(ge=32, le=1024), AfterValidator(_power_of_two)] = 64
    sittings: _Some = 20
    targets: _Some = 2
    looks: _Looks = 4
    references: _Some = 10
    grades: _Looks = 3
    graded: _Some = 64
    photos: _Some = 12
    known: bool = False
    most: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True)
class Shard:
    """Some sittings. S sittings, T targets, L looks, G grades, R references, D a descriptor's width; s pixels.

    Attributes:
        neutral: (S, T, s, s, 3) uint8.
        styled: (S, L, T, s, s, 3) uint8.
        regions: (S, T, 5, s, s) uint8.
        latents: (S, T, z) what the targets' pictures follow from; z is 0 where nobody knows.
        grades: (S, L, G, 43) of each look.
        descriptors, moments: (S, L, G, R, D) and (S, L, G, R, 21, 10) of each look's references.
        people: (S * T, s, s, 3) uint8, the targets, unstyled, each by a camera and before a background of their own.
        crowd, crowd_moments: (S * T, D) and (S * T, 21, 10) of these.
        maps: (C, 43) looks of pure colour.
        shown: (C, P) who shows them, numbers of `people`.
        map_descriptors, map_moments: (C, P, D) and (C, P, 21, 10).
    """

    neutral: np.ndarray
    styled: np.ndarray
    regions: np.ndarray
    latents: Tensor
    grades: Tensor
    descriptors: Tensor
    moments: Tensor
    people: np.ndarray
    crowd: Tensor
    crowd_moments: Tensor
    maps: Tensor
    shown: Tensor
    map_descriptors: Tensor
    map_moments: Tensor

    def worn(self, sitting: int, look: int, grade: int, photos: Tensor) -> SetStatistics:
        """Return what some of the photos tell of a look under a grade."""
        at = sitting, look, grade, photos
        return SetStatistics.of(self.descriptors[at], self.moments[at])

    def mapped(self, look: int, photos: Tensor) -> SetStatistics:
        """Return what some of the photos tell of a look of pure colour."""
        return SetStatistics.of(self.map_descriptors[look, photos], self.map_moments[look, photos])

    def population(self, people: Tensor) -> SetStatistics:
        """Return what these unstyled people look like."""
        return SetStatistics.of(self.crowd[people], self.crowd_moments[people])

    def save(self, path: Path) -> None:
        """Write it as .npz, whole or not at all."""
        with atomic_file(path) as part, open(part, "wb") as file:
            np.savez(file, **{name: np.asarray(value) for name, value in vars(self).items()})

    @classmethod
    def load(cls, path: Path) -> Shard:
        """Read a shard. Raises OSError, ValueError or KeyError when the file is missing or damaged."""
        with np.load(path, allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in cls.__dataclass_fields__}
        pictures = ("neutral", "styled", "regions", "people")
        return cls(**{n: value if n in pictures else torch.from_numpy(value) for n, value in arrays.items()})


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


class StudioStream:
    """The shards at hand at each step of a training; worker processes make them, a folder keeps them.

    Processes start when the first shard is asked for.

    Args:
        settings: what a shard holds.
        folder: for the shards; it must belong to the same settings and the same studio (name it by a fingerprint).
        encoder: describes the pictures.
        steps: number of steps between new shards.
        first: number of shards available at step 0; at least 2.
        window: maximum number of shards kept; the oldest are deleted.
        workers: number of processes that make shards.
    """

    def __init__(
        self,
        settings: StreamSettings,
        folder: Path,
        encoder: StyleEncoder,
        steps: int,
        first: int = 4,
        window: int = 48,
        workers: int = 1,
    ) -> None:
        if first < 2 or window < first or steps < 1 or workers < 1:
            raise ValueError("first must be at least 2, window at least first, steps and workers at least 1")
        self.settings, self.folder = settings, Path(folder)
        self._encoder, self._steps, self._first, self._window, self._workers = encoder, steps, first, window, workers
        self._shards: dict[int, Shard] = {}
        self._waited: dict[int, AsyncResult] = {}
        self._pool: multiprocessing.pool.Pool | None = None

    def __enter__(self) -> StudioStream:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool.join()

    def at(self, step: int) -> list[Shard]:
        """Return the shards at hand at `step`, oldest first; waits for those that are still being made."""
        if self._pool is None:
            # spawn: a forked child would inherit torch's thread pool without its threads
            self._pool = multiprocessing.get_context("spawn").Pool(self._workers, _begin, (self._encoder,))
        end = self.settings.most or math.inf
        last = min(self._first - 1 + step // self._steps, end - 1)
        wanted = range(max(0, last + 1 - self._window), last + 1)
        for number in range(wanted.start, min(last + 1 + _AHEAD, end)):
            if number not in self._shards and number not in self._waited:
                job = (self.settings, number, self.folder)
                self._waited[number] = self._pool.apply_async(_keep_shard, job)
        for number in wanted:
            if number not in self._shards:
                self._waited.pop(number).get()
                self._shards[number] = Shard.load(_file(self.folder, number))
        for number in [n for n in self._shards if n < wanted.start]:
            del self._shards[number]
            _file(self.folder, number).unlink(missing_ok=True)
        return [self._shards[number] for number in wanted]


def kept_shard(settings: StreamSettings, number: int, folder: Path, encoder: StyleEncoder) -> Shard:
    """Return shard `number`: from its file in the folder, or made now, and kept there."""
    path = _file(folder, number)
    try:
        return Shard.load(path)
    except Exception:  # missing, or damaged in whatever way: made anew either way
        make_shard(settings, number, encoder).save(path)
        # Read back: sums over tensors that lie otherwise in memory would differ in the last bit.
        return Shard.load(path)


def forget_shards(folder: Path) -> None:
    """Delete the shards in a folder: hundreds of megabytes, which can be made again."""
    shutil.rmtree(folder / _SHARDS, ignore_errors=True)


def _file(folder: Path, number: int) -> Path:
    return folder / _SHARDS / f"shard-{number:07d}.npz"


# A worker's style encoder, set when it starts.
_worker: dict[str, StyleEncoder] = {}


def _begin(encoder: StyleEncoder) -> None:
    torch.set_num_threads(1)
    _worker["encoder"] = encoder


def _keep_shard(settings: StreamSettings, number: int, folder: Path) -> None:
    """In a worker: see to it that a shard's file is there. The file is what is handed over."""
    kept_shard(settings, number, folder, _worker["encoder"])


def _described(encoder: StyleEncoder, images: Tensor, grades: Tensor) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        return describe(encoder, apply_grades(images, grades))
