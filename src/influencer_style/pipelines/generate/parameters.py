"""The parameters of `generate`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from influencer_style.consent.slug import slug
from influencer_style.stylist.generation import MOST_PICTURES, MOST_SIZE, AskedWay, Portraits


class GenerateParameters(BaseModel):
    """See conf/base/parameters_generate.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    look: str = Field(min_length=1, coerce_numbers_to_str=True)
    count: int = Field(ge=1, le=MOST_PICTURES)
    seed: int = Field(ge=0)
    way: AskedWay
    size: int = Field(ge=1, le=MOST_SIZE)
    truncation: float = Field(gt=0, le=1)
    model: str = Field(min_length=1)
    transfer: str = Field(min_length=1)
    sheet_portraits: int = Field(ge=1, le=200)

    def portraits(self) -> Portraits:
        """Return what is asked for."""
        return Portraits(slug(self.look) or self.look, self.seed, self.way, self.size, self.truncation)
