"""Looks: how a portrait is styled and shot, apart from who is in it; and looks drawn at random.

A look is make-up, hair colour, light, grade and background.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from influencer_style.studio.identity import RGB, one_of, rgb

Material = Literal["plaster", "cloth", "leaves", "blinds"]
MATERIALS: tuple[Material, ...] = get_args(Material)
ONES: RGB = (1.0, 1.0, 1.0)
ZEROS: RGB = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Makeup:
    """Colours are sRGB in [0, 1]; opacities run from 0 (bare) to 1 (opaque)."""

    lips: RGB = (0.70, 0.25, 0.30)
    lip_opacity: float = 0.0
    shadow: RGB = (0.45, 0.30, 0.28)
    shadow_opacity: float = 0.0
    liner: float = 0.0
    blush: RGB = (0.85, 0.40, 0.40)
    blush_opacity: float = 0.0


@dataclass(frozen=True)
class Light:
    """Azimuth is in degrees from the camera, positive to image right; elevation in degrees upwards. Colours are sRGB.

    Intensities are relative to a key of 1 on a well exposed face; the fill comes from the camera, the rim from behind.
    """

    key_azimuth: float
    key_elevation: float
    key_colour: RGB
    key: float
    fill_colour: RGB
    fill: float
    rim_azimuth: float
    rim_colour: RGB
    rim: float
    ambient_colour: RGB
    ambient: float


@dataclass(frozen=True)
class Grade:
    """Colour grade of the finished picture.

    out = lift + (gain - lift) * in ** (1 / gamma) in each channel, then split toning (`shadows` and `highlights` are
    added where it is dark and bright), saturation and contrast (1 = as is).
    """

    gain: RGB = ONES
    gamma: RGB = ONES
    lift: RGB = ZEROS
    shadows: RGB = ZEROS
    highlights: RGB = ZEROS
    saturation: float = 1.0
    contrast: float = 1.0


@dataclass(frozen=True)
class Backdrop:
    """What lies behind a person, in two colours.

    `gradient` mixes them from top to bottom, `texture` in the pattern of a material, `bokeh` lights discs of the
    second, all three from 0 to 1.
    """

    first: RGB
    second: RGB
    gradient: float
    bokeh: float
    texture: float = 0.0
    kind: Material = "plaster"


@dataclass(frozen=True)
class Look:
    """One style. If `hair`, `light` or `backdrop` is None, the person's hair, the photo's light or backdrop stay.

    `hair_blend` (0 to 1) is the share of the dye in the hair's colour; `vignette` (0 to 1) darkens the corners; `grain`
    is the standard deviation of the film grain in units of full scale.
    """

    makeup: Makeup = Makeup()
    hair: RGB | None = None
    hair_blend: float = 0.0
    light: Light | None = None
    grade: Grade = Grade()
    backdrop: Backdrop | None = None
    vignette: float = 0.0
    grain: float = 0.0


def hsv(hue: float, saturation: float, value: float) -> RGB:
    """Return the sRGB colour of a hue that goes round at 1, and of saturation and value, clipped to [0, 1]."""
    return rgb(np.array(colorsys.hsv_to_rgb(hue % 1.0, np.clip(saturation, 0, 1), np.clip(value, 0, 1))))


def _near(colour: RGB, rng: np.random.Generator, deviation: float) -> RGB:
    return rgb(np.clip(np.array(colour) + rng.normal(0.0, deviation, 3), 0.0, 1.0))


def photo_light(rng: np.random.Generator) -> Light:
    """Ordinary light of one unstyled photo: a window or an overcast sky, nearly white."""
    warmth = rng.normal(0.0, 0.045)
    key = _near((0.97 + warmth, 0.95, 0.93 - warmth), rng, 0.01)
    fill = _near((0.93 - warmth, 0.95, 0.97 + warmth), rng, 0.01)
    azimuth = float(rng.uniform(5.0, 55.0) * rng.choice([-1.0, 1.0]))
    return Light(
        azimuth, float(rng.uniform(20.0, 50.0)), key, float(rng.uniform(0.85, 1.1)),
        fill, float(rng.uniform(0.12, 0.32)),
        float(-np.sign(azimuth) * 140.0), fill, float(rng.uniform(0.0, 0.3)), fill, float(rng.uniform(0.28, 0.42)),
    )  # fmt: skip


def photo_backdrop(rng: np.random.Generator) -> Backdrop:
    """Ordinary background of one unstyled photo: walls, rooms and gardens out of focus."""
    hue, value = rng.choice([0.08, 0.1, 0.33, 0.55, 0.6]) + rng.normal(0.0, 0.03), rng.uniform(0.04, 0.97)
    first = hsv(hue, rng.beta(1.3, 5.0), value)
    second = hsv(hue + rng.normal(0.0, 0.08), rng.beta(1.3, 4.5), value + rng.normal(0.0, 0.22))
    return Backdrop(
        first, second, float(rng.uniform(0.0, 1.0)), float(max(0.0, rng.uniform(-0.6, 0.8))),
        float(rng.beta(1.0, 2.0)), one_of(rng, MATERIALS),
    )  # fmt: skip


def sample_neutral(rng: np.random.Generator) -> Look:
    """Draw an unstyled photo: own hair, the photo's light and backdrop, barely any make-up, no grade but exposure."""
    bare = Makeup(
        lips=_near((0.72, 0.36, 0.36), rng, 0.04), lip_opacity=float(max(0.0, rng.normal(0.0, 0.15))),
        liner=float(max(0.0, rng.normal(0.0, 0.15))), blush_opacity=float(max(0.0, rng.normal(0.0, 0.08))),
    )  # fmt: skip
    exposure = float(rng.normal(1.0, 0.03))
    return Look(bare, grade=Grade(gamma=(exposure,) * 3), grain=float(rng.uniform(0.0, 0.008)))


