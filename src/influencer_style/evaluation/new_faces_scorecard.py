"""The scorecard of new portraits, and which way to them is the better one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from influencer_style.metrics.intervals import Methods, rows_of
from influencer_style.networks.portraits import WAYS


class SynthesisJudging(BaseModel):
    """How portraits are drawn to be judged, and how they are judged.

    For each look and way there are `samples` portraits of `size` pixels a side, and `paths` between two seeds with
    `frames` portraits on each. `truncation` and `seed` are those of the noise, see `synthesis.draw_noise`; intervals
    have `bootstrap_draws`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    samples: int = Field(ge=4, le=10_000)
    paths: int = Field(ge=1, le=1_000)
    frames: int = Field(ge=3, le=1_000)
    size: int = Field(ge=64, le=1024)
    truncation: float = Field(gt=0, le=1)
    seed: int = Field(ge=0)
    bootstrap_draws: int = Field(ge=100, le=1_000_000)


class AboutNewFaces(SynthesisJudging):
    """Facts about the model and the data behind the figures.

    `default_ways` has for each look the way its portraits are made by default, `resolution` is the side in pixels at
    which everything but faces is measured, `identity_judge` the judge of identity in words, `truth_known` says whether
    other people are known as they truly are in the looks.
    """

    model: dict[str, str]
    default_ways: dict[str, str]
    resolution: int
    detector: str
    identity_judge: str
    truth_known: bool
    source: str


class NewFacesScorecard(BaseModel):
    """Figures of new portraits by look and way, see `new_faces.score_new_faces`."""

    model_config = ConfigDict(frozen=True)
    about: AboutNewFaces
    synthesis: dict[str, Methods]

    def rows(self) -> pd.DataFrame:
        """Return the figures as a table: `look`, `way`, `metric`, `mean`, `low`, `high`, `n`."""
        looks = self.synthesis.items()
        return pd.DataFrame([row for look, ways in looks for row in rows_of(ways, method_column="way", look=look)])

    def mean_over_looks(self, way: str, metric: str) -> float:
        """Return a figure's mean over the looks that have it; NaN if none has."""
        figures = [ways[way][metric].mean for ways in self.synthesis.values() if metric in ways.get(way, {})]
        return float(np.mean(figures)) if figures else float("nan")

    def better_way(self) -> str:
        """Return the way that gives more usable portraits; of equals, the more varied one."""
        measured = {way for ways in self.synthesis.values() for way in ways}
        return max(
            (way for way in WAYS if way in measured),
            key=lambda way: (self.mean_over_looks(way, "usable"), self.mean_over_looks(way, "diversity")),
        )
