"""What light hair sends back: its colour, darker at the roots and between locks, and the sheen of its strands.

The strand highlight is that of Kajiya and Kay (1989).
"""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.studio.identity import Identity
from influencer_style.studio.light import Lit, linear, mix
from influencer_style.studio.look import Look


def hair_radiance(identity: Identity, look: Look, m: dict[str, Tensor], lit: Lit, to_world: Tensor) -> Tensor:
    """Linear light (3, n) leaving hair points with marks `m` (see hair.py); `to_world` (3, 3) turns the head."""
    albedo = _albedo(identity, look, m)
    tangent = to_world @ m["direction"] + 0.10 * m["strands"] * lit.normals
    tangent = tangent / tangent.norm(dim=0).clamp_min(1e-6)
    seen = 0.25 + 0.75 * lit.shadow
    wrap = ((lit.key_cos + 0.25) / 1.25).clamp_min(0.0)
    filled = lit.fill * (0.3 + 0.7 * lit.fill_cos.clamp_min(0.0)) * lit.openness
    diffuse = lit.key * wrap * seen + filled + lit.around + lit.rim * lit.rim_reach
    sheen = (0.5 + 0.5 * m["strands"]).clamp(0.1, 1.6) * (1.0 - 0.6 * identity.hair_curl)
    narrow = _strand_lobe(tangent, lit.views, lit.key_at, 70.0) * wrap * seen * lit.key
    narrow = narrow + 0.5 * _strand_lobe(tangent, lit.views, lit.fill_at, 50.0) * lit.fill
    glow = (0.035 + 0.55 * albedo) * sheen * narrow * lit.openness
    edge = (1.0 - lit.facing) ** 2
    return albedo * diffuse * 1.1 + glow + (0.08 + 0.6 * albedo) * lit.rim * edge * lit.rim_reach


def _albedo(identity: Identity, look: Look, m: dict[str, Tensor]) -> Tensor:
    """Albedo (3, n) of hair, darker at the roots and between locks."""
    colour = linear(identity.hair)
    if look.hair is not None:
        colour = mix(colour, linear(look.hair), torch.tensor(look.hair_blend))
    relief = torch.exp(0.24 * m["strands"] + 0.12 * m["locks"]).clamp(0.4, 2.0)
    return colour * relief * (0.75 + 0.35 * m["tip"]) + 0.004


def _strand_lobe(tangent: Tensor, views: Tensor, light: Tensor, power: float) -> Tensor:
    half = views + light
    cosine = (tangent * half).sum(0) / half.norm(dim=0).clamp_min(1e-6)
    return (1.0 - cosine * cosine).clamp_min(0.0) ** (power / 2)
