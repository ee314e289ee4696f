"""A look's colour map as a picture: what becomes of greys, of skin, and of the hues."""

from __future__ import annotations

import colorsys

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor

from influencer_style.networks.colour_map import read_table
from influencer_style.reports.figures import new_panels, svg_uri

_GREYS = np.linspace(0, 1, 65)
_CHANNELS = {"red": "#b3452c", "green": "#3f7d3a", "blue": "#2f5fa8"}
# sRGB of light to dark skin, evenly spaced on the scale of Monk (2019).
_SKIN = ("f6ede4", "f7ead0", "d7bd96", "a07e56", "825c43", "604134", "3a312a")
_HUES, _SHADES = 12, ((0.5, 0.9), (0.35, 0.5))  # how many, at each saturation and value


def draw_colour_map(table: Tensor) -> str:
    """Draw a table (3, 9, 9, 9) of what is added to sRGB colours, see `networks.colour_map`, as an SVG data URI.

    On the left are the curves of red, green and blue over grey: where they part, greys get a cast. On the right are
    colours before (above) and after (below): greys, skin, and the hues light and dark.
    """
    figure, (curves, patches) = new_panels(6.4, 2.2, 2)
    greys = np.repeat(_GREYS[:, None], 3, 1)
    curves.plot([0, 1], [0, 1], color="#999999", linewidth=0.8, linestyle=":")
    for values, colour in zip(mapped(table, greys).T, _CHANNELS.values(), strict=True):
        curves.plot(_GREYS, values, color=colour, linewidth=1.4)
    curves.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    skin = [tuple(int(tone[i : i + 2], 16) / 255 for i in (0, 2, 4)) for tone in _SKIN]
    hues = [[colorsys.hsv_to_rgb(i / _HUES, *shade) for i in range(_HUES)] for shade in _SHADES]
    rows = [np.repeat(np.linspace(0, 1, 11)[:, None], 3, 1), np.array(skin), *map(np.array, hues)]
    for place, colours in enumerate(rows):
        _draw_row(patches, -place, colours, mapped(table, colours))
    patches.set(xlim=(0, 1), ylim=(-len(rows) + 0.95, 1))
    patches.axis("off")
    return svg_uri(figure)


def mapped(table: Tensor, colours: np.ndarray) -> np.ndarray:
    """Return what becomes of sRGB colours (n, 3) in [0, 1] by a table (3, 9, 9, 9), in [0, 1]."""
    before = torch.from_numpy(colours.astype(np.float32)).T[None, :, :, None]
    after = (before + read_table(table[None], before)).clamp(0, 1)
    return after[0, :, :, 0].T.numpy().astype(np.float64)


def _draw_row(panel: Axes, bottom: float, before: np.ndarray, after: np.ndarray) -> None:
    width = 1 / len(before)
    for number, (one, other) in enumerate(zip(before, after, strict=True)):
        for low, colour in ((0.45, one), (0.05, other)):
            panel.add_patch(Rectangle((number * width, bottom + low), width, 0.4, facecolor=tuple(colour), linewidth=0))
