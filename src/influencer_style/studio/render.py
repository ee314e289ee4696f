"""From a G-buffer and a look to a picture: albedo, light, shadow, background, grade and grain."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from influencer_style.studio.figure import step
from influencer_style.studio.geometry import CLOTHES, EYE, HAIR, SKIN, GBuffer, landmarks, march, spread
from influencer_style.studio.identity import RGB, Identity, Pose
from influencer_style.studio.look import Backdrop, Grade, Light, Look, photo_backdrop, photo_light

__all__ = ["landmarks", "march", "regions", "render", "shade"]

LIGHT_SEED, BACKDROP_SEED, GRAIN_SEED = 1, 2, 3
LUMA = torch.tensor([0.2126, 0.7152, 0.0722])


def linear(colour: RGB) -> Tensor:
    """Linear light (3, 1) of an sRGB colour."""
    value = torch.tensor(colour)
    return torch.where(value > 0.04045, ((value + 0.055) / 1.055) ** 2.4, value / 12.92)[:, None]


def _encode(value: Tensor) -> Tensor:
    """sRGB in [0, 1] of linear light, highlights rolled off above 0.65."""
    value = torch.where(value > 0.65, 0.65 + 0.35 * torch.tanh((value - 0.65) / 0.35), value.clamp_min(0.0))
    return torch.where(value > 0.0031308, 1.055 * value.clamp_min(1e-6) ** (1 / 2.4) - 0.055, 12.92 * value)


def _mix(base: Tensor, colour: Tensor, amount: Tensor) -> Tensor:
    return base + (colour - base) * amount


def _direction(azimuth: float, elevation: float) -> Tensor:
    a, e = math.radians(azimuth), math.radians(elevation)
    return torch.tensor([math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e)])[:, None]


def _skin(identity: Identity, look: Look, m: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Albedo (3, n) and gloss (n,) of skin, brows, bare or made-up lips and lids."""
    # the scale names skin as photographed: paler than it reflects at the light end, darker at the other
    tone = 0.04 * torch.tensor([1.25, 0.85, 0.65])[:, None] + 0.52 * linear(identity.skin)
    hair = linear(identity.hair)
    brightness = float(tone.mean())
    base = tone * torch.tensor([1.04, 0.95, 0.95])[:, None] * (1.0 + 0.025 * m["mottle"] + 0.02 * m["pores"])
    redder = tone * torch.tensor([1.05, 0.74, 0.70])[:, None]
    base = _mix(base, redder, (0.55 * m["flush"]).clamp_max(0.8))
    base = _mix(base, tone * torch.tensor([0.62, 0.50, 0.44])[:, None], 0.5 * m["freckles"] * identity.freckles)
    base = _mix(base, tone * torch.tensor([0.74, 0.66, 0.66])[:, None], 0.35 * m["socket"] + 0.35 * m["crease"])
    makeup = look.makeup
    base = _mix(base, linear(makeup.blush) * (0.25 + 0.9 * brightness), 0.75 * makeup.blush_opacity * m["blush"])
    base = _mix(base, linear(makeup.shadow) * (0.35 + 0.65 * brightness**0.5), 0.92 * makeup.shadow_opacity * m["lid"])
    bare = tone * torch.tensor([0.78, 0.42, 0.42])[:, None] + torch.tensor([0.03, 0.008, 0.01])[:, None]
    lips = _mix(bare, linear(makeup.lips), torch.tensor(0.95 * makeup.lip_opacity)) * (1.0 + 0.05 * m["pores"])
    base = _mix(base, lips, m["lips"])
    base = base * (1.0 - 0.8 * m["seam"]) * (1.0 - 0.85 * m["nostril"])
    dark = hair * 0.55 + torch.tensor([0.012, 0.009, 0.007])[:, None]
    stubble = identity.beard * (1.0 + 0.12 * m["pores"]) * m["beard"]
    base = _mix(base, 0.8 * hair + 0.1 * tone, (0.85 * stubble).clamp(0.0, 1.0))
    root = 0.15 + 0.5 * (identity.texture_seed % 7) / 6.0 if identity.hair_style == "shaved" else 0.75
    base = _mix(base, hair * 0.8 + 0.08 * tone, root * m["scalp"])
    base = _mix(base, dark, 0.92 * m["brow"])
    ink = torch.tensor([0.010, 0.008, 0.008])[:, None]
    base = _mix(base, ink, (0.62 * m["lash"] + makeup.liner * m["liner"]).clamp_max(0.96))
    gloss = (
        0.22
        + 0.10 * m["pores"] * 0.2
        + (0.35 + 0.3 * makeup.lip_opacity) * m["lips"]
        - 0.2 * m["brow"]
        - 0.15 * stubble
    )
    return base, (gloss * (1.0 - m["seam"]) * (1.0 - m["lash"])).clamp_min(0.0)


