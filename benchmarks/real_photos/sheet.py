"""A contact sheet of the benchmark, to be looked at and not kept: it shows real people."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.real_photos.scoring import Scores
from influencer_style.reports.grid import font

_TILE, _GAP, _LEFT, _HEAD = 160, 4, 180, 40
_INK, _PAPER = (28, 28, 30), (250, 249, 246)


def draw_sheet(scores: Scores, graded: Mapping[str, np.ndarray]) -> Image.Image:
    """Draw people (down) in all grades (across), and below them, for each grade (down), two people by every method.

    Args:
        scores: with the pictures to show.
        graded: by grade, `input` first: the same people, uint8 (n, s, s, 3).
    """
    count = len(next(iter(graded.values())))
    people = [(f"person {i + 1}", [(name, stack[i]) for name, stack in graded.items()]) for i in range(count)]
    methods = [(name, [tile for shown in scores.shown[name] for tile in shown.items()]) for name in scores.grades]
    parts = [_rows(people), _rows(methods)]
    sheet = Image.new("RGB", (max(part.width for part in parts), sum(part.height for part in parts)), _PAPER)
    sheet.paste(parts[0], (0, 0))
    sheet.paste(parts[1], (0, parts[0].height))
    return sheet


def _rows(rows: list[tuple[str, list[tuple[str, np.ndarray]]]]) -> Image.Image:
    step, columns = _TILE + _GAP, max(len(tiles) for _, tiles in rows)
    part = Image.new("RGB", (_LEFT + columns * step, _HEAD + len(rows) * step), _PAPER)
    draw = ImageDraw.Draw(part)
    for i, (title, _) in enumerate(rows[0][1]):
        draw.text((_LEFT + i * step + _TILE // 2, 12), title, fill=_INK, font=font(13), anchor="ma")
    for row, (name, tiles) in enumerate(rows):
        draw.text((8, _HEAD + row * step + _TILE // 2), name, fill=_INK, font=font(16), anchor="lm")
        for column, (_, picture) in enumerate(tiles):
            tile = Image.fromarray(picture).resize((_TILE, _TILE), Image.Resampling.LANCZOS)
            part.paste(tile, (_LEFT + column * step, _HEAD + row * step))
    return part
