"""Hair: where it grows, how far it stands off and falls, and how its strands run.

Unit: decimetre. Points are tensors (3, n) in the axes of the turned head (see figure.py), distances (n,).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from influencer_style.studio.identity import Identity
from influencer_style.studio.solids import smooth_max, smooth_min, step
from influencer_style.studio.texture import noise_table, sample

HAIR_END = {"shaved": 0.0, "short": -0.12, "tied": -0.5, "bob": -0.98, "long": -2.3}


class Hair:
    """The hair of one person."""

    def __init__(self, identity: Identity) -> None:
        self.identity = i = identity
        self.end = HAIR_END[i.hair_style]
        self.falls = i.hair_style in ("bob", "long")
        self.hairline = 0.74 + 0.05 * i.forehead - 0.40 * i.fringe * self.falls
        rng = np.random.default_rng(i.texture_seed)
        self.phases = [float(phase) for phase in rng.uniform(0.0, 2.0 * math.pi, 8)]

    def _cover(self, x: Tensor, ax: Tensor, y: Tensor, z: Tensor) -> Tensor:
        """Signed distance into the hairy part of the scalp: positive behind the hairline, negative on the face."""
        i = self.identity
        peak = self.hairline - 0.10 * (x - 0.25 * i.parting).abs() * (i.fringe < 0.4)
        wide = (0.645 - 0.02 * self.falls) * (1.0 + 0.05 * i.face_width)
        rise = (y + 0.15) / (peak + 0.15)
        u = ax / wide
        outside = 0.3 * (u * u * (0.7 + 0.3 * u * u) + rise * rise * (y > -0.15) - 1.0)
        cover = smooth_max(outside, 0.06 - z, 0.1)
        floor = y + 0.5 if self.falls else y - self.end + 0.5 * step(0.0, 0.5, -z - 0.1)
        return smooth_min(cover, floor, 0.12)

    def scalp(self, local: Tensor, cranium: Tensor) -> Tensor:
        """How densely hair roots stand (n,), 0 to 1, at head points (3, n) `cranium` off the skull."""
        x, y, z = local
        near_skull = step(0.05, 0.02, cranium)
        return step(-0.015, 0.05, self._cover(x, x.abs(), y, z)) * near_skull

    def distance(self, x: Tensor, y: Tensor, z: Tensor, ax: Tensor, cranium: Tensor) -> Tensor:
        """Hair as a shell that thickens away from the hairline, and a curtain that falls beside the face."""
        i, phase = self.identity, self.phases
        if i.hair_style == "shaved":
            return torch.full_like(x, 9.0)
        azimuth = torch.atan2(x - 0.15 * i.parting, z + 0.3)
        clump = torch.sin(9.0 * azimuth + phase[0]) + 0.6 * torch.sin(21.0 * azimuth + 5.0 * i.hair_curl * y + phase[1])
        relief = 0.010 * clump
        if i.hair_curl > 0.4:
            f = 11.0 + 5.0 * i.hair_curl
            curls = (
                torch.sin(f * x + phase[2]) * torch.sin(f * y + phase[3] + 2 * z) * torch.sin(f * z + phase[4] + 2 * x)
            )
            relief = relief * (1.2 - i.hair_curl) + 0.045 * (i.hair_curl - 0.4) * curls
        cover = self._cover(x, ax, y, z) + 0.007 * clump
        full = {"short": 0.08, "tied": 0.05, "bob": 0.09, "long": 0.09}[i.hair_style]
        full = full + (0.07 + 0.14 * i.hair_curl) * i.hair_volume * (i.hair_style != "tied")
        full = full * (0.85 + 0.3 * step(0.3, 1.2, y) - 0.25 * step(0.16, 0.0, (x - 0.3 * i.parting).abs()) * (z > 0))
        thick = full * step(-0.05, 0.36 if i.fringe < 0.4 else 0.10, cover) - 0.025 * step(0.05, -0.05, cover)
        hair = cranium - thick - relief * step(0.0, 0.15, cover)
        if not self.falls:
            return hair * 0.85
        bend = (0.02 + 0.05 * i.hair_curl) * torch.sin((5.0 + 5.0 * i.hair_curl) * y + phase[5] + 1.5 * azimuth)
        sway = bend * step(0.3, -0.7, y)
        radius = 0.70 + full * 0.8 + (0.06 + 0.10 * i.hair_volume) * step(0.7, -0.7, y)
        radius = radius - (0.10 * step(-0.6, -1.0, y) if i.hair_style == "bob" else 0.0)
        u, w = x + sway, (z + 0.25) * 0.9
        tube = (u * u + w * w + 1e-6).sqrt() - radius
        ends = self.end - 0.04 * clump - y
        curtain = smooth_max(smooth_max(tube, ends, 0.12), y - 0.75, 0.5) - relief
        curtain = smooth_min(hair, curtain, 0.12)
        opening = 0.60 - 0.05 * i.hair_volume - 0.03 * i.parting * torch.sign(x)
        inner = opening - 0.05 * step(-0.1, -0.8, y) + 0.08 * step(-0.9, -1.6, y) + 0.4 * sway
        gap = smooth_max(smooth_max(ax - inner - relief, 0.02 - z, 0.15), y - self.hairline + 0.18, 0.3)
        return smooth_max(curtain, -gap, 0.14) * 0.85

    def marks(self, local: Tensor, normals: Tensor) -> dict[str, Tensor]:
        """Strand pattern, strand direction (3, n) in head axes and depth from root to tip of hair points (3, n)."""
        i = self.identity
        x, y, z = local
        azimuth = torch.atan2(x - 0.15 * i.parting, z + 0.3)
        wave = (0.03 + 0.10 * i.hair_curl) * torch.sin((5.0 + 7.0 * i.hair_curl) * y + self.phases[5] + 2.0 * azimuth)
        table = noise_table(i.texture_seed + 3, 24, 512, (4, 1))
        around = azimuth / (2.0 * torch.pi) + wave * 0.25
        strands = 0.6 * sample(table, around * 0.5, y * 0.20) + 0.55 * sample(table, around * 1.6, y * 0.35 + 0.5)
        locks = sample(noise_table(i.texture_seed + 4, 16, 96, (4, 2)), around * 0.8, y * 0.25)
        pole = torch.tensor([0.3 * i.parting, 1.15, -0.15])[:, None]
        down = torch.stack([2.0 * wave, torch.full_like(y, -1.0), torch.zeros_like(y)])
        fall = (local - pole) * step(0.0, 0.6, y) + down * (1.0 - step(0.0, 0.6, y))
        fall = fall - (fall * normals).sum(0) * normals
        return {
            "strands": strands,
            "locks": locks,
            "direction": fall / fall.norm(dim=0).clamp_min(1e-6),
            "tip": step(0.9, min(self.end, -0.3), y) if self.falls else step(1.2, 0.1, y),
        }
