"""The request to restyle photos: the one place that says which options there are, their ranges and what they mean.

Python, the command line, the parameters of `stylize` and HTTP requests all take their options from here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Protocol, Self, TypedDict, get_args

import numpy as np
from PIL import Image
from pydantic import AfterValidator, ConfigDict, Field, SkipValidation, model_validator

from influencer_style.looks.areas import AREAS
from influencer_style.storage.fingerprint import file_sha256, fingerprint
from influencer_style.storage.text import quoted
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.request import Options
from influencer_style.version import __version__

_MOST_LABEL = 60  # letters


class OpenFile(Protocol):
    """What has a file's bytes to read: an open file, `io.BytesIO`, an upload of a web framework."""

    def read(self, size: int, /) -> bytes:
        """Return at most this many bytes."""


GivenPhoto = str | os.PathLike[str] | bytes | bytearray | memoryview | OpenFile | Image.Image | np.ndarray
Faces = Literal["all", "largest"] | tuple[Annotated[int, Field(ge=0)], ...]
SUFFIX_OF = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "avif": ".avif"}  # of the formats' files
LikenessMode = Literal["warn", "refuse", "off"]
LIKENESS_MODES: tuple[LikenessMode, ...] = get_args(LikenessMode)
Number = Annotated[float, Field(allow_inf_nan=True)]  # in a table that has a validator of its own
Strength = Annotated[float, Field(ge=0, le=1, description="a number from 0 (the photo as it is) to 1 (the whole look)")]


class RestylingOptions(TypedDict, total=False):
    """The options of `Restyling` that `Stylist.apply` takes by name, as type checkers and editors see them."""

    reference: GivenPhoto | None
    regions: Mapping[str, float] | None
    seed: int | None
    faces: Literal["all", "largest"] | Sequence[int]
    private: bool


def _sound_mix(look: str | dict[str, float] | None) -> str | dict[str, float] | None:
    if isinstance(look, dict):
        shares = look.values()
        if not all(0 <= share < math.inf for share in shares) or not 0 < sum(shares) < math.inf:
            raise ValueError(f"a mix of looks needs shares of 0 or more that are not all 0, not {look}")
    return look


def _sound_regions(regions: dict[str, float] | None) -> dict[str, float] | None:
    for name, weight in (regions or {}).items():
        if name not in AREAS:
            raise ValueError(f"there is no region {quoted(name)}; choose from: {', '.join(AREAS)}")
        if not 0 <= weight <= 1:
            raise ValueError(f"region {name} has the weight {weight}; choose 0 (left as it is) to 1")
    return regions or None


class Restyling(Options):
    """What to do with each photo. The description of a field says which values it takes, and what they mean.

    A batch needs a reference that is a file, and writes files of the `format`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)  # a reference may be an array, or an image

    look: Annotated[str | dict[str, Number] | None, AfterValidator(_sound_mix)] = Field(
        default=None, description="the name of a look, or several with their shares"
    )
    reference: SkipValidation[GivenPhoto | None] = Field(
        default=None, description="a photo whose look is taken instead of a named one"
    )
    strength: Strength = 1.0
    seed: int | None = Field(
        default=None,
        ge=0,
        lt=2**63,
        description="a whole number from 0: a variation inside the look; none for its centre",
    )
    regions: Annotated[dict[str, Number] | None, AfterValidator(_sound_regions)] = Field(
        default=None,
        description=f"share of the change that a region gets, 0 to 1 (else 1); regions: {', '.join(AREAS)}",
    )
    faces: Faces = Field(
        default="all",
        min_length=1,
        description="all, largest, or face numbers (0 is the largest face); others change like the background",
    )
    format: Literal["keep", "jpeg", "png", "webp", "avif"] = Field(
        default="keep",
        description="keep (the photo's own; HEIC becomes JPEG, and TIFF becomes PNG), jpeg, png, webp or avif",
    )
    private: bool = Field(
        default=False,
        description="keep private metadata (location, names, serial numbers; removed by default)",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.look is None) == (self.reference is None):
            raise ValueError("name either a look, or a reference photo whose look is taken")
        return self

    @property
    def label(self) -> str:
        """The look in a word, for names of files: `aurora`, `aurora70-noir30`, `like-sunset`."""
        if isinstance(self.look, str):
            label = self.look
        elif self.look:
            total = sum(self.look.values())
            label = "-".join(f"{name}{round(100 * share / total)}" for name, share in sorted(self.look.items()))
        else:
            label = f"like-{self._reference_file().stem}"
        return label if len(label) <= _MOST_LABEL else f"{label[: _MOST_LABEL - 9]}-{fingerprint(label)[:8]}"

    def check_reference(self) -> None:
        """Refuse a reference that is not a regular file: opening a named pipe would block. Raises StylistError."""
        if self.reference is not None and not os.path.isfile(file := self._reference_file()):
            raise StylistError(f"{file} is not a file; name another reference")

    def fingerprint(self, *stylist: str) -> str:
        """Return what a picture depends on apart from its photo, as 16 hex digits: options, Stylist, this software.

        `stylist` is `Stylist.identity`. Raises StylistError when the reference photo cannot be read.
        """
        self.check_reference()
        options = self.model_dump(include={*Restyling.model_fields} - {"format"}) | {"reference": None}
        if self.reference is not None:
            file = self._reference_file()
            try:
                options["reference"] = file_sha256(file)
            except OSError as error:
                raise StylistError(f"{file} cannot be read ({error.strerror}); name another reference") from error
        return fingerprint(__version__, *stylist, options)[:16]

    def _reference_file(self) -> Path:
        if isinstance(self.reference, str | os.PathLike):
            return Path(self.reference)
        raise StylistError("the reference of a batch must be a file; name one")
