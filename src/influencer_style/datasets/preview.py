"""What Kedro-Viz shows of an entry: pictures small enough for a page, and a few items chosen from many."""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from kedro_datasets._typing import ImagePreview, JSONPreview, TablePreview
from PIL import Image, ImageDraw

from influencer_style.consent.grant import LEARN
from influencer_style.consent.places import project_ledger
from influencer_style.reports.grid import INK, PAPER

T = TypeVar("T")
_ITEMS = 6  # of a list in a cell


def as_preview(picture: Image.Image, side: int = 1200) -> ImagePreview:
    """Return `picture` as base64 PNG, its longer side at most `side` pixels."""
    small = picture.convert("RGB")
    small.thumbnail((side, side))
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return ImagePreview(base64.b64encode(buffer.getvalue()).decode("ascii"))


def as_json(data: object) -> JSONPreview:
    """Return `data` as strict JSON: NaN and infinity become null, because browsers reject them."""
    plain = json.loads(json.dumps(data, default=str), parse_constant=lambda _: None)
    return JSONPreview(json.dumps(plain, ensure_ascii=False))


def as_table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> TablePreview:
    """Return a table whose cells fit a page: four digits of a number, the start of a list, nothing for NaN."""
    data = [[_cell(value) for value in row] for row in rows]
    return TablePreview({"index": list(range(len(data))), "columns": list(columns), "data": data})


def words(text: str) -> Image.Image:
    """Return a picture of a line of text, for an entry that has nothing to show yet."""
    picture = Image.new("RGB", (600, 400), PAPER)  # in the page's own shape: Kedro-Viz stretches what it is given
    ImageDraw.Draw(picture).text((300, 200), text, fill=INK, font_size=18, anchor="mm")
    return picture


def consented(creators: Mapping[str, Path]) -> set[str]:
    """Return the slugs of the creators, given with their folders, whose consent holds now; decisions are recorded.

    Raises AuditError if a decision cannot be recorded.
    """
    ledger = project_ledger()
    folders = sorted(creators.items())
    return {name for name, folder in folders if ledger.decide_folder("preview", name, folder, *LEARN).allowed}


def spread(items: Sequence[T], most: int) -> list[T]:
    """Return at most `most` of `items`: the first, the last and evenly between."""
    return [items[i] for i in np.unique(np.linspace(0, len(items) - 1, min(most, len(items))).round().astype(int))]


def _cell(value: object) -> object:
    if isinstance(value, list):
        more = f", … {len(value)} in all" if len(value) > _ITEMS else ""
        return f"[{', '.join(str(_cell(item)) for item in value[:_ITEMS])}{more}]"
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return float(f"{value:.4g}") if isinstance(value, float) else value
