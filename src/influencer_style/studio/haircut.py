"""A haircut as a chart of the hair's outer radius around a head.

Unit: decimetre, in the axes of the turned head (see figure.py). A point of the chart is an azimuth around the upright
axis through the middle of the head (0 in front) and a height along the head: below `MIDDLE` the height itself, above it
the arc towards the crown.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from influencer_style.studio.identity import Identity
from influencer_style.studio.solids import smooth_max, smooth_min, step
from influencer_style.studio.strands import CUTS, Strands

MIDDLE, AXIS_Z, ARC = 0.10, -0.25, 0.85
ROWS, COLUMNS = 128, 256
WIDEST, LOWEST, HIGHEST = math.radians(150.0), -1.9, 0.5 * math.pi * ARC
BARE = 0.15  # radius without hair: inside the neck


def chart(x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Distance from the head's axis (its upper end above `MIDDLE`), azimuth and height along the head of points."""
    w, up = z - AXIS_Z, y - MIDDLE
    high = up.clamp_min(0.0)
    flat = torch.addcmul(x * x, w, w)
    height = torch.atan2(high, flat.sqrt()).mul_(ARC).add_(up).sub_(high)
    return torch.addcmul(flat, high, high).sqrt_(), torch.atan2(x, w), height


class Haircut:
    """The hair of one person as a chart: `read` gives its properties anywhere around the head."""

    def __init__(self, identity: Identity) -> None:
        self.identity = i = identity
        self.cut = c = CUTS[i.hair_style]
        rng = np.random.default_rng(i.texture_seed)
        self.phases = [float(phase) for phase in rng.uniform(0.0, 2.0 * math.pi, 6)]
        self.side = 1.0 if i.parting < 0 else -1.0  # to which side the hair is combed
        apart = 0.10 + 0.20 * abs(i.parting) if c.sweep > 0.5 or c.flow == "swept" else 0.22 * abs(i.parting)
        self.part = -self.side * apart
        self.end = c.end + (rng.uniform(-0.10, 0.10) if c.falls else 0.0)
        curl = max(i.hair_curl, 0.85) if c.curly else min(i.hair_curl, 0.3 if c.sweep else 0.6)
        if i.hair_style in ("short", "receding") and i.hair_curl > 0.7:
            curl = i.hair_curl
        if i.hair_style == "wavy":
            curl = max(curl, 0.4)
        # which side is tucked behind an ear, and which lies before the shoulder: -1 left, 0 none, 1 right, 2 both
        self.tuck = int(rng.choice([-1, 0, 0, 1, 2])) if c.falls and not c.curly and c.flow == "parted" else 0
        self.before = int(rng.choice([-1, 0, 1, 2, 2]))
        thinning = {"receding": 0.35 + 0.65 * i.age, "shaved": 0.3 * i.age + 0.4 * rng.random()}
        self.recession = thinning.get(i.hair_style, 0.3 * i.age * (not c.falls))
        self.bald = i.hair_style in ("receding", "shaved") and self.recession > 0.68
        self.hairline = 0.75 + 0.05 * i.forehead + 0.26 * self.recession * (not self.bald)
        self.hairline += 0.04 * (c.flow in ("back", "swept"))
        self.full = 0.65 + 0.7 * i.hair_volume
        self.strands = Strands(c.flow, curl, self.part, self.side, c.falls, i.texture_seed)
        self._maps = self._bake()

    def read(self, azimuth: Tensor, height: Tensor, last: int = 6) -> Tensor:
        """Radius, strand `u` and `v`, ease, crest and cover (6, n) at points of the chart: see `_slopes`, `_cover`."""
        places = self._grid(azimuth, height)
        return grid_sample(self._maps[:, :last], places, "bilinear", "border", align_corners=True)[0, :, 0]

    def normals(self, azimuth: Tensor, height: Tensor) -> Tensor:
        """Unit normals (3, n) of the hair's shape at points of the chart, in head axes; finer relief is left out."""
        step_, rise = 0.035, height.clamp_min(0.0) / ARC
        shifts = torch.tensor([[0.0, 0.0], [step_, 0.0], [-step_, 0.0], [0.0, step_], [0.0, -step_]])
        places = [self._grid(azimuth + a, height + h) for a, h in shifts.tolist()]
        radius = grid_sample(self._maps[:, :1], torch.cat(places, 2), "bilinear", "border", align_corners=True)
        middle, right, left, over, under = radius.view(5, -1)
        across = (0.6 * (right - left) / (2.0 * step_ * middle.clamp_min(0.4))).clamp(-1.0, 1.0)
        along = (0.6 * (over - under) / (2.0 * step_)).clamp(-1.0, 1.0)
        sin_a, cos_a, sin_r, cos_r = torch.sin(azimuth), torch.cos(azimuth), torch.sin(rise), torch.cos(rise)
        x = sin_a * cos_r - across * cos_a + along * sin_a * sin_r
        z = cos_a * cos_r + across * sin_a + along * cos_a * sin_r
        normal = torch.stack([x, sin_r - along * cos_r, z])
        return normal / normal.norm(dim=0)

    @staticmethod
    def _grid(azimuth: Tensor, height: Tensor) -> Tensor:
        along = (height - 0.5 * (HIGHEST + LOWEST)) * (2.0 / (HIGHEST - LOWEST))
        return torch.stack([azimuth * (1.0 / WIDEST), along], 1)[None, None]

    def _bake(self) -> Tensor:
        """The chart as maps (1, 6, ROWS, COLUMNS)."""
        i = self.identity
        azimuth = torch.linspace(-WIDEST, WIDEST, COLUMNS).repeat(ROWS)
        height = torch.linspace(LOWEST, HIGHEST, ROWS).repeat_interleave(COLUMNS)
        rise = height.clamp_min(0.0) / ARC
        flat = torch.cos(rise)
        towards = torch.stack([torch.sin(azimuth) * flat, torch.sin(rise), torch.cos(azimuth) * flat])
        base = torch.stack([torch.zeros_like(height), MIDDLE + height.clamp_max(0.0), torch.full_like(height, AXIS_Z)])
        skull = self._skull(base, towards)
        x, y, z = point = base + skull.clamp_min(0.66) * towards
        cover = self._cover(x, x.abs(), y, z)
        u, v = self.strands.place(point)
        lock = self.strands.locks(point, u, v)
        if self.cut.flow != "parted":  # strands end singly at the hairline
            cover = cover + 0.004 * self.strands.read(u, v)[1] * (1.0 - 0.7 * self.strands.coiled)
        grown = step(-0.05, self.cut.rise, cover)
        radius = skull + self._thickness(x, y, z) * grown - 0.03 * step(0.05, -0.05, cover)
        radius = radius - 0.04 * step(-0.05, -0.15, cover)
        tuft = (0.010 + 0.02 * self.cut.wild) * lock * (1.0 + 0.8 * self.cut.falls * step(0.2, -1.0, y))
        if self.cut.flow == "back":
            radius = torch.maximum(radius, self._knot(base, towards))
            # two strands have come loose before the ears
            at = 0.93 + 0.06 * torch.sin(4.0 * y + self.phases[2] + azimuth.sign()) + 0.15 * (y + 0.2).square()
            thin = 0.020 + 0.012 * step(-0.6, 0.3, y)
            loose = torch.exp(-(((azimuth.abs() - at) / thin).square())) * step(0.75, 0.5, y) * step(-0.75, -0.3, y)
            radius = torch.maximum(radius, BARE + (0.86 - 0.10 * step(0.0, 0.6, y) - BARE) * loose * (i.fringe < 0.5))
        if self.cut.falls:
            curtain, there = self._curtain(azimuth, y, u, lock)
            curtain = curtain / flat.clamp_min(0.6) * there + BARE * (1.0 - there)
            radius = smooth_max(radius, curtain, 0.10)
            grown = torch.maximum(grown, there)
        radius = torch.where(grown > 0.02, radius + tuft * grown, radius).clamp_min(BARE)
        ease, crest = self._slopes(radius.view(ROWS, COLUMNS)).flatten(1)
        return torch.stack([radius, u, v, ease, crest, cover]).view(1, 6, ROWS, COLUMNS)

    @staticmethod
    def _slopes(radius: Tensor) -> Tensor:
        """What turns a difference of radii into a distance, and the greatest radius around: (2, ROWS, COLUMNS).

        The first is the cosine of the steepest slope around.
        """
        down, across = torch.gradient(radius)
        slope = (down * ((ROWS - 1) / (HIGHEST - LOWEST))).square()
        slope = slope + (across * ((COLUMNS - 1) / (2.0 * WIDEST)) / radius.clamp_min(0.5)).square()
        maps = torch.stack([slope, radius])
        for axis in (1, 2):  # over three cells to each side
            for shift in (1, 2):
                maps = torch.maximum(maps, torch.maximum(maps.roll(shift, axis), maps.roll(-shift, axis)))
        return torch.stack([(maps[0] + 1.0).rsqrt(), maps[1]])

    def _skull(self, base: Tensor, towards: Tensor) -> Tensor:
        """Distance (n,) from `base` to the surface of the skull in the directions `towards` (3, n)."""
        i = self.identity
        radii = torch.tensor([0.715 * (1.0 + 0.05 * i.face_width), 0.84 + 0.03 * i.forehead, 0.93])
        start = (base - torch.tensor([0.0, 0.36, -0.24])[:, None]) / radii[:, None]
        ray = towards / radii[:, None]
        a, b, c = (ray * ray).sum(0), (ray * start).sum(0), (start * start).sum(0) - 1.0
        inside = b * b - a * c
        return torch.where(inside > 0.0, (inside.clamp_min(0.0).sqrt() - b) / a, BARE).clamp_min(BARE)

    def _knot(self, base: Tensor, towards: Tensor) -> Tensor:
        """Distance (n,) from `base` to the surface of a bun at the back, 0 where it is not met."""
        size = 0.22 + 0.14 * self.identity.hair_volume
        high = 0.5 + 0.5 * math.sin(self.phases[5])
        offset = base - torch.tensor([0.25 * self.part, 0.9 + 0.4 * high, -0.95 + 0.45 * high])[:, None]
        b = (offset * towards).sum(0)
        inside = b * b - (offset * offset).sum(0) + size * size
        return torch.where(inside > 0.0, inside.clamp_min(0.0).sqrt() - b, 0.0)

    def _cover(self, x: Tensor, ax: Tensor, y: Tensor, z: Tensor) -> Tensor:
        """Signed distance into the hairy part of the scalp: positive behind the hairline, negative on the face."""
        i, c = self.identity, self.cut
        if c.flow == "crown" and c.sweep:  # a fringe, full or parted like a curtain
            peak = self.hairline - 0.36 * i.fringe + 0.20 * (1.0 - i.fringe) - 0.45 * (1.0 - i.fringe) * ax
        elif c.sweep:
            peak = self.hairline + 0.03 - 0.50 * c.sweep * step(0.0, 0.75, self.side * (x - self.part))
        else:
            peak = self.hairline - 0.09 * (x - 0.5 * self.part).abs()
        wide = (0.645 - 0.02 * c.falls) * (1.0 + 0.05 * i.face_width)
        rise = (y + 0.15) / (peak + 0.15)
        u = ax / wide
        outside = 0.3 * (u * u * (0.7 + 0.3 * u * u) + rise * rise * (y > -0.15) - 1.0)
        if not c.falls:  # temples
            temple = ((ax - 0.43) / 0.17).square() + ((y - self.hairline + 0.06) / 0.20).square()
            outside = outside - (0.03 + 0.09 * self.recession) * torch.exp(-temple)
        outside = outside + 0.008 * torch.sin(7.0 * x + self.phases[3]) + 0.006 * torch.sin(15.0 * x + self.phases[4])
        cover = smooth_max(outside, 0.06 - z, 0.1)
        if c.falls:
            floor = y + 0.5
            if self.tuck:
                floor = floor - 1.3 * self._tucked(x) * (z + 0.52).clamp(0.0, 0.62)
        else:
            burn = 0.18 * torch.exp(-((z - 0.03) / 0.10).square()) if c.flow in ("crown", "swept") else 0.0
            floor = y - self.end + 0.5 * step(0.0, 0.5, -z - 0.1) + burn
        if self.bald:
            cover = smooth_min(cover, 0.55 * (0.74 - 0.25 * z - y), 0.1)
        return smooth_min(cover, floor, 0.12)

    def _tucked(self, x: Tensor) -> Tensor:
        """1 on a side with the hair tucked behind the ear, 0 elsewhere."""
        return step(0.1, 0.3, x.abs() if self.tuck == 2 else self.tuck * x)

    def _thickness(self, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
        """Thickness (n,) of the hair on the skull behind the hairline."""
        c, full = self.cut, self.full
        over = step(0.2, 1.05, y)
        thick = full * (c.side + (c.top - c.side) * over)
        if c.front:
            thick = thick + full * c.front * step(0.55, 1.0, y) * step(-0.5, 0.45, z) * (0.75 + 0.6 * self.side * x)
        if c.flow in ("parted", "swept"):
            line = (x - self.strands.parting(z)) / (0.11 if c.flow == "parted" else 0.06)
            fine = torch.exp(-((4.5 * line).square()))
            thick = thick * (1.0 - (0.6 * torch.exp(-line * line) + 0.4 * fine) * (z > -0.3) * over)
            thick = thick * (1.0 + 0.4 * (c.sweep > 0.0) * step(-0.2, 0.5, self.side * x))
        return thick

    def _curtain(self, azimuth: Tensor, y: Tensor, u: Tensor, lock: Tensor) -> tuple[Tensor, Tensor]:
        """Radius of the hair that falls around the face, and where there is any (n,), 0 to 1."""
        c, full, phase = self.cut, self.full, self.phases
        side = torch.sign(azimuth)
        curl = self.strands.curl
        radius = 0.73 + 0.9 * full * c.side + (0.03 + 0.10 * full * (0.3 + curl)) * step(0.7, -0.6, y)
        radius = radius + 0.035 * torch.sin(2.6 * y + phase[1] + 1.7 * side + 1.3 * azimuth) * step(0.3, -0.5, y)
        if self.end > -1.3:
            radius = radius - 0.12 * step(self.end + 0.45, self.end, y)
        inner = 0.58 - 0.05 * full - 0.05 * step(-0.1, -0.8, y) + 0.09 * step(-0.9, -1.6, y)
        inner = inner + (0.02 + 0.05 * curl) * torch.sin((3.0 + 4.0 * curl) * y + phase[2] + 2.0 * side)
        opening = torch.asin((inner / radius).clamp(0.1, 0.95)) + 0.03 * lock
        if self.tuck:
            tucked = self._tucked(side)
            radius = radius - 0.10 * tucked * step(-1.3, -0.3, y)
            behind = 1.75 - 0.50 * step(-0.25, -1.2, y)
            opening = opening + (behind - opening) * tucked * step(0.45, 0.10, y + 0.25 * (azimuth.abs() - 1.0))
        if self.before != 2:  # behind a shoulder
            back = 1.0 if not self.before else (side != self.before).float()
            opening = opening + (1.30 - opening).clamp_min(0.0) * back * step(-0.2, -1.25, y)
        there = step(-0.16, 0.08, azimuth.abs() - opening) * step(0.80, 0.35, y)
        strand = self.strands.read(u, -y)[1]
        return radius, there * step(-0.05, 0.16, y - self.end + 0.07 * c.wild * lock + 0.03 * strand)
