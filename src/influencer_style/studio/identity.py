"""Who is portrayed: the shape and natural colours of one invented person, and how they hold themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

import numpy as np

RGB = tuple[float, float, float]
Glasses = Literal["none", "round", "square"]
Garment = Literal["crew", "vee", "shirt", "roll"]
FRAMES: tuple[Glasses, ...] = ("round", "square")
GARMENTS: tuple[Garment, ...] = get_args(Garment)
GARMENT_SHARES = (0.4, 0.22, 0.26, 0.12)
Kind = TypeVar("Kind")
HairStyle = Literal[
    "shaved", "receding", "short", "swept", "curly", "tied", "bob", "fringe", "asymmetric", "wavy", "long", "ringlets"
]  # fmt: skip

MONK_SCALE = (  # of skin, from the lightest to the darkest
    "f6ede4", "f3e7db", "f7ead0", "eadaba", "d7bd96", "a07e56", "825c43", "604134", "3a312a", "292420",
)  # fmt: skip
EYE_COLOURS = ("3b2314", "4d3020", "5e4326", "6b5b33", "5d6b45", "54707c", "6d8598")
HAIR_COLOURS = ("0f0d0d", "1d1512", "2c1d16", "452c1d", "5e4129", "826447", "a88b65", "c9b08a", "7d3b21")
GREY_HAIR = "bdbab6"
CLOTHES_COLOURS = ("20242b", "f0ede6", "5a6b7c", "7d4a44", "4d5d4a", "b9a58c", "8d93a1", "3b3450", "a86f4f", "9bb0b4")
FRAME_COLOURS = ("141414", "3a2618", "6d4a2a", "8b8d92", "b89b5e", "5a1f24")
# how much each feature follows a face's build
WITH_BUILD = {
    "jaw": 0.6, "chin": 0.4, "neck": 0.7, "brow_thickness": 0.6, "nose_bridge": 0.4, "nose_width": 0.3,
    "face_length": 0.3, "brow_height": -0.4, "brow_arch": -0.5, "lip_upper": -0.4, "lip_lower": -0.3,
    "eye_size": -0.4, "eye_open": -0.3,
}  # fmt: skip


def from_hex(colour: str) -> RGB:
    """Return the sRGB colour in [0, 1] of six hexadecimal digits. Raises ValueError if `colour` is no such string."""
    red, green, blue = bytes.fromhex(colour)
    return red / 255, green / 255, blue / 255


def rgb(channels: np.ndarray) -> RGB:
    """Return three channels as plain numbers."""
    red, green, blue = channels.tolist()
    return red, green, blue


def one_of(rng: np.random.Generator, kinds: Sequence[Kind], shares: Sequence[float] | None = None) -> Kind:
    """Draw one of some kinds, each as often as its share; None is all alike."""
    return kinds[int(rng.choice(len(kinds), p=shares))]


@dataclass(frozen=True)
class Identity:
    """One invented person.

    Shape numbers are deviations from an average adult, -1 to 1 with 0 the average. Colours are sRGB in [0, 1].
    `hair_volume`, `hair_curl`, `fringe`, `beard`, `beard_length`, `freckles` and `pattern` (of the clothes) run from 0
    (none) to 1, `age` from 0 (young adult) to 1 (old), `parting` from -1 to 1 (image right),
    `hair_grey` (the share of white hairs) and `hair_fade` (how much the hair lightens towards its tips) from 0 to 1.
    """

    face_width: float
    face_length: float
    forehead: float
    jaw: float
    chin: float
    cheek: float
    nose_width: float
    nose_length: float
    nose_bridge: float
    eye_size: float
    eye_open: float
    eye_spacing: float
    eye_tilt: float
    brow_height: float
    brow_thickness: float
    brow_arch: float
    lip_width: float
    lip_upper: float
    lip_lower: float
    ear: float
    neck: float
    age: float
    skin: RGB
    eyes: RGB
    hair: RGB
    clothes: RGB
    neckline: float
    hair_style: HairStyle
    hair_volume: float
    hair_curl: float
    hair_grey: float
    hair_fade: float
    parting: float
    fringe: float
    beard: float
    beard_length: float
    freckles: float
    glasses: Glasses
    frame: RGB
    garment: Garment
    pattern: float
    texture_seed: int


@dataclass(frozen=True)
class Pose:
    """How a person is held and framed in one photo.

    `yaw` (positive: turned to image right), `pitch` (positive: nose up) and `roll` are degrees; `smile` and `parted`
    (the gap between the lips) run from 0 to 1. `scale` multiplies the size in the frame, `dx` (right) and `dy`
    (down) move it by fractions of the frame.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    smile: float = 0.3
    parted: float = 0.0
    scale: float = 1.0
    dx: float = 0.0
    dy: float = 0.0


SHAPE_FIELDS = tuple(name for name, kind in Identity.__annotations__.items() if kind == "float")[:21]


def on_line(colours: tuple[str, ...], at: float) -> np.ndarray:
    """Return the colour (3,) on the broken line through `colours`, at in [0, len - 1]."""
    table = np.array([from_hex(colour) for colour in colours])
    return np.array([np.interp(at, np.arange(len(colours)), channel) for channel in table.T])


def _between(rng: np.random.Generator, colours: tuple[str, ...], at: float) -> RGB:
    """A colour on the broken line through `colours`, with a little scatter."""
    return rgb(np.clip(on_line(colours, at) * rng.uniform(0.95, 1.05, 3), 0.0, 1.0))


