"""What is kept of a look's photos to detect new portraits that repeat one of them.

The statistics of a look reveal no single photo, so these are the only traces of single photos in a model folder. They
are coarse: nobody can be recognised by them. They are personal data all the same, and so they are part of the look:
whoever removes the look from a model removes them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Marks:
    """The photos of a look, as `metrics.memorisation` measures them.

    Attributes:
        features: (m, f) half precision, one row a photo.
        limit: A picture that lies nearer than this to one of them repeats it.
    """

    features: Tensor
    limit: float

    def __post_init__(self) -> None:
        # Compared with a limit that is NaN, nothing would be a repetition.
        if self.features.ndim != 2 or not bool(torch.isfinite(self.features).all()) or not math.isfinite(self.limit):
            raise ValueError("marks of photos are no numbers, or not a row for each photo")

    def tensors(self, name: str) -> dict[str, Tensor]:
        """Return features and limit as tensors, named after `name`."""
        limit = torch.tensor(self.limit, dtype=torch.float64)
        return {f"{name}.features": self.features.contiguous(), f"{name}.limit": limit}

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor], name: str) -> Marks | None:
        """Return the marks that `tensors` named; None if there are none of that name."""
        features = tensors.get(f"{name}.features")
        return None if features is None else cls(features, float(tensors[f"{name}.limit"]))
