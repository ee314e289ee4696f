"""Hair as a surface: its distance field, the density of its roots on the skin, and the patterns of its strands.

Unit: decimetre. Points are tensors (3, n) in the axes of the turned head (see figure.py), distances (n,).
"""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.studio.haircut import Haircut, chart
from influencer_style.studio.identity import Identity
from influencer_style.studio.solids import step
from influencer_style.studio.strands import scatter


class Hair:
    """The hair of one person."""

    def __init__(self, identity: Identity) -> None:
        self.haircut = Haircut(identity)
        self.strands, self.cut = self.haircut.strands, self.haircut.cut

    def scalp(self, local: Tensor, cranium: Tensor) -> Tensor:
        """Return how densely hair roots stand (n,), 0 to 1, at head points (3, n) that lie `cranium` off the skull.

        Towards the hairline roots stand singly, like strands.
        """
        _, azimuth, height = chart(*local)
        cover = self.haircut.read(azimuth, height)[5]
        sparse = self.strands.roots(local)
        dense = step(-1.5, 2.5, cover / 0.018 + sparse)
        if self.haircut.bald:
            y, z = local[1:]
            dense = torch.maximum(dense, 0.16 * step(0.3, 0.9, y) * step(0.4, 0.0, z) * (1.0 + sparse).clamp(0.0, 2.0))
        return dense * step(0.06, 0.02, cranium)

    def distance(self, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
        """Distance (n,) to the hair, too small rather than too large; strands and loose hairs roughen it."""
        if self.cut.top == 0.0:
            return torch.full_like(x, 9.0)
        reach, azimuth, height = chart(x, y, z)
        radius, u, v, ease, crest = self.haircut.read(azimuth, height, 5)
        shape = reach - radius
        loose = scatter(x, y, shape, self.haircut.phases[0]) * step(0.42, 0.05, z)
        shape -= self.strands.fray(u, v)
        shape -= (0.010 + 0.014 * self.cut.wild) * loose
        return torch.maximum(shape.mul_(ease), reach - crest - 0.05).mul_(0.9)

    def marks(self, local: Tensor, normals: Tensor) -> dict[str, Tensor]:
        """Patterns and `normal` of hair points (3, n) in head axes, and places (n,) along a strand: `tip`, `root`."""
        y = local[1]
        reach, azimuth, height = chart(*local)
        chart_marks = self.haircut.read(azimuth, height)
        cover = chart_marks[5]
        smooth = self.haircut.normals(azimuth, height) + 0.2 * normals
        smooth = smooth / smooth.norm(dim=0).clamp_min(1e-6)
        marks = self.strands.marks(local, smooth)
        # About the distance in decimetres between neighbouring rays at the hair: single hairs are not seen from afar.
        apart = (local[:, 1:] - local[:, :-1]).norm(dim=0)
        spacing = max(float(apart.median()), 1e-4) if apart.numel() else 1.0
        marks["hair"] = marks["hair"] * min(1.0, 0.012 / spacing)
        falls = self.cut.falls
        marks["tip"] = step(0.9, max(self.haircut.end, -1.5), y) if falls else step(0.0, 0.3, cover)
        marks["under"] = step(0.72, 0.42, reach) * step(0.1, -0.2, y)
        marks["root"] = step(0.12, -0.02, cover)
        marks["normal"], marks["ease"] = smooth, chart_marks[3]
        return marks
