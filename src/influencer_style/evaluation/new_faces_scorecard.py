"""The scorecard of new portraits, and which way to them is the better one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from influencer_style.evaluation.new_faces import Figures
from influencer_style.networks.portraits import WAYS


def new_faces_scorecard(found: Mapping[str, Mapping[str, Figures]], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return `synthesis.<look>.<way>.<metric>`, each figure as {mean, low, high, n}, and beside it `about`.

    Args:
        found: by look, from `new_faces.score_new_faces`.
        about: facts about model and data.
    """
    plain = {
        look: {way: {name: figure.as_dict() for name, figure in own.items()} for way, own in ways.items()}
        for look, ways in found.items()
    }
    return {"about": dict(about), "synthesis": plain}


def new_faces_rows(scorecard: Mapping[str, Any]) -> pd.DataFrame:
    """Return the figures as a table: `look`, `way`, `metric`, `mean`, `low`, `high`, `n`."""
    return pd.DataFrame(
        [
            {"look": look, "way": way, "metric": metric} | figure
            for look, ways in scorecard["synthesis"].items()
            for way, figures in ways.items()
            for metric, figure in figures.items()
        ]
    )


def mean_over_looks(scorecard: Mapping[str, Any], way: str, metric: str) -> float:
    """Return a figure's mean over the looks that have it; NaN where none has."""
    figures = [ways[way][metric]["mean"] for ways in scorecard["synthesis"].values() if metric in ways.get(way, {})]
    return float(np.mean(figures)) if figures else float("nan")


def better_way(scorecard: Mapping[str, Any]) -> str:
    """Return the way that gives more usable portraits; of equals, the more varied one."""
    measured = {way for ways in scorecard["synthesis"].values() for way in ways}
    return max(
        (way for way in WAYS if way in measured),
        key=lambda way: (mean_over_looks(scorecard, way, "usable"), mean_over_looks(scorecard, way, "diversity")),
    )
