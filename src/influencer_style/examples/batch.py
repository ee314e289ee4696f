"""Tensors that belong together row by row, as one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor


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
        """Return the rows of all, one after the other."""
        return cls(*(torch.cat(rows) for rows in zip(*(vars(batch).values() for batch in batches), strict=True)))

    def parts(self, count: int) -> list[Self]:
        """Return its rows in `count` parts, the first ones longer by one where they do not divide."""
        return [
            type(self)(*cut) for cut in zip(*(value.tensor_split(count) for value in vars(self).values()), strict=True)
        ]