def _eye(identity: Identity, m: dict[str, Tensor]) -> Tensor:
    """Albedo (3, n) of the eyeball: white, iris with limbus and rays, pupil."""
    white = torch.tensor([0.62, 0.58, 0.56])[:, None] * torch.ones_like(m["iris"])
    white = _mix(white, torch.tensor([0.62, 0.38, 0.34])[:, None], 0.5 * step(0.45, 0.95, m["corner"]))
    iris = linear(identity.eyes) * (1.15 + 0.28 * m["rays"]).clamp(0.3, 2.2) * (1.0 - 0.65 * m["limbus"])
    base = _mix(white, iris, m["iris"])
    return _mix(base, torch.tensor([0.004, 0.004, 0.005])[:, None], m["pupil"]) * (0.28 + 0.72 * m["lidded"])


def _hair(identity: Identity, look: Look, m: dict[str, Tensor]) -> Tensor:
    """Albedo (3, n) of hair, darker at the roots and between locks."""
    colour = linear(identity.hair)
    if look.hair is not None:
        colour = _mix(colour, linear(look.hair), torch.tensor(look.hair_blend))
    relief = torch.exp(0.24 * m["strands"] + 0.12 * m["locks"]).clamp(0.4, 2.0)
    return colour * relief * (0.75 + 0.35 * m["tip"]) + 0.004


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


def _lobe(normals: Tensor, views: Tensor, light: Tensor, power: float) -> Tensor:
    half = views + light
    half = half / half.norm(dim=0).clamp_min(1e-6)
    return (normals * half).sum(0).clamp_min(0.0) ** power * (power + 8.0) / 25.0


def _strand_lobe(tangent: Tensor, views: Tensor, light: Tensor, power: float) -> Tensor:
    half = views + light
    cosine = (tangent * half).sum(0) / half.norm(dim=0).clamp_min(1e-6)
    return (1.0 - cosine * cosine).clamp_min(0.0) ** (power / 2)


