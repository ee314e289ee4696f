"""What a look profile keeps of its creator's face: one vector, to detect whether a result has become that face.

The vector comes from a network that separates people (a judge of identity, see `metrics`), so it is biometric data: it
lies inside the profile, goes nowhere else (no export, no record in a picture), and is deleted with the profile when the
creator withdraws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Likeness:
    """A creator's face, as `metrics.likeness` compares it.

    Attributes:
        face: (d,) mean embedding of the creator's training photos, a unit vector.
        explained: How much nearer to `face` the look alone brings people, see `metrics.likeness.remember`.
        judge: SHA-256 (hex) of the network that made the embedding; embeddings of two networks are not to be compared.
    """

    face: Tensor
    explained: float
    judge: str

    def __post_init__(self) -> None:
        if self.face.ndim != 1 or not bool(torch.isfinite(self.face).all()) or not math.isfinite(self.explained):
            raise ValueError("a creator's face is no vector of numbers")
