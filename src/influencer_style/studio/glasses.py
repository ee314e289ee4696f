"""Spectacle frames, met by rays directly: wires this thin would be stepped over by a march through a distance field.

Unit: decimetre. Points and rays are tensors (3, n) in the axes of the turned head (see figure.py).
"""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.studio.identity import Identity
from influencer_style.studio.solids import length

RIM, WIRE = 0.019, 0.014  # radii of the rims, and of bridge and temples


class Glasses:
    """Two rims on a curved front, a bridge and two temples."""

    def __init__(self, identity: Identity, eye: tuple[float, float, float], tip: tuple[float, float, float]) -> None:
        x, y, _ = eye
        self.centre = (x + 0.005, y - 0.03)
        self.front = tip[2] - 0.045
        self.radii, self.power = {"round": ((0.200, 0.185), 2.0), "square": ((0.225, 0.160), 5.0)}[identity.glasses]
        self.inner, self.outer = self.centre[0] - self.radii[0], self.centre[0] + self.radii[0]
        self.bridge_y = y + 0.02

    def _depth(self, ax: Tensor) -> Tensor:
        """Where the front lies (n,) along z: it bends back towards the temples."""
        return self.front - 0.45 * (ax - 0.1).clamp_min(0.0).square()

    def _outline(self, ax: Tensor, y: Tensor) -> Tensor:
        """Signed distance (n,), about, from the middle of rims and bridge within the front, less their radius."""
        u, v = (ax - self.centre[0]) / self.radii[0], (y - self.centre[1]) / self.radii[1]
        norm = (u.abs() ** self.power + v.abs() ** self.power + 1e-6) ** (1.0 / self.power)
        rim = ((norm - 1.0) * min(self.radii)).abs() - RIM
        arch = self.bridge_y + 0.02 - 0.5 * ax * ax
        return torch.minimum(rim, torch.maximum((y - arch).abs() - WIRE, ax - self.inner))

    def meet(self, origin: Tensor, rays: Tensor) -> tuple[Tensor, Tensor]:
        """How far along each ray (n,) a frame is met, infinity where none is, and its normals (3, n)."""
        at = (self.front - origin[2]) / rays[2]
        for _ in range(2):
            at = (self._depth((origin[0] + at * rays[0]).abs()) - origin[2]) / rays[2]
        x, y, _ = origin + at * rays
        side, ax = torch.sign(x), x.abs()
        level = self._outline(ax, y)
        slope = torch.stack([self._outline(ax + 1e-3, y) - level, self._outline(ax, y + 1e-3) - level])
        slope = slope / slope.norm(dim=0).clamp_min(1e-9)
        lean = (1.0 + level / RIM).clamp(0.0, 1.0)
        normals = torch.stack([side * slope[0] * lean, slope[1] * lean, (1.0 - lean * lean).sqrt() + 0.05])
        at = torch.where(level < 0.0, at - RIM, torch.inf)
        aside, outward = self._temples(origin, rays, side)
        return torch.minimum(at, aside), torch.where(aside < at, outward, normals)

    def _temples(self, origin: Tensor, rays: Tensor, side: Tensor) -> tuple[Tensor, Tensor]:
        """The same of the temples: where each ray comes nearest to the one on its side."""
        flip = torch.stack([side, torch.ones_like(side), torch.ones_like(side)])
        start, towards = origin * flip, rays * flip
        y, z = self.bridge_y, float(self._depth(torch.tensor(self.outer)))
        hinge, ear = torch.tensor([[self.outer], [y], [z]]), torch.tensor([[0.66], [y + 0.03], [-0.2]])
        axis, away = ear - hinge, start - hinge
        a, b, c = (towards * towards).sum(0), (towards * axis).sum(0), (axis * axis).sum()
        d, e = (towards * away).sum(0), (axis * away).sum(0)
        along = ((a * e - b * d) / (a * c - b * b).clamp_min(1e-6)).clamp(0.0, 1.0)
        at = (b * along - d) / a
        gap = away + at * towards - along * axis
        distance = length(gap)
        return torch.where(distance < WIRE, at - WIRE, torch.inf), gap * flip / distance.clamp_min(1e-6)
