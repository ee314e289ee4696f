"""A portrait as a function of noise: each number of z says one thing about the person, the pose, the light or the room.

Maps a standard normal z onto what `sample_identity`, `crop_pose`, `photo_light` and `photo_backdrop` draw, quantile by
quantile, so that people are about as likely as there. So z determines all that a portrait shows, except its look.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import get_args

import numpy as np

from influencer_style.studio.identity import (
    EYE_COLOURS,
    FRAME_COLOURS,
    GARMENT_SHARES,
    GARMENTS,
    GREY_HAIR,
    HAIR_COLOURS,
    LONG_STYLES,
    MONK_SCALE,
    SHAPE_FIELDS,
    STYLES,
    WITH_BUILD,
    Glasses,
    HairStyle,
    Identity,
    Kind,
    Pose,
    from_hex,
    on_line,
    rgb,
    style_shares,
)
from influencer_style.studio.look import MATERIALS, Backdrop, Light, Look, hsv

_PERSON = (
    "build", "age", "tone", "eyes", "hair", "curl", "grey", "fade", "volume", "parting", "fringe", "beard",
    "beard_length", "freckles", "glasses", "frame", "garment", "neckline", "pattern", "clothes_light",
    "clothes_warmth", "clothes_green", "texture",
)  # fmt: skip
_POSE = ("yaw", "pitch", "roll", "smile", "parted", "scale", "dx", "dy")
_LIGHT = ("warmth", "azimuth", "elevation", "key", "fill", "rim", "ambient")
_ROOM = (
    "wall_hue", "wall_saturation", "wall_value", "other_hue", "other_saturation", "other_value", "gradient", "bokeh",
    "material", "material_strength", "layout",
)  # fmt: skip
SLOTS: tuple[str, ...] = (*SHAPE_FIELDS, *(f"style_{name}" for name in STYLES), *_PERSON, *_POSE, *_LIGHT, *_ROOM)
WIDTH = len(SLOTS)
# Few patterns and few arrangements of rooms, because a network must learn by heart what depends on a seed alone.
TEXTURES, LAYOUTS = 6, 8
_EDGES, _HUES = (0.0, 0.4, 0.45, 0.55, 0.6, 1.0), (0.05, 0.13, 0.29, 0.37, 0.53, 0.63)  # of walls: warm, green, blue


@dataclass(frozen=True)
class Sitter:
    """All that z determines of a photo; `seed` names the arrangement of its background and its grain."""

    identity: Identity
    pose: Pose
    light: Light
    backdrop: Backdrop
    seed: int

    def wearing(self, look: Look) -> Look:
        """Return the look with this photo's own light and backdrop if it has none."""
        return replace(look, light=look.light or self.light, backdrop=look.backdrop or self.backdrop)


class _Noise:
    """z by name: as it is, and as a quantile in (0, 1)."""

    def __init__(self, z: np.ndarray) -> None:
        if z.shape != (WIDTH,) or not np.isfinite(z).all():
            raise ValueError(f"z must be {WIDTH} finite numbers, got an array of shape {z.shape}")
        self._z = dict(zip(SLOTS, z.tolist(), strict=True))

    def __getitem__(self, slot: str) -> float:
        return self._z[slot]

    def u(self, slot: str) -> float:
        return min(max(0.5 * math.erfc(-self._z[slot] / math.sqrt(2.0)), 1e-9), 1.0 - 1e-9)

    def between(self, slot: str, low: float, high: float) -> float:
        return low + (high - low) * self.u(slot)

    def above(self, slot: str, share: float) -> float:
        """0 for most, then rising to 1 over the upper `share` of people."""
        return max(0.0, (self.u(slot) - 1.0 + share) / share)

    def one_of(self, slot: str, kinds: Sequence[Kind], shares: Sequence[float]) -> Kind:
        at = int(np.searchsorted(np.cumsum(shares), self.u(slot)))
        return kinds[min(at, len(kinds) - 1)]


