"""The likeness guard in the report: what it says of the results, and of faces on the way to the creator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from PIL import Image

from influencer_style.evaluation.likeness_trial import SHARES, morph
from influencer_style.evaluation.wording import LABELS
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.likeness import THRESHOLD
from influencer_style.reports.figures import photo_uri, strips

_NEAREST = 4
_KINDS = {kind: LABELS[kind] for kind in ("generator", "oracle")} | {
    morph(share): f"{share:.0%} the creator" for share in SHARES
}


def likeness_part(trial: pd.DataFrame, scorecard: Mapping[str, Any], cases: Cases, tile: int) -> dict[str, Any] | None:
    """Return the part's plot, table and the results that come nearest to a creator; None where nothing was compared.

    Args:
        trial: from `likeness_trial.try_guard`.
        scorecard: with the section `likeness`.
        cases: the pictures.
        tile: side of a picture, px.
    """
    if trial.empty:
        return None
    size = min(tile, cases.inputs.shape[1])
    results = trial[trial["kind"] == "generator"].sort_values("likeness", ascending=False)
    return {
        "threshold": f"{THRESHOLD:.0%}",
        "plot": strips(
            pd.DataFrame({"kind": trial["kind"].map(_KINDS), "value": trial["likeness"]}),
            THRESHOLD,
            "how much of the way to the creator, less what the look explains",
        ),
        "rows": [
            {"kind": _KINDS[kind]} | {name: _shown(figure) for name, figure in figures.items()}
            for kind, figures in scorecard["likeness"]["overall"].items()
        ],
        "nearest": [
            {
                "pictures": [
                    {"label": LABELS[kind], "uri": photo_uri(cases.pictures(kind, row.look, size, [row.person])[0])}
                    for kind in ("input", "generator")
                ]
                + [{"label": "creator", "uri": photo_uri(_fitted(cases.examples[row.look], size))}],
                "note": f"{row.look}: {row.likeness:.0%} of the way",
            }
            for row in results.head(_NEAREST).itertuples()
        ],
    }


def _fitted(picture: Any, size: int) -> Image.Image:
    return Image.fromarray(picture).resize((size, size), Image.Resampling.LANCZOS)


def _shown(figure: Mapping[str, float]) -> str:
    return f"{figure['mean']:z.0%} ({figure['low']:z.0%} to {figure['high']:z.0%})"