def _sample_makeup(rng: np.random.Generator) -> Makeup:
    natural = rng.random() < 0.55
    lip_hue = rng.normal(0.98, 0.025) if natural else rng.choice([rng.uniform(0.9, 1.04), rng.uniform(0.0, 1.0)])
    return Makeup(
        hsv(lip_hue, rng.uniform(0.4, 0.95), rng.uniform(0.3, 0.9)), float(rng.beta(1.5, 1.0)),
        hsv(rng.uniform(0.0, 1.0), rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9)), float(rng.beta(1.0, 1.0)),
        float(rng.beta(1.0, 1.0)), hsv(rng.normal(0.98, 0.03), rng.uniform(0.4, 0.7), rng.uniform(0.6, 0.95)),
        float(rng.beta(1.0, 2.0)),
    )  # fmt: skip


def _sample_light(rng: np.random.Generator) -> Light:
    """From a soft studio to coloured gels: one saturation for all, so that plain lights are as common as bold ones."""
    tint, hue = rng.beta(0.7, 1.6), rng.choice([rng.normal(0.09, 0.03), rng.normal(0.58, 0.05), rng.uniform(0.0, 1.0)])
    azimuth = float(np.clip(rng.normal(0.0, 40.0), -80.0, 80.0))
    low_key = rng.beta(1.0, 1.5)
    key, other = hsv(hue, 0.6 * tint, 1.0), hsv(hue + rng.normal(0.0, 0.2), 0.8 * tint * rng.random(), 1.0)
    return Light(
        azimuth, float(rng.uniform(5.0, 55.0)), key, float(rng.uniform(0.7, 1.25)),
        other, float((1 - low_key) * rng.uniform(0.1, 0.5)),
        float(np.sign(rng.normal(-azimuth, 30.0)) * rng.uniform(115.0, 155.0)), hsv(rng.uniform(0, 1), tint, 1.0),
        float(rng.beta(0.8, 1.5) * 1.6), other, float(0.08 + (1 - low_key) * rng.uniform(0.1, 0.5)),
    )  # fmt: skip


def _sample_grade(rng: np.random.Generator, strength: float) -> Grade:
    def about(centre: float, deviation: float) -> RGB:
        off = strength * deviation  # of a common part, and of a tint of like size
        return rgb((centre + rng.normal(0.0, off) + rng.normal(0.0, off, 3)).clip(centre - 0.35, centre + 0.35))

    faded = float(rng.beta(1.0, 4.0) * 0.22 * strength * 2)
    return Grade(
        gain=about(1.0, 0.06), gamma=about(1.0, 0.12), lift=about(faded, 0.02), shadows=about(0.0, 0.04),
        highlights=about(0.0, 0.04), saturation=float(np.clip(rng.normal(1.0, 0.4 * strength), 0.0, 1.8)),
        contrast=float(np.clip(rng.normal(1.0, 0.2 * strength), 0.6, 1.5)),
    )  # fmt: skip


