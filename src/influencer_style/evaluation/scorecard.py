"""The scorecard: every method beside every other, against known truth, or, without it, against the creators' photos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from influencer_style.evaluation.scoring import figures_of
from influencer_style.looks.areas import REGIONS
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.intervals import bootstrap
from influencer_style.metrics.set_scores import set_scores

MAIN_METRICS = ("delta_e", "ssim", "psnr", "structure", "look_accuracy", "identity", "diversity")
REGION_METRICS = tuple(f"delta_e_{region}" for region in REGIONS)
# What needs no truth; distances to the creator's own photos mean something for that creator alone.
REAL_METRICS = (
    "gram_distance", "kid", "structure_to_input", "delta_e_to_input", "identity", "identity_leak", "memorisation",
)  # fmt: skip


def assemble_scorecard(
    scores: pd.DataFrame,
    cases: Cases,
    encoder: StyleEncoder,
    looks: LookProfiles,
    about: Mapping[str, Any],
    draws: int = 2000,
    seed: int = 0,
) -> dict[str, Any]:
    """Sum the cases up, each figure as {mean, low, high, n}: 95% bootstrap intervals over people.

    Args:
        scores: from `score_cases`.
        cases: the cases themselves.
        encoder: the style encoder.
        looks: the looks.
        about: facts about model and data, to be kept beside the figures.
        draws: of the bootstrap.
        seed: of the bootstrap.

    Returns:
        with truth: `transfer.<method>.<metric>` over all looks, `creators.<look>.<method>.<metric>`, and
        `paired.<method>.<metric>`, the generator less that method on the people whom both have restyled.
        Without: `real.<look>.<method>.<metric>`. Among the methods of a look are `held_out` and `real_floor`, see
        `set_scores`. A figure that nobody or too few can carry is absent; `n` is how many people (or photos) did.
    """
    sets, overall = set_scores(cases, encoder, looks, draws, seed)
    names = figures_of(scores)

    def summed(rows: pd.DataFrame, names: list[str], less: str | None = None) -> dict[str, Any]:
        people = rows.groupby(["method", "person"])[names].mean()
        methods = [method for method in cases.methods if method != less]
        values = {m: people.loc[m] if less is None else people.loc[less] - people.loc[m] for m in methods}
        return {
            method: {
                name: bootstrap(shown.to_numpy(), draws, seed).as_dict()
                for name in names
                if len(shown := found[name].dropna())  # who shows nothing of a region has no figure for it
            }
            for method, found in values.items()
        }

    creators = {}
    for look in cases.looks:
        section = creators[look] = summed(scores[scores["look"] == look], names)
        for method, figures in sets[look].items():
            section.setdefault(method, {}).update({name: figure.as_dict() for name, figure in figures.items()})
    if not cases.truth:
        return {"about": dict(about), "real": creators}
    shared = [name for name in names if name != "memorisation"]
    transfer = summed(scores, shared)
    for method, figures in overall.items():
        transfer[method].update({name: figure.as_dict() for name, figure in figures.items()})
    return {
        "about": dict(about),
        "transfer": transfer,
        "paired": summed(scores, shared, less="generator"),
        "creators": creators,
    }


def scorecard_rows(scorecard: Mapping[str, Any]) -> pd.DataFrame:
    """Return the figures as a table: `scope`, `look` (empty: all), `method`, `metric`, `mean`, `low`, `high`, `n`."""
    rows = []
    for scope in ("transfer", "paired"):
        for method, figures in scorecard.get(scope, {}).items():
            rows += [{"scope": scope, "look": "", "method": method, "metric": m} | f for m, f in figures.items()]
    for scope in ("creators", "real"):
        for look, methods in scorecard.get(scope, {}).items():
            for method, figures in methods.items():
                rows += [{"scope": scope, "look": look, "method": method, "metric": m} | f for m, f in figures.items()]
    return pd.DataFrame(rows)


def headline(scorecard: Mapping[str, Any]) -> dict[str, float]:
    """Return the main means as `<metric>.<method>`, over all looks: what two runs are compared by."""
    known = "transfer" in scorecard
    sections = [scorecard["transfer"]] if known else list(scorecard["real"].values())
    metrics = (*MAIN_METRICS, *REGION_METRICS) if known else (*REAL_METRICS, "diversity")
    found: dict[str, list[float]] = {}
    for methods in sections:
        for method, figures in methods.items():
            for metric in metrics:
                if metric in figures:
                    found.setdefault(f"{metric}.{method}", []).append(figures[metric]["mean"])
    return {name: float(np.mean(values)) for name, values in found.items()}


def best_baseline(scorecard: Mapping[str, Any]) -> str:
    """Return the method without training that comes nearest to the truth, of those that have restyled everybody.

    Without truth it is `population_mkl`, the best one wherever truth was known: the distance of Gram matrices alone
    rewards copying a creator's hair and rooms.
    """
    if "transfer" not in scorecard:
        return "population_mkl"
    figures = {method: found["delta_e"] for method, found in scorecard["transfer"].items()}
    everybody = figures.pop("generator")["n"]
    rivals = {m: f["mean"] for m, f in figures.items() if m != "oracle" and f["n"] == everybody}
    return min(rivals, key=rivals.__getitem__)
