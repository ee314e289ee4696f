"""Hair styles, and strands: how they run over a head, and the patterns of locks, curls and single hairs along them.

Unit: decimetre. Points are tensors (3, n) in the axes of the turned head (see figure.py). A strand keeps its `u`; `v`
runs along it. No visible part of a head may face the way in which `u` grows: strands would close to rings there.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from influencer_style.studio.identity import HairStyle
from influencer_style.studio.solids import noise_table, step

Flow = Literal["crown", "parted", "swept", "back"]
SPAN, LENGTH = 5.0, 5.0  # decimetres across and along the strands before the patterns repeat, mirrored
COLUMNS, ROWS = 1024, 40


@dataclass(frozen=True)
class Cut:
    """How one hair style is cut and combed. Thicknesses and heights in decimetres.

    `end` is the height where the hair ends; `top`, `front` and `side` are its thickness, reached over the distance
    `rise` behind the hairline; `sweep` (0 to 1) lowers a fringe, `wild` (0 to 1) makes locks stand out.
    """

    flow: Flow
    end: float
    top: float
    side: float
    front: float = 0.0
    rise: float = 0.34
    falls: bool = False
    sweep: float = 0.0
    wild: float = 0.5
    curly: bool = False


CUTS: dict[HairStyle, Cut] = {
    "shaved": Cut("crown", -0.12, 0.0, 0.0),
    "receding": Cut("crown", -0.14, 0.06, 0.045, wild=0.3),
    "short": Cut("crown", -0.12, 0.09, 0.05, rise=0.24, wild=0.5),
    "swept": Cut("swept", -0.10, 0.13, 0.04, front=0.16, rise=0.20, wild=0.6),
    "curly": Cut("crown", -0.20, 0.19, 0.15, rise=0.20, wild=0.9, curly=True),
    "tied": Cut("back", -0.5, 0.06, 0.05, rise=0.30, wild=0.35),
    "bob": Cut("parted", -0.86, 0.11, 0.10, falls=True, wild=0.4),
    "fringe": Cut("crown", -1.25, 0.12, 0.10, rise=0.12, falls=True, sweep=0.35, wild=0.45),
    "asymmetric": Cut("parted", -1.0, 0.14, 0.11, rise=0.22, falls=True, sweep=0.8, wild=0.5),
    "wavy": Cut("parted", -1.35, 0.13, 0.13, falls=True, wild=0.8),
    "long": Cut("parted", -2.5, 0.09, 0.09, falls=True, wild=0.4),
    "ringlets": Cut("parted", -1.75, 0.15, 0.16, falls=True, wild=0.9, curly=True),
}


@functools.cache
def _patterns() -> tuple[Tensor, Tensor]:
    """Tables (1, 3, ROWS, COLUMNS) of noise of deviation 1 along strands, and (1, 1, ROWS, COLUMNS) of relief.

    The noise is that of locks, strands and single hairs; the relief, in decimetres, that of the last two.
    """
    sizes = ((4, 40), (4, 10), (2, 3))  # rows and columns
    lock, strand, hair = (noise_table(70 + k, ROWS, COLUMNS, size) for k, size in enumerate(sizes))
    return torch.stack([lock, strand, hair])[None], (0.006 * strand + 0.005 * hair)[None, None]


@functools.cache
def _spikes() -> Tensor:
    """Rare high ridges (1, 1, 64, 1024) over low ground: the hairs that stand off a head."""
    rare = (noise_table(80, 64, 1024, (16, 5)) - 0.8).clamp_min(0.0)
    return (rare * (0.8 + 0.8 * noise_table(81, 64, 1024, (8, 40))).clamp_min(0.0))[None, None]


def _read(table: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """Values (c, n) of a table at columns `u` and rows `v`, in repeats; it goes on mirrored."""
    grid = torch.stack([u, v], 1)[None, None]
    return grid_sample(table, grid.mul_(2.0).sub_(1.0), "bilinear", "reflection", align_corners=False)[0, :, 0]


class Strands:
    """How the strands of one head run, `curl` from 0 (straight) to 1 (coiled)."""

    def __init__(self, flow: Flow, curl: float, part: float, side: float, falls: bool, seed: int) -> None:
        self.flow, self.curl, self.part, self.side = flow, curl, part, side
        rng = np.random.default_rng(seed + 3)
        self.offset = [float(value) for value in rng.uniform(0.0, 1.0, 2)]
        self.phase = [float(value) for value in rng.uniform(0.0, 2.0 * math.pi, 4)]
        self.coiled = float(np.clip((curl - 0.62) / 0.2, 0.0, 1.0)) * (not falls)
        self.ringed = float(np.clip((curl - 0.5) / 0.25, 0.0, 1.0)) * falls
        self.ring, self.pitch = 0.24 - 0.10 * curl, 0.34 - 0.14 * curl
        self.layers = 1.0 if falls else 2.2
        self.waves = curl * (1.0 - self.coiled)

    def parting(self, z: Tensor) -> Tensor:
        """Where the parting runs: `x` at depth `z`."""
        return self.part + 0.012 * torch.sin(7.0 * z + self.phase[3]) + 0.006 * torch.sin(19.0 * z + self.phase[2])

    def across(self, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
        """Which strand (n,) passes a point, in decimetres across strands; waves left out."""
        if self.flow == "parted":  # from the parting around the face, and down
            away = x - self.parting(z)
            high = (y - 0.1).clamp_min(0.0)
            return (away * away + high * high).sqrt() - 0.9 * z + 0.3 * away.abs() + 1.7 * (away > 0)
        if self.flow == "crown":
            return 0.8 * torch.atan2(x - 0.5 * self.part, z + 0.3)
        # from the whole hairline to the back of the head
        back = 0.8 * torch.atan2(x, 0.9 * (y - 0.35) + 0.45 * (z + 0.2))
        if self.flow == "back":
            return back
        away = x - self.parting(z)
        return 0.75 * back + 0.55 * self.side * ((x * x + (y * y)).sqrt() - 0.5 * z) + 1.7 * (away * self.side < 0)

    def place(self, local: Tensor) -> tuple[Tensor, Tensor]:
        """Pattern coordinates (u, v) of points, in decimetres across and along the strands."""
        x, y, z = local
        u, v = self.across(x, y, z), -y
        if self.flow == "crown":  # cut in layers, so that locks are short
            out = ((x - 0.5 * self.part).square() + (z + 0.3).square()).sqrt()
            u, v = u + 0.03 * torch.sin(5.0 * out - 4.0 * y + 9.0 * u + self.phase[1]), self.layers * (out - y)
        if self.waves > 0.05:
            swing = 0.012 + 0.04 * self.waves
            turn = (6.0 + 6.0 * self.waves) * -y + self.phase[0] + 1.3 * torch.sin(4.0 * u + self.phase[1])
            u = u + swing * torch.sin(turn) * step(1.1, 0.2, y)
        return u, v

    def read(self, u: Tensor, v: Tensor) -> Tensor:
        """Locks, strands and hairs (3, n) at pattern coordinates."""
        return _read(_patterns()[0], u / SPAN + self.offset[0], v / LENGTH + self.offset[1])

    def fray(self, u: Tensor, v: Tensor) -> Tensor:
        """Relief (n,) of strands and single hairs in decimetres, at pattern coordinates."""
        return _read(_patterns()[1], u / SPAN + self.offset[0], v / LENGTH + self.offset[1])[0]

    def rings(self, u: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Place across a ringlet (n,), -1 to 1, and turn of its helix (n,) in radians."""
        at = u / self.ring + 0.3 * torch.sin(5.0 * v + self.phase[2])
        which = at.floor()
        across = 2.0 * (at - which) - 1.0
        return across, 2.0 * math.pi * (v / self.pitch + 0.618 * which) + 1.5 * across

    def coils(self, local: Tensor, size: float) -> Tensor:
        """Small round clumps (n,) of about `size`, -1 to 1."""
        x, y, z = local * (2.0 * math.pi / size)
        a, b, c = self.phase[:3]
        bend_x, bend_y = 1.6 * torch.sin(0.37 * y + a), 1.6 * torch.sin(0.43 * z + 0.31 * x + b)
        return torch.sin(x + bend_x + b) * torch.sin(y + bend_y + c) + 0.6 * torch.sin(0.8 * z + bend_y + bend_x)

    def locks(self, local: Tensor, u: Tensor, v: Tensor) -> Tensor:
        """Relief (n,) of locks or curls, mean 0, deviation about 1."""
        lock = self.read(u, v)[0]
        if self.ringed:
            across, turn = self.rings(u, v)
            lock = lock + self.ringed * (0.8 * torch.cos(turn) - 1.2 * across * across)
        if self.coiled:
            lock = lock * (1.0 - 0.7 * self.coiled) + 1.3 * self.coiled * self.coils(local, 0.17)
        return lock

    def roots(self, local: Tensor) -> Tensor:
        """A fine pattern (n,), mean 0, of single hairs that leave the scalp away from the face."""
        x, y, z = local
        u = 0.8 * torch.atan2(x, (y - 0.05).clamp_min(0.02)) + 0.6 * (z * z + 0.01).sqrt()
        _, strand, hair = self.read(u, -2.0 * y)
        return 0.4 * strand + hair

    def marks(self, local: Tensor, normals: Tensor) -> dict[str, Tensor]:
        """Patterns (n,) of mean 0 and the strands' direction (3, n) at hair points with unit `normals` (3, n)."""
        u, v = self.place(local)
        lock, strand, hair = self.read(u, v)
        slope = torch.stack([self.place(local + 0.02 * axis[:, None])[0] - u for axis in torch.eye(3)])
        slope = slope - (slope * normals).sum(0) * normals
        slope = slope / slope.norm(dim=0).clamp_min(1e-6)
        along = torch.linalg.cross(normals, slope, dim=0)
        along = along * torch.where(along[1] > 0, -1.0, 1.0)
        depth = 0.5 * lock.clamp(-2.0, 2.0) + 0.5 * strand.clamp(-2.0, 2.0)
        if self.ringed:
            across, turn = self.rings(u, v)
            tilt = 0.9 * self.ringed * torch.sin(turn)
            along = along * torch.cos(tilt) + slope * torch.sin(tilt)
            depth = depth * (1.0 - 0.4 * self.ringed) + self.ringed * (0.8 * torch.cos(turn) + 0.7 - 2.0 * across**2)
        if self.coiled:
            small, fine = self.coils(local, 0.17), self.coils(local.flip(0), 0.071)
            along = along * (1.0 - 0.5 * self.coiled * fine.abs()) + 0.9 * self.coiled * fine * slope
            along = along / along.norm(dim=0).clamp_min(1e-6)
            coil = 0.8 * small + 0.7 * fine + 0.4 * hair
            depth = depth * (1.0 - self.coiled) + self.coiled * coil
            strand, hair = strand * (1.0 - 0.8 * self.coiled), hair * (1.0 - 0.5 * self.coiled)
        return {"lock": lock, "strand": strand, "hair": hair, "depth": depth, "direction": along}


def scatter(x: Tensor, y: Tensor, shape: Tensor, phase: float) -> Tensor:
    """Distance (n,) of loose hairs from the outline, `shape` being the distance to the smooth shape."""
    turn = torch.atan2(x, y - 0.1) / (2.0 * math.pi)
    return _read(_spikes(), turn * 2.0 + 1.2 * shape + phase, 1.5 * turn + 0.8 * shape + phase)[0]
