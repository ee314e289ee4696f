"""What light hair sends back: its colour, darker at the roots and between locks, and the sheen of its strands.

The two highlights follow Marschner et al. (2003): light mirrored by the hair's surface, white and shifted to the root,
and light that went through the strand, coloured, wider and shifted to the tip; each has the shape of Kajiya and Kay
(1989).
"""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.studio.identity import Identity
from influencer_style.studio.light import Lit, linear, mix
from influencer_style.studio.look import Look
from influencer_style.studio.solids import step


def hair_colour(identity: Identity, look: Look, tip: Tensor | float = 0.0, white: Tensor | float = 0.0) -> Tensor:
    """Linear light (3, n) of the hair, dyed if the look says so; `tip` from root to tip, `white` for white hairs."""
    colour = linear(identity.hair)
    sunned = 0.25 * colour.sqrt() * torch.tensor([1.0, 0.80, 0.55])[:, None] + 0.75 * colour + 0.02
    colour = mix(colour, 1.3 * sunned, identity.hair_fade * torch.as_tensor(tip))
    colour = colour * (1.0 - 0.55 * torch.as_tensor(white)) + 0.35 * torch.as_tensor(white).clamp_min(0.0)
    if look.hair is not None:
        colour = mix(colour, linear(look.hair), torch.tensor(look.hair_blend))
    return colour


def hair_radiance(identity: Identity, look: Look, m: dict[str, Tensor], lit: Lit, to_world: Tensor) -> Tensor:
    """Linear light (3, n) leaving hair points with marks `m` (see hair.py); `to_world` (3, 3) turns the head."""
    albedo = _albedo(identity, look, m)
    normals, tangent = to_world @ m["normal"], to_world @ m["direction"]
    deep = step(-2.0, 1.2, m["depth"])
    # light hair passes on what it receives, so that little of it lies in the dark
    through = 0.5 * float(albedo.mean()) ** 0.5
    reached = lit.openness ** ((0.7 - 0.4 * through) * m["ease"])
    deep = (1.0 - (1.0 - deep) * (0.65 - 0.8 * through)) * (1.0 - 0.7 * m["under"])
    open_ = reached * (0.2 + 0.8 * deep)
    seen = 0.15 + 0.85 * lit.shadow
    lights = (
        (lit.key_at, lit.key * seen * deep, 0.2 + through),
        (lit.fill_at, lit.fill * open_, 0.5 + through),
    )
    bent = 0.06 * m["strand"] + 0.05 * m["hair"]
    tinted = albedo.clamp_min(1e-4).sqrt()
    out = albedo * lit.sky * reached * (0.72 + 0.28 * normals[1]) * (0.3 + 0.8 * deep)
    sparkle = (1.0 + 0.5 * m["hair"] + 0.35 * m["strand"]).clamp(0.1, 3.0)
    for at, amount, bleed in lights:
        facing = (((normals * at).sum(0) + bleed) / (1.0 + bleed)).clamp_min(0.0)
        sine = (1.0 - (tangent * at).sum(0).square()).clamp_min(0.0).sqrt()
        half = lit.views + at
        half = half / half.norm(dim=0).clamp_min(1e-6)
        cosine, lift = (tangent * half).sum(0), (normals * half).sum(0)
        first = _lobe(cosine + (bent - 0.10) * lift, 160.0)
        second = _lobe(cosine + (bent + 0.12) * lift, 28.0)
        lobes = (0.055 * first + (0.28 * albedo + 0.045 * tinted) * second) * sparkle
        out = out + amount * facing * (albedo * (0.6 + 0.4 * sine) * 1.1 + lobes * step(0.0, 0.35, facing))
    # thin edges let the light behind them through
    edge = (1.0 - lit.facing) ** 2
    return out + lit.rim * lit.rim_reach * (albedo + (0.03 + 0.9 * tinted * albedo) * edge * sparkle)


def _albedo(identity: Identity, look: Look, m: dict[str, Tensor]) -> Tensor:
    """Albedo (3, n) of hair: lighter and warmer strands beside darker ones, darker at the roots and between locks."""
    tone = (
        (1.0 - 0.3 * identity.hair_grey)
        * torch.tensor([0.24, 0.23, 0.20])[:, None]
        * (0.45 * m["lock"] + 0.6 * m["strand"] + 0.7 * m["hair"])
    )
    shade = (0.72 + 0.40 * m["tip"]) * (0.72 + 0.28 * step(-1.8, 0.8, m["depth"])) * (1.0 - 0.25 * m["root"])
    # grey hair is white hair and dark hair side by side
    mixed = 2.5 * identity.hair_grey * (1.0 - 0.8 * identity.hair_grey)
    white = mixed * (0.06 * m["lock"] + 0.2 * m["strand"] + 0.4 * m["hair"]).clamp(-0.8, 0.8)
    return hair_colour(identity, look, m["tip"], white) * torch.exp(tone.clamp(-1.0, 1.0)) * shade + 0.002


def _lobe(cosine: Tensor, power: float) -> Tensor:
    return (1.0 - cosine * cosine).clamp_min(0.0) ** (power / 2)
