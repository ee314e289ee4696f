"""The scorecard of new portraits, and which way to them is the better one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from influencer_style.evaluation.figures import Methods, rows_of
from influencer_style.networks.portraits import WAYS


class SynthesisJudging(BaseModel):
    """How portraits are drawn to be judged, and how they are judged.

    Attributes:
        samples: The number of portraits of each look and way.
        paths: The number of paths between two seeds, of each look and way.
        frames: The number of portraits on each path.
        size: The side of the samples in pixels.
        truncation: The truncation of the noise, see `synthesis.draw_noise`.
        seed: The seed of the noise and of the bootstrap.
        bootstrap_draws: The number of draws for the intervals.
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

    Attributes:
        default_ways: For each look, the way its portraits are made by default.
        resolution: The side in pixels at which everything but faces is measured.
        identity_judge: The judge of identity, in words.
        truth_known: Whether other people are known as they truly are in the looks.
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
        return pd.DataFrame(
            [row for look, ways in self.synthesis.items() for row in rows_of(ways, method_column="way", look=look)]
        )

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
