"""The hair styles: how each is cut and combed."""

from __future__ import annotations

from dataclasses import dataclass

from influencer_style.studio.identity import HairStyle
from influencer_style.studio.strands import Flow


@dataclass(frozen=True)
class Cut:
    """One style. Thicknesses and heights in decimetres.

    `end` is the height where the hair ends, `top`, `front` and `side` how far it stands off, `rise` over which distance
    behind the hairline it gets there, `sweep` (0 to 1) how low a fringe hangs, `wild` (0 to 1) how far locks stand out.
    """

    flow: Flow
    end: float
    top: float
    side: float
    front: float = 0.0
    rise: float = 0.34
    falls: bool = False
    sweep: float = 0.0
    wild: float = 0.5
    curly: bool = False


CUTS: dict[HairStyle, Cut] = {
    "shaved": Cut("crown", -0.12, 0.0, 0.0),
    "receding": Cut("crown", -0.14, 0.06, 0.045, wild=0.3),
    "short": Cut("crown", -0.12, 0.09, 0.05, rise=0.24, wild=0.5),
    "swept": Cut("swept", -0.10, 0.13, 0.04, front=0.16, rise=0.20, wild=0.6),
    "curly": Cut("crown", -0.20, 0.19, 0.15, rise=0.20, wild=0.9, curly=True),
    "tied": Cut("back", -0.5, 0.06, 0.05, rise=0.30, wild=0.35),
    "bob": Cut("parted", -0.86, 0.11, 0.10, falls=True, wild=0.4),
    "fringe": Cut("crown", -1.25, 0.12, 0.10, rise=0.12, falls=True, sweep=0.35, wild=0.45),
    "asymmetric": Cut("parted", -1.0, 0.14, 0.11, rise=0.22, falls=True, sweep=0.8, wild=0.5),
    "wavy": Cut("parted", -1.35, 0.13, 0.13, falls=True, wild=0.8),
    "long": Cut("parted", -2.5, 0.09, 0.09, falls=True, wild=0.4),
    "ringlets": Cut("parted", -1.75, 0.15, 0.16, falls=True, wild=0.9, curly=True),
}