def _radiance(g: GBuffer, identity: Identity, look: Look, light: Light) -> Tensor:
    """Linear light (h, 3) leaving each hit towards the camera."""
    n, v = g.normals, g.views
    key_at, fill_at = _direction(light.key_azimuth, light.key_elevation), _direction(-0.5 * light.key_azimuth, 10.0)
    rim_at = _direction(light.rim_azimuth, 25.0)
    key, fill = 1.75 * light.key * linear(light.key_colour), 1.2 * light.fill * linear(light.fill_colour)
    rim, sky = 1.8 * light.rim * linear(light.rim_colour), 1.1 * light.ambient * linear(light.ambient_colour)
    shadow = _shadow(g, key_at)
    around = sky * g.openness * (0.72 + 0.28 * n[1])
    key_cos, fill_cos, rim_cos = ((n * at).sum(0) for at in (key_at, fill_at, rim_at))
    rim_reach = g.openness * (rim_cos.clamp_min(0.0))
    out = torch.zeros(3, len(g.hits))

    for material in (SKIN, CLOTHES):
        at = torch.nonzero(g.material == material)[:, 0]
        if material == SKIN:
            albedo, gloss = _skin(identity, look, g.marks[SKIN])
            bleed = torch.tensor([0.30, 0.12, 0.07])[:, None]
        else:
            rib = 1.0 + 0.05 * torch.sin(70.0 * g.points[0, at] / (1.0 + 0.1 * g.points[1, at].abs()))
            albedo, gloss, bleed = linear(identity.clothes) * rib, torch.tensor(0.0), torch.tensor(0.08)
        # light that enters skin beside the terminator comes out red: wrap each channel by its own depth
        wrapped = ((key_cos[at] + bleed) / (1.0 + bleed)).clamp_min(0.0)
        seen = shadow[at] + bleed * 0.5 * (1.0 - shadow[at])
        closed = g.openness[at] ** (1.0 - 0.5 * bleed)
        diffuse = (
            key * wrapped * seen * (0.4 + 0.6 * closed) + fill * (0.35 + 0.65 * fill_cos[at]).clamp_min(0.0) * closed
        )
        diffuse = diffuse + around[:, at] + rim * rim_reach[at] * 0.5
        facing = (n[:, at] * v[:, at]).sum(0).clamp(0.0, 1.0)
        shine = _lobe(n[:, at], v[:, at], key_at, 24.0) * shadow[at] * key * 0.16
        shine = shine + _lobe(n[:, at], v[:, at], fill_at, 14.0) * fill * 0.10
        edge = (1.0 - facing) ** 4 * g.openness[at]
        out[:, at] = albedo * diffuse + gloss * (shine + 0.5 * edge * around[:, at]) + 0.25 * rim * rim_reach[at] * edge

    at = torch.nonzero(g.material == EYE)[:, 0]
    m = g.marks[EYE]
    lit = key * (0.35 + 0.65 * key_cos[at].clamp_min(0.0)) * (0.35 + 0.65 * shadow[at]) + fill + around[:, at] * 1.3
    # the key mirrored in the cornea: a small window on the light's side
    x, y = m["glint_x"] - 0.028 * float(key_at[0]) - 0.006, m["glint_y"] - 0.012 - 0.028 * float(key_at[1])
    glint = step(0.021, 0.012, (x * x + y * y).sqrt()) * m["lidded"]
    out[:, at] = _eye(identity, m) * lit * 0.82 + glint * (0.45 * key + 0.35 * fill + 0.25 * sky)

    at = torch.nonzero(g.material == HAIR)[:, 0]
    if len(at):
        m = g.marks[HAIR]
        albedo = _hair(identity, look, m)
        tangent = g.figure.rotation @ m["direction"] + 0.10 * m["strands"] * n[:, at]
        tangent = tangent / tangent.norm(dim=0).clamp_min(1e-6)
        seen, closed = 0.25 + 0.75 * shadow[at], g.openness[at]
        wrap = ((key_cos[at] + 0.25) / 1.25).clamp_min(0.0)
        diffuse = key * wrap * seen + fill * (0.3 + 0.7 * fill_cos[at].clamp_min(0.0)) * closed + around[:, at]
        diffuse = diffuse + rim * rim_reach[at]
        sheen = (0.5 + 0.5 * m["strands"]).clamp(0.1, 1.6) * (1.0 - 0.6 * identity.hair_curl)
        narrow = _strand_lobe(tangent, v[:, at], key_at, 70.0) * wrap * seen * key
        narrow = narrow + 0.5 * _strand_lobe(tangent, v[:, at], fill_at, 50.0) * fill
        glow = (0.035 + 0.55 * albedo) * sheen * narrow * closed
        edge = (1.0 - (n[:, at] * v[:, at]).sum(0).clamp(0.0, 1.0)) ** 2
        out[:, at] = albedo * diffuse * 1.1 + glow + (0.08 + 0.6 * albedo) * rim * edge * rim_reach[at]
    return out.T


def _background(backdrop: Backdrop, size: int, rng: np.random.Generator) -> Tensor:
    """Out-of-focus background (3, size, size), linear light; the same shapes for one seed whatever the colours."""
    fine = 96
    y, x = torch.meshgrid(torch.arange(fine) / fine, torch.arange(fine) / fine, indexing="ij")
    cloud = torch.tensor(rng.normal(size=(1, 1, 5, 5)), dtype=torch.float32)
    cloud = interpolate(cloud, size=(fine, fine), mode="bicubic", align_corners=True)[0, 0]
    slant = float(rng.uniform(-0.5, 0.5))
    blend = backdrop.gradient * (y + slant * (x - 0.5)) + 0.10 * cloud
    for _ in range(int(rng.integers(1, 4))):
        left, width = float(rng.uniform(-0.1, 1.0)), float(rng.uniform(0.08, 0.3))
        band = step(0.0, 0.06, x - left) * step(width + 0.06, width, x - left)
        blend = blend + float(rng.uniform(-0.35, 0.35)) * (0.35 + 0.65 * backdrop.bokeh) * band
    first, second = linear(backdrop.first)[:, :, None], linear(backdrop.second)[:, :, None]
    picture = _mix(first, second, blend.clamp(0.0, 1.0)) * (1.0 + 0.06 * cloud)
    for _ in range(14):
        cx, cy, radius, power = rng.uniform(0.0, [1.0, 1.0, 1.0, 1.0]).tolist()
        radius = 0.03 + 0.07 * radius
        disc = step(radius, radius - 0.02, ((x - cx) ** 2 + (y - cy) ** 2).sqrt())
        picture = picture + backdrop.bokeh * power**2 * 0.5 * disc * (0.6 * second + 0.05)
    return interpolate(picture[None], size=(size, size), mode="bicubic", align_corners=False)[0].clamp_min(0.0)