def sitter(z: np.ndarray) -> Sitter:
    """Return the sitter, the light and the room of z (WIDTH,). Raises ValueError for anything but such an array."""
    noise = _Noise(np.asarray(z, np.float64))
    seed = int(noise.between("layout", 0, LAYOUTS))
    return Sitter(_identity(noise), _pose(noise), _light(noise), _backdrop(noise), seed)


def _identity(z: _Noise) -> Identity:
    build = 0.6 * z["build"]
    shape = {
        name: float(np.clip(0.45 * z[name] + WITH_BUILD.get(name, 0.0) * build, -1.0, 1.0)) for name in SHAPE_FIELDS
    }
    age, tone = _beta(z.u("age"), 1.5), z.between("tone", 0.0, 9.0)
    fair = float(np.clip(1.0 - tone / 5.0, 0.0, 1.0))
    dark = _ramp(tone, 5.0, 6.0)
    curl = (1.0 - dark) * _beta(z.u("curl"), 1.6) + dark * z.u("curl") ** (1.0 / 1.6)
    style = _style(z, build, age, curl)
    grey = float(np.clip((age - 0.6) / 0.35 + 0.15 * z["grey"], 0.0, 1.0))
    hair = on_line(HAIR_COLOURS, z.between("hair", 0.0, 1.0 + 7.0 * fair))
    hair = hair + 0.85 * grey * (np.array(from_hex(GREY_HAIR)) - hair)
    long = style in LONG_STYLES
    beard = _ramp(build, -0.1, 0.3) * z.above("beard", 0.6)
    framed = z.above("glasses", 0.12 + 0.2 * age)
    cloth = z.between("clothes_light", 0.08, 0.92) + 0.07 * np.array(
        [z["clothes_warmth"] - 0.3 * z["clothes_green"], z["clothes_green"], -z["clothes_warmth"]]
    )
    return Identity(
        **shape, age=age, skin=rgb(on_line(MONK_SCALE, tone)),
        eyes=rgb(on_line(EYE_COLOURS, z.between("eyes", 0.0, 1.5 + 4.5 * fair))), hair=rgb(hair),
        clothes=rgb(cloth.clip(0.02, 0.97)), neckline=z.u("neckline"), hair_style=style, hair_volume=z.u("volume"),
        hair_curl=curl, hair_grey=grey, hair_fade=z.above("fade", 0.35) if long else 0.0,
        parting=z.between("parting", -1.0, 1.0),
        fringe=float(np.interp(z.u("fringe"), (0.0, 0.45, 0.55, 1.0), (0.0, 0.3, 0.7, 1.0))),
        beard=beard, beard_length=_beta(z.u("beard_length"), 1.5) * min(1.0, 3.0 * beard),
        freckles=fair * z.above("freckles", 0.35),
        glasses="none" if framed == 0.0 else "round" if framed < 0.5 else "square",
        frame=rgb(on_line(FRAME_COLOURS, z.between("frame", 0.0, len(FRAME_COLOURS) - 1))),
        garment=z.one_of("garment", GARMENTS, GARMENT_SHARES), pattern=z.above("pattern", 0.5),
        texture_seed=int(z.between("texture", 0, TEXTURES)),
    )  # fmt: skip


def _style(z: _Noise, build: float, age: float, curl: float) -> HairStyle:
    """The likeliest style after Gumbel noise of z: each comes up as often as its share says (Gumbel 1954)."""
    share = style_shares(build, age, curl)
    noise = [-math.log(-math.log(z.u(f"style_{name}"))) for name in STYLES]
    return list(STYLES)[int(np.argmax(np.log(share + 1e-12) + noise))]


def _pose(z: _Noise) -> Pose:
    def held(slot: str, deviation: float, most: float) -> float:
        return float(np.clip(deviation * z[slot], -most, most))

    smile = z.u("smile")
    return Pose(
        held("yaw", 7.0, 15.0), held("pitch", 3.5, 8.0), held("roll", 2.2, 5.0), smile,
        z.above("parted", 0.15 + 0.6 * smile), z.between("scale", 0.92, 1.32), held("dx", 0.03, 0.08),
        held("dy", 0.03, 0.08),
    )  # fmt: skip


