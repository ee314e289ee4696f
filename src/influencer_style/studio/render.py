"""From a G-buffer and a look to a picture: light, background, grade and grain."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from influencer_style.looks.areas import REGIONS
from influencer_style.studio.geometry import CLOTHES, EYE, GLASSES, HAIR, SKIN, GBuffer, march
from influencer_style.studio.identity import Identity, Pose
from influencer_style.studio.light import cast, linear, mix
from influencer_style.studio.look import Backdrop, Grade, Light, Look, photo_backdrop, photo_light
from influencer_style.studio.shading import clothes_radiance, eye_radiance, frame_radiance, hair_radiance, skin_radiance
from influencer_style.studio.solids import step

LIGHT_SEED, BACKDROP_SEED, GRAIN_SEED = 1, 2, 3
LUMA = torch.tensor([0.2126, 0.7152, 0.0722])


def _encode(value: Tensor) -> Tensor:
    """Return sRGB in [0, 1] of linear light, highlights rolled off above 0.65."""
    value = torch.where(value > 0.65, 0.65 + 0.35 * torch.tanh((value - 0.65) / 0.35), value.clamp_min(0.0))
    return torch.where(value > 0.0031308, 1.055 * value.clamp_min(1e-6) ** (1 / 2.4) - 0.055, 12.92 * value)


def _radiance(g: GBuffer, identity: Identity, look: Look, light: Light) -> Tensor:
    """Linear light (h, 3) leaving each hit towards the camera."""
    lit, out = cast(g, light), torch.zeros(3, len(g.hits))
    skin, eye, hair, clothes, glasses = (
        torch.nonzero(g.material == thing)[:, 0] for thing in (SKIN, EYE, HAIR, CLOTHES, GLASSES)
    )
    out[:, skin] = skin_radiance(identity, look, g.marks[SKIN], lit.at(skin))
    out[:, eye] = eye_radiance(identity, g.marks[EYE], lit.at(eye))
    if len(hair):
        out[:, hair] = hair_radiance(identity, look, g.marks[HAIR], lit.at(hair), g.figure.rotation)
    out[:, clothes] = clothes_radiance(identity, g.points[:, clothes], lit.at(clothes))
    if len(glasses):
        out[:, glasses] = frame_radiance(identity, lit.at(glasses))
    return out.T


def _graded(image: Tensor, grade: Grade) -> Tensor:
    """Apply a colour grade to an sRGB image (size, size, 3)."""
    gain, gamma, lift = (torch.tensor(values) for values in (grade.gain, grade.gamma, grade.lift))
    image = lift + (gain - lift) * image.clamp(1e-4, 1.0) ** (1.0 / gamma)
    luma = (image * LUMA).sum(2, keepdim=True).clamp(0.0, 1.0)
    image = image + torch.tensor(grade.shadows) * (1.0 - luma) ** 2 + torch.tensor(grade.highlights) * luma**2
    luma = (image * LUMA).sum(2, keepdim=True)
    return ((luma + (image - luma) * grade.saturation) - 0.5) * grade.contrast + 0.5


def background(backdrop: Backdrop, size: int, rng: np.random.Generator) -> Tensor:
    """Out-of-focus background (3, size, size), linear light; the same shapes for one seed whatever the colours."""
    fine = 128
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
    blend = blend + 0.3 * backdrop.texture * _texture(backdrop.kind, x, y, rng)
    picture = mix(first, second, blend.clamp(0.0, 1.0)) * (1.0 + 0.06 * cloud)
    for _ in range(14):
        cx, cy, radius, power = rng.uniform(0.0, [1.0, 1.0, 1.0, 1.0]).tolist()
        radius = 0.03 + 0.07 * radius
        disc = step(radius, radius - 0.02, ((x - cx) ** 2 + (y - cy) ** 2).sqrt())
        picture = picture + backdrop.bokeh * power**2 * 0.5 * disc * (0.6 * second + 0.05)
    return interpolate(picture[None], size=(size, size), mode="bicubic", align_corners=False)[0].clamp_min(0.0)


def _texture(kind: str, x: Tensor, y: Tensor, rng: np.random.Generator) -> Tensor:
    """Pattern (h, w), about -1 to 1, of what a backdrop is made of, at positions in [0, 1]."""
    grids = [torch.tensor(rng.normal(size=(1, 1, n, n)), dtype=torch.float32) for n in (9, 28)]
    coarse, fine = (interpolate(grid, size=x.shape, mode="bicubic")[0, 0] for grid in grids)
    phase = float(rng.uniform(0.0, 6.28))
    if kind == "cloth":
        return torch.sin(26.0 * x + 4.0 * coarse.cumsum(0) / x.shape[0] + phase) * (0.6 + 0.4 * y)
    if kind == "leaves":
        return (0.9 * (coarse + 0.7 * fine)).tanh()
    if kind == "blinds":
        return (6.0 * torch.sin(38.0 * (y + 0.08 * x) + phase)).tanh() * 0.7
    return 0.6 * fine + 0.3 * coarse


@torch.inference_mode()
def shade(gbuffer: GBuffer, identity: Identity, look: Look, seed: int) -> np.ndarray:
    """Picture of a G-buffer in a look: uint8 (size, size, 3), sRGB.

    `seed` names the photo: its own light and backdrop (used if the look has none), background shapes and grain.
    """
    size = gbuffer.size
    light = look.light or photo_light(np.random.default_rng((seed, LIGHT_SEED)))
    rng = np.random.default_rng((seed, BACKDROP_SEED))
    own = photo_backdrop(rng)
    behind = background(look.backdrop or own, size, rng)
    colours = behind.reshape(3, -1).T[gbuffer.pixels]
    colours[gbuffer.hits] = _radiance(gbuffer, identity, look, light)
    image = _graded(gbuffer.resolve(_encode(colours)), look.grade)
    offset = (torch.arange(size) + 0.5) / size - 0.5
    corner = (offset[:, None] ** 2 + offset[None] ** 2) * 2.0
    image = image * (1.0 - 0.55 * look.vignette * corner)[:, :, None]
    # the amount takes part in the seed: another variation of a look on the same photo must not share its grain
    rng = np.random.default_rng((seed, GRAIN_SEED, round(look.grain * 1e9)))
    noise = rng.standard_normal((size, size, 4), dtype=np.float32)
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

    They are disjoint; what they leave of each pixel is clothes, glasses or the inside of the mouth. Eyes include lids
    and lashes, skin the brows, beards and ears.
    """
    masks = torch.tensor([0.0, 0.0, 0.0, 0.0, 1.0]).repeat(gbuffer.rays, 1)
    masks[gbuffer.hits, 4] = 0.0
    skin, eye, hair = (gbuffer.hits[gbuffer.material == material] for material in (SKIN, EYE, HAIR))
    marks = gbuffer.marks[SKIN]
    lips = marks["lips"]
    lids = torch.maximum(marks["lid"], marks["lash"]) * (1.0 - lips)
    masks[skin, 0], masks[skin, 1], masks[skin, 2] = 1.0 - lips - lids - marks["mouth"], lips, lids
    masks[eye, 2], masks[hair, 3] = 1.0, 1.0
    resolved = gbuffer.resolve(masks).numpy()
    return {name: resolved[:, :, c].copy() for c, name in enumerate(REGIONS)}
