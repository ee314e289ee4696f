"""The contact sheet: people down, looks across, the creator of each look on top."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from influencer_style.metrics.cases import Cases
from influencer_style.reports.grid import INK, PAPER, fitted, font, stacked

MOST_WIDTH = 2800
_LEAST_TILE, _MOST_TILE = 192, 256
_MARGIN, _GUTTER, _GAP = 40, 8, 32
_TITLE, _TEXT = 30, 20
_GREY = (120, 118, 112)


def draw_contact_sheet(cases: Cases, people: int = 8) -> Image.Image:
    """Draw the first `people` test users: their photo, then for each look the truth (if known) and the result.

    A photo of the creator is above each look's columns. Looks that do not fit side by side at 192 px a tile go into
    further bands below. The sheet is at most 2800 px wide.
    """
    shown = list(range(min(people, len(cases.inputs))))
    columns = 2 if cases.truth else 1
    bands = _bands(cases.looks, columns)
    # The width is shared by the widest band, so that all bands have one tile size.
    looks = max(len(band) for band in bands)
    free = MOST_WIDTH - 2 * _MARGIN - looks * (_GAP + (columns - 1) * _GUTTER)
    tile = min(_MOST_TILE, cases.inputs.shape[1], free // (1 + looks * columns))
    return stacked([_draw_band(cases, band, shown, tile) for band in bands])


def _bands(looks: list[str], columns: int) -> list[list[str]]:
    group = columns * _LEAST_TILE + (columns - 1) * _GUTTER + _GAP
    most = max(1, (MOST_WIDTH - 2 * _MARGIN - _LEAST_TILE) // group)
    count = -(-len(looks) // most)
    each = -(-len(looks) // count)
    return [looks[i : i + each] for i in range(0, len(looks), each)]


def _draw_band(cases: Cases, looks: list[str], people: list[int], tile: int) -> Image.Image:
    kinds = ["truth", "generator"] if cases.truth else ["generator"]
    group = len(kinds) * tile + (len(kinds) - 1) * _GUTTER
    head = _MARGIN + _TITLE + 14
    captions = head + tile + 16
    first = captions + _TEXT + 10
    size = (2 * _MARGIN + tile + len(looks) * (_GAP + group), first + len(people) * (tile + _GUTTER) + _MARGIN)
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)

    def paste(picture: np.ndarray, left: int, top: int) -> None:
        sheet.paste(Image.fromarray(picture).resize((tile, tile), Image.Resampling.LANCZOS), (left, top))

    def write(text: str, centre: int, top: int, width: int, bold: bool, colour: tuple[int, int, int]) -> None:
        face = font(_TITLE if bold else _TEXT, bold)
        draw.text((centre, top), fitted(text, face, width), font=face, fill=colour, anchor="ma")

    write("a photo of the creator", _MARGIN + tile // 2, head + tile // 2, tile, False, _GREY)
    write("input", _MARGIN + tile // 2, captions, tile, False, _GREY)
    for row, picture in enumerate(cases.inputs[people]):
        paste(picture, _MARGIN, first + row * (tile + _GUTTER))
    for number, look in enumerate(looks):
        left = _MARGIN + tile + _GAP + number * (group + _GAP)
        write(look, left + group // 2, _MARGIN, group, True, INK)
        paste(cases.examples[look], left + (group - tile) // 2, head)
        for column, kind in enumerate(kinds):
            x = left + column * (tile + _GUTTER)
            write("result" if kind == "generator" else kind, x + tile // 2, captions, tile, False, _GREY)
            for row, picture in enumerate(cases.pictures(kind, look, tile, people)):
                paste(picture, x, first + row * (tile + _GUTTER))
    return sheet
