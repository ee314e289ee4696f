"""What a training step learns from: tensors whose rows belong together, with known truth (paired) or without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

import torch
from torch import Tensor

_CHUNK = 16  # pictures that `run_in_chunks` takes at a time


@dataclass(frozen=True)
class Batch:
    """Tensors whose rows belong together."""

    def to(self, device: str) -> Self:
        """Return the same on another device."""
        return type(self)(**{name: value.to(device) for name, value in vars(self).items()})

    def at(self, numbers: Tensor) -> Self:
        """Return the rows of these numbers."""
        return type(self)(*(value[numbers] for value in vars(self).values()))

    @classmethod
    def joined(cls, batches: list[Self]) -> Self:
        """Return the rows of all batches, one after the other."""
        return cls(*(torch.cat(rows) for rows in zip(*(vars(batch).values() for batch in batches), strict=True)))

    def parts(self, count: int) -> list[Self]:
        """Return its rows in `count` parts; where they do not divide evenly, the first ones have one row more."""
        return [
            type(self)(*cut) for cut in zip(*(value.tensor_split(count) for value in vars(self).values()), strict=True)
        ]


@dataclass(frozen=True)
class Conditions(Batch):
    """What a generator is conditioned on."""

    codes: Tensor  # (n, d) style codes of the looks
    noise: Tensor  # (n, z) standard normal

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Paired(Conditions):
    """Conditions with the picture that should follow from them. Images are (n, 3, s, s), sRGB in [0, 1]."""

    truth: Tensor  # the pictures in the looks
    weights: Tensor  # (n, 1, s, s) weight of each pixel of the truth, 1 in the mean


@dataclass(frozen=True)
class PairedPhotos(Paired):
    """Unstyled portraits (`inputs`), and the same portraits in the looks (`truth`)."""

    inputs: Tensor


@dataclass(frozen=True)
class Unpaired(Conditions):
    """Pictures to make in creators' looks, without known truth. Images are (n, 3, s, s), sRGB in [0, 1]."""

    inputs: Tensor  # users' photos to restyle; in synthesis, portraits whose shapes the results should keep
    domains: Tensor  # (n,) int, the number of each look's creator, from 1
    real: Tensor  # a photo by each look's creator
    others: Tensor  # more photos of users, unstyled
    target: Tensor  # (n, descriptor) mean descriptors of the looks
    deviation: Tensor  # (n, descriptor) standard deviations of the looks' descriptors


PairedBatch = TypeVar("PairedBatch", bound=Paired)


@dataclass(frozen=True)
class StepBatch(Generic[PairedBatch]):
    """What one step learns from; of the two halves, one may be missing. The paired rows come first."""

    paired: PairedBatch | None
    unpaired: Unpaired | None

    @property
    def halves(self) -> list[Conditions]:
        """The halves that are there."""
        return [half for half in (self.paired, self.unpaired) if half is not None]

    @property
    def codes(self) -> Tensor:
        """The style codes of all rows."""
        return torch.cat([half.codes for half in self.halves])

    @property
    def noise(self) -> Tensor:
        """The noise of all rows."""
        return torch.cat([half.noise for half in self.halves])

    def to(self, device: str) -> Self:
        """Return the same on another device."""
        return type(self)(self.paired and self.paired.to(device), self.unpaired and self.unpaired.to(device))

    def split(self, results: Tensor) -> tuple[Tensor, Tensor]:
        """Return the results of the paired rows, and those of the unpaired ones; either may have no row."""
        count = 0 if self.paired is None else len(self.paired)
        return results[:count], results[count:]

    def parts(self, count: int) -> Iterator[tuple[float, Self]]:
        """Yield the batch in at most `count` parts, each with its share of all rows."""
        count = min(count, *(len(half) for half in self.halves))
        total = sum(len(half) for half in self.halves)
        paired = [None] * count if self.paired is None else self.paired.parts(count)
        unpaired = [None] * count if self.unpaired is None else self.unpaired.parts(count)
        for one, other in zip(paired, unpaired, strict=True):
            part = type(self)(one, other)
            yield sum(len(half) for half in part.halves) / total, part


def run_in_chunks(generator: Callable[..., Tensor], *inputs: Tensor, device: str | torch.device = "cpu") -> Tensor:
    """Return what a generator makes of its inputs, on the CPU, without gradients; 16 pictures at a time."""
    chunks = zip(*(tensor.split(_CHUNK) for tensor in inputs), strict=True)
    with torch.no_grad():
        return torch.cat([generator(*(tensor.to(device) for tensor in chunk)).cpu() for chunk in chunks])


def mean_errors(results: Tensor, truth: Tensor) -> Tensor:
    """Return the mean absolute error of each picture, (n,), in 255ths."""
    return (results - truth).abs().mean((1, 2, 3)) * 255
