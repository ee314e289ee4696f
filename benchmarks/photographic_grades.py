"""Looks as photographers publish them, to grade real portraits by: the truth of the real-photo benchmark.

They were written, and committed, before anything was trained or chosen by their figures, and none of them uses an
operation of the studio's own `Grade` (lift, gain and gamma, luma split tone, saturation and contrast, vignette, grain).
Each is a pure function from a picture, uint8 sRGB (h, w, 3), to one of the same shape and type. It is deterministic,
and means the same at every resolution: radii and places are fractions of the shorter side, of the height or the width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

Grade = Callable[[np.ndarray], np.ndarray]
Points = Sequence[tuple[float, float]]
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
# Cone responses of linear sRGB: sRGB to XYZ (IEC 61966-2-1), then Bradford's sharpened cones (Lam 1985).
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]], np.float32)
_CONES = _BRADFORD @ _XYZ


def late_sun(picture: np.ndarray) -> np.ndarray:
    """White balance moved from 6500 K to 5700 K by chromatic adaptation: cones scaled, in linear light."""
    white = np.array([0.9545, 1.0, 0.9564], np.float32)  # XYZ of daylight (CIE D series) at 5700 K
    scale = (_BRADFORD @ white) / (_BRADFORD @ _XYZ.sum(1))
    matrix = np.linalg.inv(_CONES) @ np.diag(scale) @ _CONES
    return _to_uint8(_encode(_decode(_to_float(picture)) @ matrix.T.astype(np.float32)))


def portrait_film(picture: np.ndarray) -> np.ndarray:
    """Colour negative film on paper: a soft shoulder and toe of its own for each dye layer."""
    return _to_uint8(
        _curves(
            _to_float(picture),
            [(0, 0.015), (0.25, 0.25), (0.5, 0.53), (0.75, 0.78), (1, 0.985)],
            [(0, 0.015), (0.25, 0.24), (0.5, 0.51), (0.75, 0.76), (1, 0.98)],
            [(0, 0.035), (0.25, 0.26), (0.5, 0.505), (0.75, 0.735), (1, 0.955)],
        )
    )


def hue_panel(picture: np.ndarray) -> np.ndarray:
    """The HSL panel: oranges lighter and towards peach, yellows and greens quieter and cooler, blues towards teal."""
    bands = [(25, 40, -5, 0.90, 0.035), (75, 55, 22, 0.62, -0.03), (225, 60, -22, 1.15, -0.04), (345, 35, 6, 1.1, 0.0)]
    return _to_uint8(_hue_bands(_to_float(picture), bands))


def clarity(picture: np.ndarray) -> np.ndarray:
    """Local contrast: lightness raised where it is above its neighbourhood's, midtones most, edges at two scales."""
    lab = _lab(_to_float(picture))
    lightness = lab[..., 0]
    side = min(picture.shape[:2])
    detail = 0.45 * (lightness - _blur(lightness, 0.05 * side)) + 0.4 * (lightness - _blur(lightness, 0.016 * side))
    midtones = 1 - np.square(lightness / 50 - 1)
    lab[..., 0] = lightness + detail * (0.35 + 0.65 * midtones)
    return _to_uint8(_from_lab(lab))


def teal_orange(picture: np.ndarray) -> np.ndarray:
    """Teal and orange: each hue turns to the nearer of two opposite ones, and greys lean to teal in the shadows."""
    lab = _lab(_to_float(picture))
    chroma, hue = np.hypot(lab[..., 1], lab[..., 2]), np.arctan2(lab[..., 2], lab[..., 1])
    # Hue angles in Lab; sin has its zeros at orange and at its opposite, so what is near an end moves to that end.
    orange = np.deg2rad(58.0)
    turned = hue - 0.42 * np.sin(2 * (hue - orange))
    warm = (1 + np.cos(hue - orange)) / 2 * np.clip(chroma / 18, 0, 1)
    chroma = chroma * (1.16 + 0.3 * np.abs(np.cos(hue - orange)))
    teal = 25 * (1 - warm) * np.sin(np.pi * np.clip(lab[..., 0] / 90, 0, 1)) ** 2
    lab[..., 1] = chroma * np.cos(turned) - 0.80 * teal
    lab[..., 2] = chroma * np.sin(turned) - 0.60 * teal
    return _to_uint8(_from_lab(lab))


