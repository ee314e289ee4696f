"""Light: what reaches each point of a G-buffer from key, fill, rim and room. Linear light throughout."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from influencer_style.studio.geometry import GBuffer, spread
from influencer_style.studio.identity import RGB
from influencer_style.studio.look import Light
from influencer_style.studio.solids import step, unit


def linear(colour: RGB) -> Tensor:
    """Linear light (3, 1) of an sRGB colour."""
    value = torch.tensor(colour)
    return torch.where(value > 0.04045, ((value + 0.055) / 1.055) ** 2.4, value / 12.92)[:, None]


def mix(base: Tensor, colour: Tensor, amount: Tensor) -> Tensor:
    """`base` moved towards `colour` by `amount` in [0, 1]."""
    return base + (colour - base) * amount


def direction(azimuth: float, elevation: float) -> Tensor:
    """Unit vector (3, 1) towards a light at these angles in degrees."""
    a, e = math.radians(azimuth), math.radians(elevation)
    return torch.tensor([math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e)])[:, None]


@dataclass(frozen=True)
class Lit:
    """How some points (n) of a picture are lit. Colours (3, 1) are linear, cosines and shares (n,).

    `key_at`, `fill_at` are unit vectors (3, 1) towards the lights, `shadow` the share of the key that is seen, `around`
    (3, n) what comes from the room, `rim_reach` the rim's cosine where nothing stands before it.
    """

    normals: Tensor
    views: Tensor
    openness: Tensor
    shadow: Tensor
    around: Tensor
    key_cos: Tensor
    fill_cos: Tensor
    rim_reach: Tensor
    key: Tensor
    fill: Tensor
    rim: Tensor
    sky: Tensor
    key_at: Tensor
    fill_at: Tensor

    def at(self, index: Tensor) -> Lit:
        """The same light at some of the points."""
        per_point = ("normals", "views", "openness", "shadow", "around", "key_cos", "fill_cos", "rim_reach")
        return replace(self, **{name: getattr(self, name)[..., index] for name in per_point})

    @property
    def facing(self) -> Tensor:
        """Cosine (n,) between the surface and the view."""
        return (self.normals * self.views).sum(0).clamp(0.0, 1.0)


def cast(g: GBuffer, light: Light) -> Lit:
    """Light every hit of a G-buffer."""
    n = g.normals
    key_at, fill_at = direction(light.key_azimuth, light.key_elevation), direction(-0.5 * light.key_azimuth, 10.0)
    rim_at = direction(light.rim_azimuth, 25.0)
    sky = 1.1 * light.ambient * linear(light.ambient_colour)
    key_cos, fill_cos, rim_cos = ((n * at).sum(0) for at in (key_at, fill_at, rim_at))
    return Lit(
        n, g.views, g.openness, _shadow(g, key_at), sky * g.openness * (0.72 + 0.28 * n[1]), key_cos, fill_cos,
        g.openness * rim_cos.clamp_min(0.0), 1.75 * light.key * linear(light.key_colour),
        1.2 * light.fill * linear(light.fill_colour), 1.8 * light.rim * linear(light.rim_colour), sky, key_at, fill_at,
    )  # fmt: skip


def _shadow(g: GBuffer, light: Tensor) -> Tensor:
    """How much of the key each hit sees (h,), 0 to 1: marched on a coarser grid, since shadows are soft."""

    def march_light(at: Tensor) -> Tensor:
        points = g.points[:, at] + 0.03 * g.normals[:, at]
        lit, travelled = torch.ones(len(at)), torch.full((len(at),), 0.05)
        for _ in range(8):
            distance = g.figure.distance(points + light * travelled)
            lit = torch.minimum(lit, 0.5 + 4.5 * distance / travelled)
            travelled = travelled + distance.clamp(0.05, 0.5)
        return step(0.0, 1.0, lit)

    return spread(g.size, g.hits, g.pixels[g.hits], max(1, g.size // 80), march_light)


def lobe(normals: Tensor, views: Tensor, light: Tensor, power: float) -> Tensor:
    """Blinn-Phong highlight (n,) of a light, about 1 at its peak for rough surfaces."""
    half = unit(views + light)
    return (normals * half).sum(0).clamp_min(0.0) ** power * (power + 8.0) / 25.0
