"""Pictures for a page that opens without a network: everything becomes a data URI."""

from __future__ import annotations

import base64
import io

import numpy as np
import pandas as pd
from PIL import Image

from influencer_style.looks.pictures import INK

_LINE, _GRID = "#2f6f73", "#dcd9d2"


def css(colour: tuple[int, int, int]) -> str:
    """Return a colour, 0 to 255 a channel, as CSS writes it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def photo_uri(picture: np.ndarray | Image.Image, quality: int = 88) -> str:
    """Return a picture, uint8 (h, w, 3) or PIL, as a JPEG data URI."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=quality, optimize=True)
    return _uri("image/jpeg", stream.getvalue())


def exact_uri(picture: np.ndarray) -> str:
    """Return a picture, uint8 (h, w, 3), as a PNG data URI: every pixel as it is."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", optimize=True)
    return _uri("image/png", stream.getvalue())


def training_curves(history: pd.DataFrame) -> list[tuple[str, str]]:
    """Return each loss over the steps as (name, SVG data URI): a faint line as measured, and its running mean.

    Args:
        history: column `step`, `seconds`, and one for each loss; rows may lack some losses.

    Raises:
        ValueError: when there is no column `step` or no loss.
    """
    losses = [name for name in history.columns if name not in ("step", "seconds") and history[name].notna().any()]
    if "step" not in history.columns or not losses:
        raise ValueError(f"the training history has columns {list(history.columns)}; it needs step and a loss")
    return [(name, _curve(history[["step", name]].dropna(), name)) for name in losses]


def _curve(points: pd.DataFrame, name: str) -> str:
    # The Figure alone, without pyplot: no window, and nothing that other threads share.
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.2, 2.0), layout="constrained", facecolor="none")
    FigureCanvasSVG(figure)
    panel = figure.subplots()
    mean = points[name].rolling(max(1, len(points) // 20), min_periods=1, center=True).mean()
    panel.plot(points["step"], points[name], color=_LINE, alpha=0.25, linewidth=0.8)
    panel.plot(points["step"], mean, color=_LINE, linewidth=1.6)
    panel.set_title(name.replace("_", " "), fontsize=10, color=css(INK), loc="left")
    panel.set_facecolor("none")
    panel.tick_params(labelsize=8, colors=css(INK), length=2)
    panel.locator_params(nbins=5)
    panel.ticklabel_format(useOffset=False)
    panel.grid(color=_GRID, linewidth=0.5)
    panel.spines[["top", "right"]].set_visible(False)
    panel.spines[["left", "bottom"]].set_color(_GRID)
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    return _uri("image/svg+xml", stream.getvalue())


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
