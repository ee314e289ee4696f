"""Pictures of looks: the creators' photos side by side, and all photos on one map."""

from __future__ import annotations

import colorsys

import numpy as np
from PIL import Image, ImageDraw, ImageFont

INK, PAPER = (32, 32, 36), (250, 249, 247)


def draw_looks_side_by_side(examples: dict[str, np.ndarray], tile: int = 128) -> Image.Image:
    """Draw one row of crops, uint8 (n, s, s, 3), for each name, at `tile` pixels a side."""
    gutter, margin = 6, 150
    columns = max(len(crops) for crops in examples.values())
    size = (margin + columns * (tile + gutter), gutter + len(examples) * (tile + gutter))
    sheet = Image.new("RGB", size, PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=18)
    for row, (name, crops) in enumerate(examples.items()):
        top = gutter + row * (tile + gutter)
        pen.text((12, top + tile // 2), _short(name), fill=INK, font=font, anchor="lm")
        for column, crop in enumerate(crops):
            picture = Image.fromarray(crop).resize((tile, tile), Image.Resampling.LANCZOS)
            sheet.paste(picture, (margin + column * (tile + gutter), top))
    return sheet


def draw_look_map(
    crops: np.ndarray, descriptors: np.ndarray, labels: list[str], side: int = 1200, tile: int = 56
) -> Image.Image:
    """Place crops on a plane by their look: the first two principal components of their descriptors.

    Crops are uint8 (n, s, s, 3), n at least 2, descriptors (n, d). Crops of one label have frames of one colour. `side`
    is that of the picture in pixels, `tile` that of a crop in it.
    """
    names = list(dict.fromkeys(labels))
    colours = {name: _hue(i / len(names)) for i, name in enumerate(names)}
    centred = (descriptors - descriptors.mean(0)) / (descriptors.std(0) + 1e-6)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    places = centred @ axes[:2].T
    low, high = places.min(0), places.max(0)
    spread = (places - low) / np.maximum(high - low, 1e-9)
    sheet = Image.new("RGB", (side, side + 50), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=18)
    for crop, place, label in zip(crops, spread, labels, strict=True):
        left, top = (10 + place * (side - tile - 20)).astype(int)
        pen.rectangle((left - 3, top - 3, left + tile + 2, top + tile + 2), fill=colours[label])
        sheet.paste(Image.fromarray(crop).resize((tile, tile), Image.Resampling.LANCZOS), (left, top))
    x = 12
    for name in names:
        pen.rectangle((x, side + 14, x + 20, side + 34), fill=colours[name])
        pen.text((x + 28, side + 24), _short(name), fill=INK, font=font, anchor="lm")
        x += 48 + int(pen.textlength(_short(name), font=font))
    return sheet


def _hue(share: float) -> tuple[int, int, int]:
    red, green, blue = (round(255 * value) for value in colorsys.hsv_to_rgb(share, 0.75, 0.85))
    return red, green, blue


def _short(name: str) -> str:
    return name if len(name) <= 14 else name[:13] + "…"
