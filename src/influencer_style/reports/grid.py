"""A grid of pictures with text over its columns and before its rows."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageOps

from influencer_style.reports.contact_sheet import fitted, font
from influencer_style.reports.looks import INK, PAPER

_GUTTER = 8


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
    sheet = Image.new(
        "RGB",
        (
            left + len(heads) * (wide + _GUTTER) - _GUTTER + margin,
            top + len(rows) * (high + _GUTTER) - _GUTTER + margin,
        ),
        PAPER,
    )
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