def sample_look(rng: np.random.Generator) -> Look:
    """Draw a look for training: a third are pure grades, subtle to strong; the others restyle most parts."""
    pure = rng.random() < 0.3
    # most photographers' grades are quiet ones
    grade = _sample_grade(rng, float(rng.beta(1.0, 2.0) if pure else 1.3 * rng.beta(1.2, 1.6)))
    grain = float(rng.beta(1.0, 3.0) * 0.05)
    vignette = float(rng.beta(1.0, 2.5)) * (rng.random() < (0.4 if pure else 1.0))
    if pure:
        return Look(grade=grade, grain=grain, vignette=vignette)
    dyed, natural = rng.random() < 0.65, rng.random() < 0.5
    dye = hsv(rng.normal(0.07, 0.03), rng.uniform(0.2, 0.8), rng.uniform(0.05, 0.85)) if natural else hsv(
        rng.random(), rng.uniform(0.2, 0.95), rng.uniform(0.2, 0.95)
    )  # fmt: skip
    hue = rng.random()
    first = hsv(hue, rng.beta(1.0, 1.3), rng.beta(1.1, 1.0))
    second = hsv(hue + rng.normal(0.0, 0.15), rng.beta(1.0, 1.0), rng.beta(1.2, 1.0))
    set_ = Backdrop(
        first, second, float(rng.random()), float(max(0.0, rng.uniform(-0.5, 1.0))),
        float(rng.beta(1.0, 2.0)), one_of(rng, MATERIALS),
    )  # fmt: skip
    return Look(
        makeup=_sample_makeup(rng) if rng.random() < 0.8 else Makeup(), hair=dye if dyed else None,
        hair_blend=float(rng.uniform(0.5, 1.0)) if dyed else 0.0,
        light=_sample_light(rng) if rng.random() < 0.8 else None, grade=grade,
        backdrop=set_ if rng.random() < 0.8 else None, vignette=vignette, grain=grain,
    )  # fmt: skip


def vary_look(look: Look, rng: np.random.Generator) -> Look:
    """Return the same look in another photo: the lights moved a little, colours and amounts slightly off."""

    def off(amount: float, deviation: float = 0.06) -> float:
        return float(max(0.0, amount * (1.0 + rng.normal(0.0, deviation))))

    m, g = look.makeup, look.grade
    makeup = replace(
        m, lips=_near(m.lips, rng, 0.015), lip_opacity=min(1.0, off(m.lip_opacity)), shadow=_near(m.shadow, rng, 0.015),
        shadow_opacity=min(1.0, off(m.shadow_opacity)), blush_opacity=min(1.0, off(m.blush_opacity)),
    )  # fmt: skip
    light = look.light and replace(
        look.light, key_azimuth=look.light.key_azimuth + float(rng.normal(0.0, 4.0)), key=off(look.light.key, 0.04),
        key_elevation=look.light.key_elevation + float(rng.normal(0.0, 3.0)), fill=off(look.light.fill),
        rim=off(look.light.rim, 0.1), key_colour=_near(look.light.key_colour, rng, 0.01),
        ambient=off(look.light.ambient),
    )  # fmt: skip
    backdrop = look.backdrop and replace(
        look.backdrop, first=_near(look.backdrop.first, rng, 0.015), second=_near(look.backdrop.second, rng, 0.015),
        gradient=float(np.clip(look.backdrop.gradient + rng.normal(0.0, 0.08), 0.0, 1.0)),
    )  # fmt: skip
    gain = rgb(np.array(g.gain) * (1.0 + rng.normal(0.0, 0.01, 3)))
    return replace(
        look, makeup=makeup, light=light, backdrop=backdrop,
        grade=replace(g, gain=gain, saturation=off(g.saturation, 0.03)),
        hair=look.hair and _near(look.hair, rng, 0.015), vignette=off(look.vignette), grain=off(look.grain, 0.1),
    )  # fmt: skip
