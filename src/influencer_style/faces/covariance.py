"""The covariance of three colour channels at every place of a grid, as planes of NumPy arrays or tensors alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from torch import Tensor

Plane = TypeVar("Plane", np.ndarray, Tensor)

PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))  # of channels, in the order in which covariances are kept


def inverse(covariance: Sequence[Plane]) -> list[Plane]:
    """Invert symmetric 3 x 3 matrices, given as the six planes of `PAIRS`; return nine planes, row by row."""
    rr, rg, rb, gg, gb, bb = covariance
    a, b, c = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    d, e, f = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    determinant = rr * a + rg * b + rb * c
    return [cofactor / determinant for cofactor in (a, b, c, b, d, e, c, e, f)]