# how common each hair style is among people with soft and with strong features
STYLES: dict[HairStyle, tuple[float, float]] = {
    "shaved": (0.02, 0.11), "receding": (0.0, 0.08), "short": (0.06, 0.26), "swept": (0.05, 0.24),
    "curly": (0.09, 0.10), "tied": (0.16, 0.05), "bob": (0.13, 0.01), "fringe": (0.12, 0.02),
    "asymmetric": (0.11, 0.02), "wavy": (0.14, 0.05), "long": (0.13, 0.04), "ringlets": (0.10, 0.04),
}  # fmt: skip


LONG_STYLES: tuple[HairStyle, ...] = ("bob", "asymmetric", "wavy", "long", "ringlets")


def style_shares(build: float, age: float, curl: float) -> np.ndarray:
    """Return how likely each of STYLES is, (12,), with these features, at this age, for hair of this curl."""
    strong = float(np.clip(0.5 + 0.8 * build, 0.0, 1.0))
    share = np.array([soft + (hard - soft) * strong for soft, hard in STYLES.values()])
    factors: dict[HairStyle, float] = {
        "receding": 4.0 * age, "curly": 0.3 + 1.9 * curl, "ringlets": 0.3 + 1.9 * curl,
        "swept": 1.4 - curl, "bob": 1.4 - curl, "fringe": 1.6 - 1.5 * curl, "asymmetric": 1.4 - curl,
    }  # fmt: skip
    for name, factor in factors.items():
        share[list(STYLES).index(name)] *= factor
    return share / share.sum()


def sample_identity(rng: np.random.Generator) -> Identity:
    """Draw a person: skin from the whole Monk scale, hair and eye colour likely for it, shape independent of it."""
    shape = {name: float(np.clip(rng.normal(0.0, 0.45), -1.0, 1.0)) for name in SHAPE_FIELDS}
    build = rng.normal(0.0, 0.6)  # from soft features to strong ones: what goes together in faces
    for name, share in WITH_BUILD.items():
        shape[name] = float(np.clip(shape[name] + share * build, -1.0, 1.0))
    age, tone = rng.beta(1.0, 1.5), rng.uniform(0.0, 9.0)
    fair = float(np.clip(1.0 - tone / 5.0, 0.0, 1.0))
    natural = rng.uniform(0.0, 1.0 + 7.0 * fair)
    curl = rng.beta(1.0, 1.6) if tone < 5.5 else rng.beta(1.6, 1.0)
    style = one_of(rng, list(STYLES), style_shares(build, age, curl).tolist())
    grey = float(np.clip((age - 0.6) / 0.35 + rng.normal(0.0, 0.15), 0.0, 1.0))
    young = np.array(_between(rng, HAIR_COLOURS, natural))
    faded = style in LONG_STYLES and rng.random() < 0.35
    bearded = build > 0.1 and rng.random() < 0.6
    frames = rng.random() < 0.12 + 0.2 * age
    return Identity(
        **shape, age=float(age), skin=_between(rng, MONK_SCALE, tone),
        eyes=_between(rng, EYE_COLOURS, rng.uniform(0.0, 1.5 + 4.5 * fair)),
        hair=rgb(young + 0.85 * grey * (np.array(from_hex(GREY_HAIR)) - young)),
        clothes=_between(rng, CLOTHES_COLOURS, float(rng.integers(len(CLOTHES_COLOURS)))),
        neckline=float(rng.uniform(0.0, 1.0)), hair_style=style, hair_volume=float(rng.uniform(0.0, 1.0)),
        hair_curl=float(curl), hair_grey=grey, hair_fade=float(rng.uniform(0.3, 1.0) if faded else 0.0),
        parting=float(rng.uniform(-1.0, 1.0)),
        fringe=float(rng.choice([rng.uniform(0.0, 0.3), rng.uniform(0.7, 1.0)])),
        beard=float(rng.uniform(0.3, 1.0) if bearded else 0.0),
        beard_length=float(rng.beta(1.0, 1.5) if bearded else 0.0),
        freckles=float(rng.uniform(0.2, 1.0) * fair if rng.random() < 0.35 else 0.0),
        glasses=one_of(rng, FRAMES) if frames else "none",
        frame=_between(rng, FRAME_COLOURS, float(rng.integers(len(FRAME_COLOURS)))),
        garment=one_of(rng, GARMENTS, GARMENT_SHARES), pattern=float(max(0.0, rng.uniform(-1.0, 1.0))),
        texture_seed=int(rng.integers(2**31)),
    )  # fmt: skip


def sample_pose(rng: np.random.Generator) -> Pose:
    """Draw a portrait pose: |yaw| <= 15, |pitch| <= 8, |roll| <= 5 degrees, with an ordinary framing."""
    smile = float(rng.beta(1.3, 1.3))
    limits = ((7.0, 15.0), (3.5, 8.0), (2.2, 5.0))
    yaw, pitch, roll = (float(np.clip(rng.normal(0.0, off), -most, most)) for off, most in limits)
    parted = float(rng.uniform(0.35, 1.0) if rng.random() < 0.15 + 0.6 * smile else 0.0)
    scale, dx, dy = (float(rng.uniform(low, high)) for low, high in ((0.94, 1.06), (-0.03, 0.03), (-0.03, 0.03)))
    return Pose(yaw, pitch, roll, smile, parted, scale, dx, dy)
