"""How a portrait is styled and shot, apart from who is in it: make-up, hair colour, light, grade, background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from influencer_style.studio.identity import RGB

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

    `hair_blend` (0 to 1) is how far the hair takes the colour; `vignette` (0 to 1) darkens the corners; `grain` is the
    standard deviation of the film grain in units of full scale.
    """

    makeup: Makeup = Makeup()
    hair: RGB | None = None
    hair_blend: float = 0.0
    light: Light | None = None
    grade: Grade = Grade()
    backdrop: Backdrop | None = None
    vignette: float = 0.0
    grain: float = 0.0
