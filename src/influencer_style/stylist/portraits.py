"""The request for new portraits: the one place that says which options there are, their ranges and what they mean.

Python, the command line, the parameters of `generate` and HTTP requests all take their options from here.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from pydantic import ConfigDict, Field

from influencer_style.stylist.request import Options

MOST_PICTURES, MOST_SIZE = 10_000, 2048

Seed = Annotated[int, Field(ge=0, lt=2**63, description="a whole number from 0; other seeds give other people")]
_NUMBER = f"a whole number from 0 to {MOST_PICTURES - 1}: which of the seed's portraits"
PortraitNumber = Annotated[int, Field(ge=0, lt=MOST_PICTURES, description=_NUMBER)]


class PortraitOptions(TypedDict, total=False):
    """The options of `Portraits` that `Stylist.generate` takes by name, as type checkers and editors see them."""

    way: Literal["auto", "direct", "composed"]
    size: int
    truncation: float


class Portraits(Options):
    """Which portraits to make. The description of a field says which values it takes, and what they mean.

    Portraits of one seed differ by their number, 0 to `count` - 1; portrait k of a seed is always the same. The face
    itself is drawn at the model's resolution, and enlarged smoothly to `size`. `generation.default_way` decides `auto`.
    """

    model_config = ConfigDict(strict=True)

    look: str = Field(min_length=1, description="the name of a look that may be generated")
    count: int = Field(default=16, ge=1, le=MOST_PICTURES, description=f"a whole number from 1 to {MOST_PICTURES}")
    seed: Seed = 0
    way: Literal["auto", "direct", "composed"] = Field(
        default="auto",
        description="direct (drawn in the look), composed (drawn without one, then restyled), or auto: direct in looks "
        "whose photos the model was trained on, else composed",
    )
    size: int = Field(default=256, ge=1, le=MOST_SIZE, description=f"the side, 1 to {MOST_SIZE} pixels")
    truncation: float = Field(
        default=0.7,
        gt=0,
        le=1,
        description="a number above 0 (everybody ordinary, and alike) to 1 (as varied as the model can)",
    )