def bleach_bypass(picture: np.ndarray) -> np.ndarray:
    """Bleach bypass: the silver stays in the print, a black-and-white picture that lies over the colours (overlay)."""
    image = _to_float(picture)
    silver = _curve(_luma(image), [(0, 0), (0.25, 0.2), (0.5, 0.5), (0.75, 0.8), (1, 1)])[..., None]
    over = np.where(silver < 0.5, 2 * image * silver, 1 - 2 * (1 - image) * (1 - silver))
    return _to_uint8(image + 0.62 * (0.7 * over + 0.3 * silver - image))


def lab_curves(picture: np.ndarray) -> np.ndarray:
    """Colour by Lab curves: the middle of a and b steepened and moved, so that like colours part; lightness stays."""
    lab = _lab(_to_float(picture))
    lab[..., 1] = 62 * np.tanh(lab[..., 1] * 1.42 / 62) - 3.0
    lab[..., 2] = 66 * np.tanh((lab[..., 2] - 4.0) * 1.35 / 66) - 3.5
    return _to_uint8(_from_lab(lab))


def mist_filter(picture: np.ndarray) -> np.ndarray:
    """A mist filter on film: highlights bloom over a tenth of the side, and a red halo lies round them (halation)."""
    light = _decode(_to_float(picture))
    side = min(picture.shape[:2])
    bright = light * np.clip((_luma(light) - 0.2) / 0.4, 0, 1)[..., None]
    bloom = 0.5 * _blur(bright, 0.03 * side) + 0.5 * _blur(bright, 0.1 * side)
    halo = _blur(_luma(bright), 0.022 * side)[..., None] * np.array([1.0, 0.3, 0.08], np.float32)
    scattered = 0.93 * light + 0.62 * bloom + 0.16 * halo + 0.004
    return _to_uint8(_encode(1.06 * scattered / (1 + 0.22 * scattered)))


def cross_process(picture: np.ndarray) -> np.ndarray:
    """Slide film in negative chemistry: steep curves in red and green, a flat one in blue, each with its own bend."""
    return _to_uint8(
        _curves(
            _to_float(picture),
            [(0, 0), (0.25, 0.13), (0.5, 0.53), (0.75, 0.88), (1, 1)],
            [(0, 0), (0.25, 0.21), (0.5, 0.6), (0.75, 0.87), (1, 0.98)],
            [(0, 0.14), (0.25, 0.29), (0.5, 0.44), (0.75, 0.62), (1, 0.81)],
        )
    )


def toned_silver(picture: np.ndarray) -> np.ndarray:
    """Black and white by a channel mixer with a green filter, toned: selenium in the shadows, sepia in the lights."""
    grey = _curve(
        _to_float(picture) @ np.array([0.18, 0.72, 0.10], np.float32),
        [(0, 0.02), (0.2, 0.16), (0.5, 0.54), (0.8, 0.86), (1, 0.98)],
    )
    red = _curve(grey, [(0, 0.03), (0.3, 0.32), (0.6, 0.65), (1, 1)])
    green = _curve(grey, [(0, 0), (0.3, 0.275), (0.6, 0.595), (1, 0.985)])
    blue = _curve(grey, [(0, 0.035), (0.3, 0.275), (0.6, 0.52), (1, 0.9)])
    return _to_uint8(np.stack([red, green, blue], axis=-1))


def day_for_night(picture: np.ndarray) -> np.ndarray:
    """Day for night: a stop and a half less light, seen by rods too (Purkinje): blues keep their light, reds do not."""
    light = 0.35 * _decode(_to_float(picture))
    rods = np.maximum(light @ np.array([0.06, 0.54, 0.40], np.float32), 0)[..., None]
    share = 0.75 / (1 + np.square(rods / 0.12))
    moonlit = rods * rods / (rods + 0.012) * np.array([0.62, 0.92, 1.75], np.float32)
    return _to_uint8(_encode(light * np.array([0.85, 0.97, 1.2], np.float32) * (1 - share) + share * moonlit))


