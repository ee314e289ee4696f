"""The pieces that figures are built of: round solids, unions and cuts whose seams are rounded, and random textures.

Unit: decimetre. Points are tensors (3, n), distances (n,).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import grid_sample

Triple = tuple[float, float, float]


def smooth_min(a: Tensor, b: Tensor, k: float) -> Tensor:
    """Union of two distances whose seam is rounded over about `k` decimetres."""
    h = ((a - b).abs() / -k + 1.0).clamp_min(0.0)
    return torch.minimum(a, b) - h * h * (k / 4.0)


def smooth_max(a: Tensor, b: Tensor, k: float) -> Tensor:
    """Intersection of two distances whose edge is rounded over about `k` decimetres."""
    h = ((a - b).abs() / -k + 1.0).clamp_min(0.0)
    return torch.maximum(a, b) + h * h * (k / 4.0)


def step(low: float | Tensor, high: float | Tensor, value: Tensor) -> Tensor:
    """Smooth step: 0 where `value` is at `low` or beyond, 1 at `high` or beyond; `low` may exceed `high`."""
    t = ((value - low) / (high - low)).clamp(0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def bell(q: Tensor) -> Tensor:
    """About exp(-q) for q >= 0, exactly 0 from q = 8 on: three squarings cost a third of an exponential."""
    bump = torch.add(1.0, q, alpha=-0.125).clamp_min_(0.0)
    for _ in range(3):
        bump *= bump
    return bump


def length(vectors: Tensor) -> Tensor:
    """Lengths (n,) of vectors (3, n); torch's own norm is slow along so short an axis."""
    x, y, z = vectors
    return (x * x + y * y + z * z).sqrt()


def unit(vectors: Tensor) -> Tensor:
    """Vectors (3, n) brought to length 1; zero stays zero."""
    return vectors / length(vectors).clamp_min(1e-9)


class Ellipsoids:
    """Several ellipsoids at once: approximate signed distances, exact to first order near each surface.

    Each row is (centre, radii, shears): y grows by shears[0] * z and z by shears[1] * x before the test.
    """

    def __init__(self, rows: list[tuple[Triple, Triple, tuple[float, float]]]) -> None:
        matrices, offsets = [], []
        for centre, radii, (yz, zx) in rows:
            matrices.append(np.array([[1, 0, 0], [yz * zx, 1, yz], [zx, 0, 1]]) / np.array(radii)[:, None])
            offsets.append(np.array(centre) / np.array(radii))
        count = len(rows)
        self._matrix = torch.tensor(np.stack(matrices, 1).reshape(3 * count, 3), dtype=torch.float32)
        self._offset = torch.tensor(np.stack(offsets, 1).reshape(3 * count, 1), dtype=torch.float32)
        self._inverse = torch.tensor(1 / np.array([row[1] for row in rows]).T[:, :, None], dtype=torch.float32)

    def __call__(self, points: Tensor) -> Tensor:
        """Distances (rows, n) of points (3, n)."""
        unit = (self._matrix @ points - self._offset).view(*self._inverse.shape[:2], -1)
        near = unit.square().sum(0).sqrt()
        slope = (unit * self._inverse).square_().sum(0).sqrt().clamp_min(1e-6)
        return near * (near - 1.0) / slope


class Capsules:
    """Several capsules at once, rows of (start, end, radius at the start, radius at the end)."""

    def __init__(self, rows: list[tuple[Triple, Triple, float, float]]) -> None:
        table = torch.tensor([[*a, *b, ra, rb] for a, b, ra, rb in rows], dtype=torch.float32)
        self._start, axis = table[:, :3], table[:, 3:6] - table[:, :3]
        self._axis, self._along = axis, axis / axis.square().sum(1, keepdim=True)
        self._from, self._radii = (self._along * self._start).sum(1, keepdim=True), table[:, 6:]

    def __call__(self, points: Tensor) -> Tensor:
        """Signed distances (rows, n) of points (3, n)."""
        t = (self._along @ points - self._from).clamp_(0.0, 1.0)
        away = points.unsqueeze(1) - self._start.T[:, :, None] - self._axis.T[:, :, None] * t
        return away.square_().sum(0).sqrt() - (self._radii[:, :1] + (self._radii[:, 1:] - self._radii[:, :1]) * t)


def noise_table(seed: int, height: int, width: int, smooth: tuple[int, int]) -> Tensor:
    """Return a tileable random texture (height, width), averaged over `smooth` texels of each axis.

    Its mean is 0 and its deviation 1.
    """
    table = np.random.default_rng(seed).normal(size=(height, width))
    for axis, length in enumerate(smooth):
        table = sum((np.roll(table, shift, axis) for shift in range(length)), np.zeros_like(table))
    return torch.tensor((table - table.mean()) / table.std(), dtype=torch.float32)


def sample(table: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """Read a tileable texture at columns `u` and rows `v`, both in repeats of the texture."""
    grid = torch.stack([u - u.floor(), v - v.floor()], 1)[None, :, None] * 2.0 - 1.0
    return grid_sample(table[None, None], grid, "bilinear", "reflection", align_corners=False)[0, 0, :, 0]
