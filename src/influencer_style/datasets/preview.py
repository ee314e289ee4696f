"""What Kedro-Viz shows of an entry: pictures small enough for a page, and a few things chosen of many."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from kedro_datasets._typing import ImagePreview, JSONPreview
from PIL import Image, ImageDraw

from influencer_style.looks.pictures import INK, PAPER

T = TypeVar("T")


def as_preview(picture: Image.Image, side: int = 1200) -> ImagePreview:
    """Return `picture` as base64 PNG, its longer side at most `side` pixels."""
    small = picture.convert("RGB")
    small.thumbnail((side, side))
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return ImagePreview(base64.b64encode(buffer.getvalue()).decode("ascii"))


def as_json(data: Any) -> JSONPreview:
    """Return `data` as strict JSON: numbers that are none become null, for the browser's reader refuses them."""
    plain = json.loads(json.dumps(data, default=str), parse_constant=lambda _: None)
    return JSONPreview(json.dumps(plain, ensure_ascii=False))


def words(text: str) -> Image.Image:
    """Return a picture of a line of text, for an entry that has nothing to show yet."""
    picture = Image.new("RGB", (640, 60), PAPER)
    ImageDraw.Draw(picture).text((20, 30), text, fill=INK, font_size=18, anchor="lm")
    return picture


def spread(items: Sequence[T], most: int) -> list[T]:
    """Return at most `most` of `items`: the first, the last and evenly between."""
    return [items[i] for i in np.unique(np.linspace(0, len(items) - 1, min(most, len(items))).round().astype(int))]