def _graded(image: Tensor, grade: Grade) -> Tensor:
    """Apply a colour grade to an sRGB image (size, size, 3)."""
    gain, gamma, lift = (torch.tensor(values) for values in (grade.gain, grade.gamma, grade.lift))
    image = lift + (gain - lift) * image.clamp(1e-4, 1.0) ** (1.0 / gamma)
    luma = (image * LUMA).sum(2, keepdim=True).clamp(0.0, 1.0)
    image = image + torch.tensor(grade.shadows) * (1.0 - luma) ** 2 + torch.tensor(grade.highlights) * luma**2
    luma = (image * LUMA).sum(2, keepdim=True)
    return ((luma + (image - luma) * grade.saturation) - 0.5) * grade.contrast + 0.5


@torch.inference_mode()
def shade(gbuffer: GBuffer, identity: Identity, look: Look, seed: int) -> np.ndarray:
    """Picture of a G-buffer in a look: uint8 (size, size, 3), sRGB.

    `seed` names the photo: its own light and backdrop (used where the look has none), background shapes and grain.
    """
    size = gbuffer.size
    light = look.light or photo_light(np.random.default_rng((seed, LIGHT_SEED)))
    rng = np.random.default_rng((seed, BACKDROP_SEED))
    own = photo_backdrop(rng)
    behind = _background(look.backdrop or own, size, rng)
    colours = behind.reshape(3, -1).T[gbuffer.pixels]
    colours[gbuffer.hits] = _radiance(gbuffer, identity, look, light)
    image = gbuffer.resolve(_encode(colours))
    image = _graded(image, look.grade)
    offset = (torch.arange(size) + 0.5) / size - 0.5
    corner = (offset[:, None] ** 2 + offset[None] ** 2) * 2.0
    image = image * (1.0 - 0.55 * look.vignette * corner)[:, :, None]
    # the amount takes part in the seed: another variation of a look on the same photo must not share its grain
    noise = np.random.default_rng((seed, GRAIN_SEED, round(look.grain * 1e9))).standard_normal(
        (size, size, 4), dtype=np.float32
    )
    grain = torch.from_numpy(0.9 * noise[:, :, :1] + 0.35 * noise[:, :, 1:])
    midtone = 0.5 + 2.0 * (image * (1.0 - image)).clamp(0.0, 0.25)
    image = image + look.grain * grain * midtone
    return (image.clamp(0.0, 1.0) * 255.0).round().to(torch.uint8).numpy()


def render(identity: Identity, pose: Pose, look: Look, size: int, seed: int) -> np.ndarray:
    """March and shade one portrait: uint8 (size, size, 3), sRGB. See `march` and `shade`."""
    return shade(march(identity, pose, size), identity, look, seed)


@torch.inference_mode()
def regions(gbuffer: GBuffer) -> dict[str, np.ndarray]:
    """Soft masks, float32 (size, size) in [0, 1], of skin, lips, eyes, hair and background.

    They are disjoint; what they leave of each pixel is clothes. Eyes include lids and lashes, skin the brows and ears.
    """
    masks = torch.zeros(gbuffer.rays, 5)
    masks[:, 4] = 1.0
    masks[gbuffer.hits, 4] = 0.0
    skin, eye, hair = (gbuffer.hits[gbuffer.material == material] for material in (SKIN, EYE, HAIR))
    marks = gbuffer.marks[SKIN]
    lips = marks["lips"]
    lids = torch.maximum(marks["lid"], marks["lash"]) * (1.0 - lips)
    masks[skin, 0], masks[skin, 1], masks[skin, 2] = 1.0 - lips - lids, lips, lids
    masks[eye, 2], masks[hair, 3] = 1.0, 1.0
    resolved = gbuffer.resolve(masks).numpy()
    return {name: resolved[:, :, c].copy() for c, name in enumerate(("skin", "lips", "eyes", "hair", "background"))}
