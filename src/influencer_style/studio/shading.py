"""What light each material sends back: skin with its make-up, eyes, hair, clothes and spectacle frames.

The two highlights of hair follow Marschner et al. (2003): light mirrored by the hair's surface, white and shifted to
the root, and light that went through the strand, coloured, wider and shifted to the tip; each has the shape of Kajiya
and Kay (1989).
"""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.studio.identity import Identity
from influencer_style.studio.light import Lit, linear, lobe, mix
from influencer_style.studio.look import Look
from influencer_style.studio.solids import step

# light that enters skin near the terminator comes out red: wrap each channel by its own depth
_BLOOD = torch.tensor([0.575, 0.465, 0.405])[:, None]
_BLEED = torch.tensor([0.30, 0.12, 0.07])[:, None]


def skin_radiance(identity: Identity, look: Look, m: dict[str, Tensor], lit: Lit) -> Tensor:
    """Linear light (3, n) leaving skin points with marks `m` (see surface.py)."""
    albedo, gloss = _skin_albedo(identity, look, m)
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


def _skin_albedo(identity: Identity, look: Look, m: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
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
    gloss = 0.20 + 0.22 * m["oil"] + 0.10 * m["pores"] * 0.2 + (0.35 + 0.3 * makeup.lip_opacity) * m["lips"]
    gloss = gloss - 0.2 * m["brow"] - 0.15 * stubble
    return base, (gloss * (1.0 - m["seam"]) * (1.0 - m["lash"])).clamp_min(0.0)


def eye_radiance(identity: Identity, m: dict[str, Tensor], lit: Lit) -> Tensor:
    """Linear light (3, n) leaving eye points with marks `m` (see surface.py)."""
    reached = lit.key * (0.35 + 0.65 * lit.key_cos.clamp_min(0.0)) * (0.35 + 0.65 * lit.shadow)
    reached = reached + lit.fill + lit.around * 1.3
    # a small window on the light's side
    x = m["glint_x"] - 0.028 * float(lit.key_at[0]) - 0.006
    y = m["glint_y"] - 0.012 - 0.028 * float(lit.key_at[1])
    glint = step(0.021, 0.012, (x * x + y * y).sqrt()) * m["lidded"]
    white = torch.tensor([0.52, 0.48, 0.46])[:, None] * torch.ones_like(m["iris"])
    white = mix(white, torch.tensor([0.52, 0.30, 0.27])[:, None], 0.5 * step(0.45, 0.95, m["corner"]))
    iris = linear(identity.eyes) * (1.15 + 0.28 * m["rays"]).clamp(0.3, 2.2) * (1.0 - 0.65 * m["limbus"])
    base = mix(white, iris, m["iris"])
    albedo = mix(base, torch.tensor([0.004, 0.004, 0.005])[:, None], m["pupil"]) * (0.28 + 0.72 * m["lidded"])
    return albedo * reached * 0.82 + glint * (0.45 * lit.key + 0.35 * lit.fill + 0.25 * lit.sky)


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
    albedo = _hair_albedo(identity, look, m)
    normals, tangent = to_world @ m["normal"], to_world @ m["direction"]
    deep = step(-2.0, 1.2, m["depth"])
    # light hair passes on what it receives, so that little of it lies in the dark
    through = 0.5 * float(albedo.mean()) ** 0.5
    reached = lit.openness ** ((0.7 - 0.4 * through) * m["ease"])
    deep = (1.0 - (1.0 - deep) * (0.65 - 0.8 * through)) * (1.0 - 0.7 * m["under"])
    open_ = reached * (0.2 + 0.8 * deep)
    seen = 0.15 + 0.85 * lit.shadow
    lights = ((lit.key_at, lit.key * seen * deep, 0.2 + through), (lit.fill_at, lit.fill * open_, 0.5 + through))
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


def _hair_albedo(identity: Identity, look: Look, m: dict[str, Tensor]) -> Tensor:
    """Albedo (3, n) of hair: lighter and warmer strands next to darker ones, darker at the roots and between locks."""
    strands = 0.45 * m["lock"] + 0.6 * m["strand"] + 0.7 * m["hair"]
    tone = (1.0 - 0.3 * identity.hair_grey) * torch.tensor([0.24, 0.23, 0.20])[:, None] * strands
    shade = (0.72 + 0.40 * m["tip"]) * (0.72 + 0.28 * step(-1.8, 0.8, m["depth"])) * (1.0 - 0.25 * m["root"])
    # grey hair is white hair and dark hair side by side
    mixed = 2.5 * identity.hair_grey * (1.0 - 0.8 * identity.hair_grey)
    white = mixed * (0.06 * m["lock"] + 0.2 * m["strand"] + 0.4 * m["hair"]).clamp(-0.8, 0.8)
    return hair_colour(identity, look, m["tip"], white) * torch.exp(tone.clamp(-1.0, 1.0)) * shade + 0.002


def _lobe(cosine: Tensor, power: float) -> Tensor:
    return (1.0 - cosine * cosine).clamp_min(0.0) ** (power / 2)


def clothes_radiance(identity: Identity, points: Tensor, lit: Lit) -> Tensor:
    """Linear light (3, n) leaving clothes at world points (3, n): a knit, stripes or checks of two tones."""
    x, y, z = points
    around, seed = torch.atan2(x, z + 0.6) * 1.2, identity.texture_seed
    knit = 1.0 + 0.05 * torch.sin(70.0 * x / (1.0 + 0.1 * y.abs()))
    pitch = 9.0 + seed % 11
    across, down = torch.sin(pitch * y), torch.sin(pitch * around)
    woven = {0: across, 1: down, 2: 0.6 * (across + down)}[seed % 3]
    tone = 1.0 - 0.6 * identity.pattern * (0.5 + 0.5 * (6.0 * woven).clamp(-1.0, 1.0))
    return linear(identity.clothes) * knit * tone * soft_diffuse(lit, torch.tensor(0.08))


def frame_radiance(identity: Identity, lit: Lit) -> Tensor:
    """Linear light (3, n) leaving a spectacle frame: dark or metal, with a hard highlight."""
    shine = lobe(lit.normals, lit.views, lit.key_at, 60.0) * lit.shadow * lit.key * 0.25
    return linear(identity.frame) * soft_diffuse(lit, torch.tensor(0.0)) + shine + 0.05 * lit.around
