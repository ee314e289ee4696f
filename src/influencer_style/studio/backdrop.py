"""What lies behind a person, out of focus."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from influencer_style.studio.light import linear, mix
from influencer_style.studio.look import Backdrop
from influencer_style.studio.solids import step


def background(backdrop: Backdrop, size: int, rng: np.random.Generator) -> Tensor:
    """Out-of-focus background (3, size, size), linear light; the same shapes for one seed whatever the colours."""
    fine = 128
    y, x = torch.meshgrid(torch.arange(fine) / fine, torch.arange(fine) / fine, indexing="ij")
    cloud = torch.tensor(rng.normal(size=(1, 1, 5, 5)), dtype=torch.float32)
    cloud = interpolate(cloud, size=(fine, fine), mode="bicubic", align_corners=True)[0, 0]
    slant = float(rng.uniform(-0.5, 0.5))
    blend = backdrop.gradient * (y + slant * (x - 0.5)) + 0.10 * cloud
    for _ in range(int(rng.integers(1, 4))):
        left, width = float(rng.uniform(-0.1, 1.0)), float(rng.uniform(0.08, 0.3))
        band = step(0.0, 0.06, x - left) * step(width + 0.06, width, x - left)
        blend = blend + float(rng.uniform(-0.35, 0.35)) * (0.35 + 0.65 * backdrop.bokeh) * band
    first, second = linear(backdrop.first)[:, :, None], linear(backdrop.second)[:, :, None]
    blend = blend + 0.3 * backdrop.texture * _texture(backdrop.kind, x, y, rng)
    picture = mix(first, second, blend.clamp(0.0, 1.0)) * (1.0 + 0.06 * cloud)
    for _ in range(14):
        cx, cy, radius, power = rng.uniform(0.0, [1.0, 1.0, 1.0, 1.0]).tolist()
        radius = 0.03 + 0.07 * radius
        disc = step(radius, radius - 0.02, ((x - cx) ** 2 + (y - cy) ** 2).sqrt())
        picture = picture + backdrop.bokeh * power**2 * 0.5 * disc * (0.6 * second + 0.05)
    return interpolate(picture[None], size=(size, size), mode="bicubic", align_corners=False)[0].clamp_min(0.0)


def _texture(kind: str, x: Tensor, y: Tensor, rng: np.random.Generator) -> Tensor:
    """Pattern (h, w), about -1 to 1, of what a backdrop is made of, at positions in [0, 1]."""
    coarse, fine = (
        interpolate(torch.tensor(rng.normal(size=(1, 1, n, n)), dtype=torch.float32), size=x.shape, mode="bicubic")[
            0, 0
        ]
        for n in (9, 28)
    )
    phase = float(rng.uniform(0.0, 6.28))
    if kind == "cloth":
        return torch.sin(26.0 * x + 4.0 * coarse.cumsum(0) / x.shape[0] + phase) * (0.6 + 0.4 * y)
    if kind == "leaves":
        return (0.9 * (coarse + 0.7 * fine)).tanh()
    if kind == "blinds":
        return (6.0 * torch.sin(38.0 * (y + 0.08 * x) + phase)).tanh() * 0.7
    return 0.6 * fine + 0.3 * coarse
