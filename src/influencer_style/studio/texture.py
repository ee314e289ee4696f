"""Random textures that repeat without a seam."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import grid_sample


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
