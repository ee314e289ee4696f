"""Pages that open without a network: their rendering, their pictures as data URIs, and consents in words."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from influencer_style.looks.profile import LookProfiles
from influencer_style.reports.grid import INK, PAPER

_LINE, _GRID, _ALARM = "#2f6f73", "#dcd9d2", "#b3452c"


def render(template: str, **values: object) -> str:
    """Return a page in HTML: everything is inline, without scripts or addresses of other machines."""
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return environment.get_template(template).render(paper=css(PAPER), ink=css(INK), **values)


def consents(looks: LookProfiles) -> list[tuple[str, dict[str, str]]]:
    """Return each look's creator, and the consent's entries as text."""

    def text(value: object) -> str:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

    shown = (looks[name] for name in looks.names)
    return [(look.creator, {key: text(value) for key, value in look.consent.items()}) for look in shown]


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

    `history` has the columns `step`, `seconds`, and one for each loss; rows may lack some losses. Raises ValueError if
    there is no column `step` or no loss.
    """
    losses = [name for name in history.columns if name not in ("step", "seconds") and history[name].notna().any()]
    if "step" not in history.columns or not losses:
        raise ValueError(f"the training history has columns {list(history.columns)}; it needs step and a loss")
    curves = []
    for name in losses:
        figure, (panel,) = new_panels(3.2, 2.0, 1)
        draw_curve(panel, history, name)
        curves.append((name, svg_uri(figure)))
    return curves


def strips(rows: pd.DataFrame, limit: float, label: str) -> str:
    """Return values as dots in a strip for each kind, top down, as an SVG data URI.

    `rows` has the columns `kind` and `value`, in the order of the strips; `limit` is drawn as a line, and dots to its
    right stand out; `label` is that of the axis.
    """
    figure, (panel,) = new_panels(7.2, 0.5 + 0.36 * rows["kind"].nunique(), 1)
    kinds = list(rows["kind"].unique())
    for height, kind in enumerate(kinds):
        values = rows.loc[rows["kind"] == kind, "value"].to_numpy()
        scatter = np.random.default_rng(0).uniform(-0.28, 0.28, len(values))
        for beyond, colour in ((False, _LINE), (True, _ALARM)):
            chosen = (values > limit) == beyond
            panel.plot(values[chosen], height + scatter[chosen], "o", color=colour, alpha=0.55, markersize=3.2, mew=0)
    panel.axvline(limit, color=css(INK), linewidth=1)
    panel.set_yticks(range(len(kinds)), kinds)
    panel.invert_yaxis()
    panel.set_xlabel(label, fontsize=9, color=css(INK))
    return svg_uri(figure)


def draw_curve(panel: Axes, history: pd.DataFrame, name: str) -> None:
    """Draw one loss over the steps, see `training_curves`."""
    points = history[["step", name]].dropna()
    mean = points[name].rolling(max(1, len(points) // 20), min_periods=1, center=True).mean()
    panel.plot(points["step"], points[name], color=_LINE, alpha=0.25, linewidth=0.8)
    panel.plot(points["step"], mean, color=_LINE, linewidth=1.6)
    panel.set_title(name.replace("_", " "), fontsize=10, color=css(INK), loc="left")
    panel.locator_params(nbins=5)
    panel.ticklabel_format(useOffset=False)


def new_panels(width: float, height: float, count: int) -> tuple[Figure, list[Axes]]:
    """Return a figure of so many inches, and its panels side by side."""
    # The Figure alone, without pyplot: no window, and nothing that other threads share.
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="none")
    panels = list(figure.subplots(1, count, squeeze=False)[0])
    for panel in panels:
        panel.set_facecolor("none")
        panel.tick_params(labelsize=8, colors=css(INK), length=2)
        panel.grid(color=_GRID, linewidth=0.5)
        panel.spines[["top", "right"]].set_visible(False)
        panel.spines[["left", "bottom"]].set_color(_GRID)
    return figure, panels


def svg_uri(figure: Figure) -> str:
    """Return a figure as an SVG data URI."""
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    return _uri("image/svg+xml", stream.getvalue())


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
