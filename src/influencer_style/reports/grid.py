"""Pictures on one sheet: in a grid with text over its columns and before its rows, stacked, or on a map of looks."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

INK, PAPER = (32, 32, 36), (250, 249, 247)
_GUTTER = 8


@cache
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return DejaVu Sans, which comes with matplotlib: Pillow's own font has no letters beyond ASCII."""
    name = f"DejaVuSans{'-Bold' if bold else ''}.ttf"
    return ImageFont.truetype(str(files("matplotlib") / "mpl-data" / "fonts" / "ttf" / name), size)


def fitted(text: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    """Return `text`, shortened if it is wider than `width` px."""
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def stacked(pictures: Sequence[Image.Image]) -> Image.Image:
    """Return pictures, at least one, below each other."""
    sheet = Image.new("RGB", (max(p.width for p in pictures), sum(p.height for p in pictures)), PAPER)
    top = 0
    for picture in pictures:
        sheet.paste(picture, (0, top))
        top += picture.height
    return sheet


def draw_grid(
    rows: Sequence[Sequence[Image.Image | None]],
    heads: Sequence[str],
    labels: Sequence[str],
    tile: int,
    margin: int = 32,
) -> Image.Image:
    """Draw pictures in rows and columns, each as large as it can be in its tile; None leaves a tile empty.

    Tiles take the shape of the first picture, so that portraits waste no space. A row has at most as many pictures as
    there are heads, the texts over the columns. If all labels, the texts before the rows, are empty, no space is left
    for them. `tile` (its longer side) and `margin` are in pixels.
    """
    first = next(picture for row in rows for picture in row if picture)
    scale = tile / max(first.size)
    wide, high = (max(1, round(side * scale)) for side in first.size)
    size = max(14, tile // 13)
    left = margin + (round(max(font(size).getlength(label) for label in labels)) + _GUTTER * 2 if any(labels) else 0)
    top = margin + (size + _GUTTER * 2 if any(heads) else 0)
    right, bottom = left + len(heads) * (wide + _GUTTER), top + len(rows) * (high + _GUTTER)
    sheet = Image.new("RGB", (right - _GUTTER + margin, bottom - _GUTTER + margin), PAPER)
    pen = ImageDraw.Draw(sheet)
    for column, head in enumerate(heads):
        centre = left + column * (wide + _GUTTER) + wide // 2
        pen.text((centre, top - _GUTTER), fitted(head, font(size, True), wide), INK, font(size, True), anchor="md")
    for number, (row, label) in enumerate(zip(rows, labels, strict=True)):
        y = top + number * (high + _GUTTER)
        pen.text((left - _GUTTER * 2, y + high // 2), label, INK, font(size), anchor="rm")
        for column, picture in enumerate(row):
            if picture is not None:
                shown = ImageOps.contain(_flat(picture), (wide, high), Image.Resampling.LANCZOS)
                x = left + column * (wide + _GUTTER)
                sheet.paste(shown, (x + (wide - shown.width) // 2, y + (high - shown.height) // 2))
    return sheet


def _flat(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    return Image.alpha_composite(Image.new("RGBA", picture.size, (*PAPER, 255)), picture).convert("RGB")


def draw_looks_side_by_side(examples: dict[str, np.ndarray], tile: int = 128) -> Image.Image:
    """Draw one row of crops, uint8 (n, s, s, 3), for each name, at `tile` pixels a side."""
    rows = [[Image.fromarray(crop) for crop in crops] for crops in examples.values()]
    return draw_grid(rows, [""] * max(map(len, rows)), [_short(name) for name in examples], tile, margin=6)


def draw_look_map(
    crops: np.ndarray, descriptors: np.ndarray, labels: list[str], side: int = 1200, tile: int = 56
) -> Image.Image:
    """Place crops on a plane by their look: the first two principal components of their descriptors.

    Crops are uint8 (n, s, s, 3), n at least 2, descriptors (n, d). Crops of one label have frames of one colour. `side`
    is that of the picture in pixels, `tile` that of a crop in it.
    """
    names = list(dict.fromkeys(labels))
    hues = (colorsys.hsv_to_rgb(i / len(names), 0.75, 0.85) for i in range(len(names)))
    colours = {name: tuple(round(255 * value) for value in hue) for name, hue in zip(names, hues, strict=True)}
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


def _short(name: str) -> str:
    return name if len(name) <= 14 else name[:13] + "…"
