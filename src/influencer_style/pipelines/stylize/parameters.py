"""The parameters of `stylize`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from influencer_style.consent.slug import slug
from influencer_style.project.folder import in_project
from influencer_style.stylist.likeness_guard import Mode
from influencer_style.stylist.restyling import Format, Restyling


class StylizeParameters(BaseModel):
    """See conf/base/parameters_stylize.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    folder: str
    model: str = Field(min_length=1)
    look: str | dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(coerce_numbers_to_str=True)
    reference: str
    strength: float = Field(ge=0, le=1)
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None
    regions: dict[str, Annotated[float, Field(ge=0, le=1)]]
    faces: Literal["all", "largest"] | tuple[Annotated[int, Field(ge=0)], ...]
    format: Format
    keep_private: bool
    likeness: Mode
    sheet_photos: int = Field(ge=1, le=200)

    @model_validator(mode="after")
    def _one_look(self) -> StylizeParameters:
        if not self.look and not self.reference:
            raise ValueError("stylize.look is empty; name a look (influencer-style looks) or a stylize.reference photo")
        return self

    def restyling(self) -> Restyling:
        """Return what to do with every photo. A reference photo goes before a look."""
        return Restyling(
            look=None if self.reference else self._look_by_slug(),
            reference=Path(in_project(self.reference)) if self.reference else None,
            strength=self.strength,
            seed=self.seed,
            regions=self.regions or None,
            faces=self.faces,
            format=self.format,
            private=self.keep_private,
        )

    def _look_by_slug(self) -> str | dict[str, float]:
        """Return the look with its names as models spell them: pictures have the same names however it is typed."""
        if isinstance(self.look, str):
            return slug(self.look) or self.look
        known = {slug(name) or name: share for name, share in self.look.items()}
        return known if len(known) == len(self.look) else self.look  # a name that is given twice is refused later