def _light(z: _Noise) -> Light:
    warmth, azimuth = 0.045 * z["warmth"], z.between("azimuth", -55.0, 55.0)
    near, far = np.clip(0.97 + warmth, 0.0, 1.0), np.clip(0.93 - warmth, 0.0, 1.0)
    key, fill = rgb(np.array([near, 0.95, far])), rgb(np.array([far, 0.95, near]))
    return Light(
        azimuth, z.between("elevation", 20.0, 50.0), key, z.between("key", 0.85, 1.1), fill,
        z.between("fill", 0.12, 0.32), -140.0 if azimuth > 0.0 else 140.0, fill, z.between("rim", 0.0, 0.3), fill,
        z.between("ambient", 0.28, 0.42),
    )  # fmt: skip


def _backdrop(z: _Noise) -> Backdrop:
    hue, value = float(np.interp(z.u("wall_hue"), _EDGES, _HUES)), z.between("wall_value", 0.04, 0.97)
    first = hsv(hue, _beta(z.u("wall_saturation"), 4.0), value)
    second = hsv(hue + 0.08 * z["other_hue"], _beta(z.u("other_saturation"), 3.5), value + 0.22 * z["other_value"])
    share = 1.0 / len(MATERIALS)
    return Backdrop(
        first, second, z.u("gradient"), max(0.0, z.between("bokeh", -0.6, 0.8)),
        _beta(z.u("material_strength"), 2.0), z.one_of("material", MATERIALS, (share,) * len(MATERIALS)),
    )  # fmt: skip


def _beta(u: float, b: float) -> float:
    """Quantile u of the beta distribution (1, b)."""
    return 1.0 - (1.0 - u) ** (1.0 / b)


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))


_SHARES = (
    "age", "neckline", "hair_volume", "hair_curl", "hair_grey", "hair_fade", "fringe", "beard", "beard_length",
    "freckles", "pattern",
)  # fmt: skip
_COLOURS = ("skin", "eyes", "hair", "clothes", "frame")


def traits_of(who: Sitter) -> np.ndarray:
    """Return what can be seen of a sitter, except the pose, (TRAITS,), each in [0, 1].

    Each kind (of hair, of glasses ...) has a number, 1 for the kind that it is. z itself gives the pose.
    """
    person, light, room = who.identity, who.light, who.backdrop
    kinds: list[tuple[object, Iterable[object]]] = [
        (person.hair_style, STYLES), (person.glasses, get_args(Glasses)), (person.garment, GARMENTS),
        (person.texture_seed, range(TEXTURES)), (room.kind, MATERIALS), (who.seed, range(LAYOUTS)),
    ]  # fmt: skip
    *of_person, of_room, of_photo = ([float(kind == other) for other in others] for kind, others in kinds)
    numbers = chain(
        (0.5 + 0.5 * getattr(person, name) for name in (*SHAPE_FIELDS, "parting")),
        (getattr(person, name) for name in _SHARES), *(getattr(person, name) for name in _COLOURS), *of_person,
        (0.5 + light.key_azimuth / 110.0, float(light.rim_azimuth > 0.0), light.key_elevation / 50.0),
        (light.key / 1.1, light.fill, light.rim, light.ambient),
        (*room.first, *room.second, room.gradient, room.bokeh, room.texture), of_room, of_photo,
    )  # fmt: skip
    return np.fromiter(numbers, np.float32).clip(0.0, 1.0)


def read_traits(noise: np.ndarray) -> np.ndarray:
    """Return the traits (n, TRAITS) of the sitters of z (n, WIDTH)."""
    return np.stack([traits_of(sitter(z)) for z in noise])


TRAITS = len(traits_of(sitter(np.zeros(WIDTH))))
