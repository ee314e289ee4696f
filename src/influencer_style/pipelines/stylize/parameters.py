"""The parameters of `stylize`, and the folder of photos that they name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, field_validator, model_validator

from influencer_style.batches.gathering import BatchError
from influencer_style.consent.slug import slug
from influencer_style.project.folder import in_project
from influencer_style.stylist.restyling import LikenessMode, Restyling


class StylizeParameters(Restyling, coerce_numbers_to_str=True):
    """A restyling, and what to restyle with which model; see conf/base/parameters_stylize.yml."""

    folder: str
    model: str = Field(min_length=1)
    reference: Path | None
    private: bool = Field(alias="keep_private")
    likeness: LikenessMode
    sheet_photos: int = Field(ge=1, le=200)

    @model_validator(mode="before")
    @classmethod
    def _one_source_in_use(cls, given: object) -> object:
        """An empty reference counts as no reference; a reference takes precedence over a look."""
        if not isinstance(given, Mapping):
            return given
        if given.get("reference"):
            return {**given, "look": None}
        if not given.get("look"):
            raise ValueError("stylize.look is empty; name a look (influencer-style looks) or a stylize.reference photo")
        return {**given, "reference": None}

    @field_validator("reference")
    @classmethod
    def _from_project(cls, reference: Path | None) -> Path | None:
        return Path(in_project(reference)) if reference else None

    @field_validator("look")
    @classmethod
    def _by_slug(cls, look: str | dict[str, float] | None) -> str | dict[str, float] | None:
        """Return the look with its names as models spell them: pictures have the same names however it is typed."""
        if look is None or isinstance(look, str):
            return look and (slug(look) or look)
        named = {slug(name) or name: share for name, share in look.items()}
        return named if len(named) == len(look) else look  # a name that is given twice is refused later


def photo_folder(folder: str) -> Path:
    """Return the folder; a relative one starts at the project. Raises BatchError when it does not exist."""
    place = in_project(folder)
    if not place.is_dir():
        raise BatchError(f"stylize.folder: {place} is not a folder; give one that holds photos")
    return place
