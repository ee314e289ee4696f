"""More looks to grade portraits by, written after those of `photographic_grades` and kept out of all training.

Two are black and white, one of them free of any colour; two are neutral, so that greys stay grey; one is teal and
orange as it is most often published, by lightness instead of by hue. As there, each is a pure function from a picture,
uint8 sRGB (h, w, 3), to one of the same shape and type, and means the same at every resolution.
"""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.photographic_grades import (
    Grade,
    _curve,
    _curves,
    _decode,
    _encode,
    _from_lab,
    _lab,
    _luma,
    _to_float,
    _to_uint8,
)


def red_filter_silver(picture: np.ndarray) -> np.ndarray:
    """Black and white through a red filter, on hard paper: no colour at all."""
    light = _decode(_to_float(picture)) @ np.array([0.75, 0.22, 0.03], np.float32)
    grey = _curve(_encode(light), [(0, 0), (0.2, 0.11), (0.5, 0.52), (0.8, 0.9), (1, 1)])
    return _to_uint8(np.repeat(grey[..., None], 3, axis=-1))


def iron_blue(picture: np.ndarray) -> np.ndarray:
    """Cyanotype: lightness alone, printed from Prussian blue to the white of paper."""
    tone = _curve(_luma(_to_float(picture)), [(0, 0.04), (0.5, 0.5), (1, 0.97)])[..., None]
    blue, paper = np.array([0.05, 0.17, 0.36], np.float32), np.array([0.96, 0.97, 0.94], np.float32)
    middle = np.array([0.30, 0.52, 0.68], np.float32)
    dark, bright = blue + (middle - blue) * 2 * tone, middle + (paper - middle) * (2 * tone - 1)
    return _to_uint8(np.where(tone < 0.5, dark, bright))


def blockbuster(picture: np.ndarray) -> np.ndarray:
    """Teal and orange by lightness: shadows pushed to teal, skin's middle and lights to orange, in Lab."""
    lab = _lab(_to_float(picture))
    light = lab[..., 0] / 100
    dark, bright = np.exp(-np.square((light - 0.15) / 0.22)), np.exp(-np.square((light - 0.68) / 0.22))
    lab[..., 1] = 1.05 * lab[..., 1] - 15 * dark + 7 * bright
    lab[..., 2] = 1.05 * lab[..., 2] - 13 * dark + 14 * bright
    lab[..., 0] = 100 * _curve(light, [(0, 0.01), (0.25, 0.21), (0.5, 0.5), (0.75, 0.78), (1, 1)])
    return _to_uint8(_from_lab(lab))


def tungsten_night(picture: np.ndarray) -> np.ndarray:
    """Lamps of 3200 K photographed as if it were day, a third of a stop too dark: gains of linear light."""
    gains = 0.8 * np.array([1.42, 0.93, 0.44], np.float32)
    light = _decode(_to_float(picture)) * gains
    return _to_uint8(_encode(1.18 * light / (1 + 0.18 * light)))


def pastel(picture: np.ndarray) -> np.ndarray:
    """Light, matt and rosy: lightness raised most where it is low, colours quieter, in Lab."""
    lab = _lab(_to_float(picture))
    lab[..., 0] = 100 * _curve(lab[..., 0] / 100, [(0, 0.14), (0.25, 0.37), (0.5, 0.62), (0.75, 0.83), (1, 0.98)])
    lab[..., 1:] *= 0.66
    lab[..., 1] += 3.0
    return _to_uint8(_from_lab(lab))


def two_colour_film(picture: np.ndarray) -> np.ndarray:
    """A film with two dyes: one record of red, one of green and blue together, mixed as densities."""
    density = -np.log10(np.maximum(_decode(_to_float(picture)), 1e-3))
    red, cyan = density[..., 0], 0.62 * density[..., 1] + 0.38 * density[..., 2]
    dyes = np.stack([0.92 * red + 0.08 * cyan, 0.24 * red + 0.76 * cyan, 0.14 * red + 0.86 * cyan], axis=-1)
    return _to_uint8(_encode(np.power(10.0, -dyes).astype(np.float32)))


def clean_bright(picture: np.ndarray) -> np.ndarray:
    """Neutral and subtle: half a stop more light with a soft shoulder that keeps white, no colour of its own."""
    light = _decode(_to_float(picture))
    return _to_uint8(_encode(1.4 * light / (1 + 0.4 * light)))


def newspaper_colour(picture: np.ndarray) -> np.ndarray:
    """Neutral: half of the colour taken out, black lifted and white lowered, all three channels alike."""
    image = _to_float(picture)
    image = _curves(image, *(3 * [[(0, 0.09), (0.25, 0.29), (0.5, 0.51), (0.75, 0.72), (1, 0.93)]]))
    hue, lightness, saturation = np.moveaxis(cv2.cvtColor(image, cv2.COLOR_RGB2HLS), -1, 0)
    return _to_uint8(cv2.cvtColor(np.stack([hue, lightness, 0.5 * saturation], axis=-1), cv2.COLOR_HLS2RGB))


FURTHER: dict[str, Grade] = {
    grade.__name__: grade
    for grade in (
        red_filter_silver, iron_blue, blockbuster, tungsten_night,
        pastel, two_colour_film, clean_bright, newspaper_colour,
    )
}  # fmt: skip
COLOURLESS = ("red_filter_silver",)  # whose truth has no chroma
NEUTRAL = ("clean_bright", "newspaper_colour")  # in which greys stay grey
