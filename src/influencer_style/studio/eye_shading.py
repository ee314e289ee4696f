"""What light an eyeball sends back: white, iris, pupil, and the key mirrored in the cornea."""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.studio.identity import Identity
from influencer_style.studio.light import Lit, linear, mix
from influencer_style.studio.solids import step


def eye_radiance(identity: Identity, m: dict[str, Tensor], lit: Lit) -> Tensor:
    """Linear light (3, n) leaving eye points with marks `m` (see surface.py)."""
    reached = lit.key * (0.35 + 0.65 * lit.key_cos.clamp_min(0.0)) * (0.35 + 0.65 * lit.shadow)
    reached = reached + lit.fill + lit.around * 1.3
    # a small window on the light's side
    x = m["glint_x"] - 0.028 * float(lit.key_at[0]) - 0.006
    y = m["glint_y"] - 0.012 - 0.028 * float(lit.key_at[1])
    glint = step(0.021, 0.012, (x * x + y * y).sqrt()) * m["lidded"]
    return _albedo(identity, m) * reached * 0.82 + glint * (0.45 * lit.key + 0.35 * lit.fill + 0.25 * lit.sky)


def _albedo(identity: Identity, m: dict[str, Tensor]) -> Tensor:
    """Albedo (3, n) of the eyeball: white, iris with limbus and rays, pupil."""
    white = torch.tensor([0.52, 0.48, 0.46])[:, None] * torch.ones_like(m["iris"])
    white = mix(white, torch.tensor([0.52, 0.30, 0.27])[:, None], 0.5 * step(0.45, 0.95, m["corner"]))
    iris = linear(identity.eyes) * (1.15 + 0.28 * m["rays"]).clamp(0.3, 2.2) * (1.0 - 0.65 * m["limbus"])
    base = mix(white, iris, m["iris"])
    return mix(base, torch.tensor([0.004, 0.004, 0.005])[:, None], m["pupil"]) * (0.28 + 0.72 * m["lidded"])