def light_leak(picture: np.ndarray) -> np.ndarray:
    """A light leak: orange light enters on the right and red light above it, screened over the picture."""
    h, w = picture.shape[:2]
    y = ((np.arange(h, dtype=np.float32) + 0.5) / h)[:, None]
    x = ((np.arange(w, dtype=np.float32) + 0.5) / w)[None]
    band = np.exp(-np.square((1.02 - x + 0.18 * (y - 0.5)) / 0.42))
    flare = np.exp(-(np.square((x - 0.78) / 0.45) + np.square((y - 0.02) / 0.34)))
    leak = band[..., None] * np.array([0.74, 0.34, 0.06], np.float32)
    leak = leak + flare[..., None] * np.array([0.5, 0.05, 0.10], np.float32)
    return _to_uint8(1 - (1 - _to_float(picture)) * (1 - np.clip(leak, 0, 1)))


def sea_haze(picture: np.ndarray) -> np.ndarray:
    """Haze between the lens and the subject (Koschmieder): bluish airlight, more of it higher up, in linear light."""
    light = _decode(_to_float(picture))
    h = picture.shape[0]
    height = 1 - (np.arange(h, dtype=np.float32) + 0.5) / h
    through = np.exp(-(0.08 + 0.17 * height))[:, None, None] ** np.array([0.8, 1.0, 1.25], np.float32)
    return _to_uint8(_encode(light * through + np.array([0.66, 0.74, 0.82], np.float32) * (1 - through)))


GRADES: dict[str, Grade] = {
    grade.__name__: grade
    for grade in (
        late_sun, portrait_film, hue_panel, clarity,
        teal_orange, bleach_bypass, lab_curves, mist_filter,
        cross_process, toned_silver, day_for_night, light_leak, sea_haze,
    )
}  # fmt: skip


def _to_float(picture: np.ndarray) -> np.ndarray:
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(f"a picture must be uint8 (h, w, 3), not {picture.dtype} {picture.shape}")
    return picture.astype(np.float32) / 255


def _to_uint8(image: np.ndarray) -> np.ndarray:
    return np.round(image.clip(0, 1) * 255).astype(np.uint8)


def _decode(srgb: np.ndarray) -> np.ndarray:
    return np.where(srgb > 0.04045, ((srgb + 0.055) / 1.055) ** 2.4, srgb / 12.92).astype(np.float32)


def _encode(light: np.ndarray) -> np.ndarray:
    light = light.clip(0, 1)
    return np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, 12.92 * light).astype(np.float32)


def _luma(image: np.ndarray) -> np.ndarray:
    return image @ _LUMINANCE


def _lab(srgb: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(srgb, cv2.COLOR_RGB2Lab)


def _from_lab(lab: np.ndarray) -> np.ndarray:
    lab[..., 0] = lab[..., 0].clip(0, 100)
    return cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_Lab2RGB)


def _blur(values: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)


def _curve(values: np.ndarray, points: Points) -> np.ndarray:
    """Apply the monotone cubic spline (Fritsch and Carlson 1980) through points of [0, 1] x [0, 1]."""
    from scipy.interpolate import PchipInterpolator

    x, y = zip(*points, strict=True)
    return PchipInterpolator(x, y)(values.clip(0, 1)).astype(np.float32)


def _curves(image: np.ndarray, red: Points, green: Points, blue: Points) -> np.ndarray:
    return np.stack([_curve(image[..., i], points) for i, points in enumerate((red, green, blue))], axis=-1)


def _hue_bands(image: np.ndarray, bands: Sequence[tuple[float, float, float, float, float]]) -> np.ndarray:
    """Change hues selectively, in HSL.

    Args:
        image: sRGB in [0, 1].
        bands: for each its centre and half width in degrees, its turn in degrees, the factor of its saturation, and
            what is added to its lightness. Colours of little saturation hardly have a hue, and hardly change lightness.
    """
    hue, lightness, saturation = np.moveaxis(cv2.cvtColor(image, cv2.COLOR_RGB2HLS), -1, 0)
    turn, factor, lift = np.zeros_like(hue), np.ones_like(hue), np.zeros_like(hue)
    coloured = np.clip(saturation / 0.25, 0, 1)
    for centre, width, degrees, scale, lighter in bands:
        off = np.abs((hue - centre + 180) % 360 - 180) / width
        weight = np.where(off < 1, np.cos(off * np.pi / 2) ** 2, 0)
        turn, factor, lift = turn + weight * degrees, factor + weight * (scale - 1), lift + weight * lighter * coloured
    hls = np.stack([(hue + turn) % 360, (lightness + lift).clip(0, 1), (saturation * factor).clip(0, 1)], axis=-1)
    return cv2.cvtColor(hls.astype(np.float32), cv2.COLOR_HLS2RGB)
