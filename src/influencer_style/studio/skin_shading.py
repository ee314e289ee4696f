"""What light skin sends back, bare or made up, with lips, brows, lashes and beard."""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.studio.hair_shading import hair_colour
from influencer_style.studio.identity import Identity
from influencer_style.studio.light import Lit, linear, lobe, mix
from influencer_style.studio.look import Look

# light that enters skin beside the terminator comes out red: wrap each channel by its own depth
_BLOOD = torch.tensor([0.575, 0.465, 0.405])[:, None]
_BLEED = torch.tensor([0.30, 0.12, 0.07])[:, None]


def skin_radiance(identity: Identity, look: Look, m: dict[str, Tensor], lit: Lit) -> Tensor:
    """Linear light (3, n) leaving skin points with marks `m` (see surface.py)."""
    albedo, gloss = _albedo(identity, look, m)
    shine = lobe(lit.normals, lit.views, lit.key_at, 24.0) * lit.shadow * lit.key * 0.21
    shine = shine + lobe(lit.normals, lit.views, lit.fill_at, 14.0) * lit.fill * 0.10
    edge = (1.0 - lit.facing) ** 4 * lit.openness
    glow = gloss * (shine + 0.5 * edge * lit.around) + 0.25 * lit.rim * lit.rim_reach * edge
    return albedo * soft_diffuse(lit, _BLEED) + glow


def soft_diffuse(lit: Lit, bleed: Tensor) -> Tensor:
    """Diffuse light (3, n) on a surface into which light enters by `bleed` (a share, each channel its own)."""
    wrapped = ((lit.key_cos + bleed) / (1.0 + bleed)).clamp_min(0.0)
    seen = lit.shadow + bleed * 0.5 * (1.0 - lit.shadow)
    closed = lit.openness ** (1.0 - 0.5 * bleed)
    keyed = lit.key * wrapped * seen * (0.4 + 0.6 * closed)
    filled = lit.fill * (0.35 + 0.65 * lit.fill_cos).clamp_min(0.0) * closed
    return keyed + filled + lit.around + lit.rim * lit.rim_reach * 0.5


def _albedo(identity: Identity, look: Look, m: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Albedo (3, n) and gloss (n,) of skin, brows, bare or made-up lips and lids."""
    # the scale names skin as photographed: paler than it reflects at the light end, darker at the other
    tone = 0.05 * torch.tensor([1.35, 0.80, 0.58])[:, None] + linear(identity.skin) * _BLOOD
    hair = linear(identity.hair)
    brightness = float(tone.mean())
    base = tone * torch.tensor([1.04, 0.95, 0.95])[:, None] * (1.0 + 0.025 * m["mottle"] + 0.02 * m["pores"])
    redder = tone * torch.tensor([1.05, 0.74, 0.70])[:, None]
    base = mix(base, redder, (0.55 * m["flush"]).clamp_max(0.8))
    base = mix(base, tone * torch.tensor([0.62, 0.50, 0.44])[:, None], 0.5 * m["freckles"] * identity.freckles)
    base = mix(base, tone * torch.tensor([0.74, 0.66, 0.66])[:, None], 0.35 * m["socket"] + 0.35 * m["crease"])
    # lines of age: the skin's own colour, darker and redder, as light that comes out of a fold
    base = mix(base, tone * torch.tensor([0.50, 0.36, 0.32])[:, None], 0.62 * m["folds"])
    base = mix(base, tone * torch.tensor([0.72, 0.62, 0.68])[:, None], (0.25 + 0.4 * identity.age) * m["bags"])
    base = mix(base, tone * torch.tensor([0.55, 0.34, 0.30])[:, None], 0.75 * m["concha"])
    makeup = look.makeup
    base = mix(base, linear(makeup.blush) * (0.25 + 0.9 * brightness), 0.75 * makeup.blush_opacity * m["blush"])
    base = mix(base, linear(makeup.shadow) * (0.35 + 0.65 * brightness**0.5), 0.92 * makeup.shadow_opacity * m["lid"])
    bare = tone * torch.tensor([0.78, 0.42, 0.42])[:, None] + torch.tensor([0.03, 0.008, 0.01])[:, None]
    lips = mix(bare, linear(makeup.lips), torch.tensor(0.95 * makeup.lip_opacity)) * (1.0 + 0.05 * m["pores"])
    base = mix(base, lips, m["lips"])
    base = base * (1.0 - 0.8 * m["seam"]) * (1.0 - 0.85 * m["nostril"])
    base = mix(base, torch.tensor([0.035, 0.012, 0.012])[:, None], m["mouth"])
    base = mix(base, torch.tensor([0.60, 0.55, 0.48])[:, None], 0.9 * m["teeth"])
    dark = hair * 0.55 + torch.tensor([0.012, 0.009, 0.007])[:, None]
    full = identity.beard_length
    grown = m["beard"] * (1.0 - m["teeth"]).clamp_min(0.0) * (1.0 - m["mouth"]).clamp_min(0.0)
    stubble = identity.beard * (1.0 + (0.12 + 0.2 * full) * m["bristles"] + 0.1 * m["pores"]) * grown
    whisker = hair * (0.8 - 0.1 * full) * (1.0 + 0.3 * full * m["bristles"]).clamp(0.3, 2.0) + 0.1 * (1.0 - full) * tone
    base = mix(base, whisker, ((0.7 + 0.5 * full) * stubble).clamp(0.0, 1.0))
    root = 0.15 + 0.5 * (identity.texture_seed % 7) / 6.0 if identity.hair_style == "shaved" else 0.75
    base = mix(base, hair_colour(identity, look) * 0.8 + 0.08 * tone, root * m["scalp"])
    base = mix(base, dark, 0.92 * m["brow"])
    ink = torch.tensor([0.010, 0.008, 0.008])[:, None]
    base = mix(base, ink, (0.62 * m["lash"] + makeup.liner * m["liner"]).clamp_max(0.96))
    gloss = (
        0.20
        + 0.22 * m["oil"]
        + 0.10 * m["pores"] * 0.2
        + (0.35 + 0.3 * makeup.lip_opacity) * m["lips"]
        - 0.2 * m["brow"]
        - 0.15 * stubble
    )
    return base, (gloss * (1.0 - m["seam"]) * (1.0 - m["lash"])).clamp_min(0.0)
