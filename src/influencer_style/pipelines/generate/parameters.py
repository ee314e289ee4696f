"""The parameters of `generate`."""

from __future__ import annotations

from pydantic import Field, field_validator

from influencer_style.consent.slug import slug
from influencer_style.stylist.portraits import Portraits


class GenerateParameters(Portraits, strict=False, coerce_numbers_to_str=True):
    """Portraits, and the models that make them; see conf/base/parameters_generate.yml."""

    model: str = Field(min_length=1)
    transfer: str = Field(min_length=1)
    sheet_portraits: int = Field(ge=1, le=200)

    @field_validator("look")
    @classmethod
    def _by_slug(cls, look: str) -> str:
        return slug(look) or look
