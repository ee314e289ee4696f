"""The scorecard: every method beside every other, against known truth, or, without it, against the looks' profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.colour import delta_e
from influencer_style.metrics.intervals import bootstrap
from influencer_style.metrics.structure import psnr, ssim, structure
from influencer_style.metrics.style import gram_codes, gram_distance

TRUTH_METRICS = {"delta_e": delta_e, "ssim": ssim, "psnr": psnr, "structure": structure}
# Without truth: how much of the picture's shapes is left, and how much colour was changed at all.
INPUT_METRICS = {"structure_to_input": structure, "delta_e_to_input": delta_e}


def score_cases(cases: Cases) -> pd.DataFrame:
    """Measure every method on every case.

    Returns:
        a row for each person, look and method: `photo_id`, `person` (its row in the cases), `look`, `method`, and a
        column for each metric: those of `TRUTH_METRICS` where truth is known, else those of `INPUT_METRICS`.
    """
    metrics = TRUTH_METRICS if cases.truth else INPUT_METRICS
    parts = []
    for look in tqdm(cases.looks, desc="Scoring", unit="look"):
        reference = cases.pictures("truth" if cases.truth else "input", look, cases.size)
        for method in cases.methods:
            results = cases.pictures(method, look, cases.size)
            values = {name: metric(results, reference) for name, metric in metrics.items()}
            who = {"photo_id": cases.photo_ids, "person": range(len(results)), "look": look, "method": method}
            parts.append(pd.DataFrame(who | values))
    return pd.concat(parts, ignore_index=True)


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
        `paired.<method>.<metric>`, the generator less that method on the same people.
        Without: `real.<look>.<method>.<metric>`, where `held_out` is the creator's own photos that nothing learnt from.
    """
    if not cases.truth:
        return {"about": dict(about), "real": _real(scores, cases, encoder, looks, draws, seed)}
    names = list(TRUTH_METRICS)

    def summed(rows: pd.DataFrame, methods: list[str], less: str | None = None) -> dict[str, Any]:
        people = rows.groupby(["method", "person"])[names].mean()
        return {
            method: {
                name: bootstrap(
                    (people.loc[method] if less is None else people.loc[less] - people.loc[method])[name].to_numpy(),
                    draws,
                    seed,
                ).as_dict()
                for name in names
            }
            for method in methods
        }

    rivals = [method for method in cases.methods if method != "generator"]
    return {
        "about": dict(about),
        "transfer": summed(scores, cases.methods),
        "paired": summed(scores, rivals, less="generator"),
        "creators": {look: summed(scores[scores["look"] == look], cases.methods) for look in cases.looks},
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
    sections = [scorecard["transfer"]] if "transfer" in scorecard else list(scorecard["real"].values())
    found: dict[str, list[float]] = {}
    for methods in sections:
        for method, figures in methods.items():
            for metric, figure in figures.items():
                found.setdefault(f"{metric}.{method}", []).append(figure["mean"])
    return {name: float(np.mean(values)) for name, values in found.items()}


def best_baseline(scorecard: Mapping[str, Any]) -> str:
    """Return the method without training that comes nearest to the truth.

    Without truth it is `population_mkl`, the best one wherever truth was known: the distance of Gram matrices alone
    rewards copying a creator's hair and rooms.
    """
    if "transfer" not in scorecard:
        return "population_mkl"
    rivals = {m: f["delta_e"]["mean"] for m, f in scorecard["transfer"].items() if m not in ("generator", "oracle")}
    return min(rivals, key=rivals.__getitem__)


def _real(
    scores: pd.DataFrame, cases: Cases, encoder: StyleEncoder, looks: LookProfiles, draws: int, seed: int
) -> dict[str, Any]:
    sections: dict[str, Any] = {}
    for look in tqdm(cases.looks, desc="Comparing with the looks", unit="look"):
        section = sections.setdefault(look, {})
        for method in cases.methods:
            codes = gram_codes(cases.pictures(method, look, cases.size), encoder, looks)
            rows = scores[(scores["look"] == look) & (scores["method"] == method)]
            section[method] = {"gram_distance": gram_distance(codes, look, looks, draws, seed).as_dict()} | {
                name: bootstrap(rows[name].to_numpy(), draws, seed).as_dict() for name in INPUT_METRICS
            }
        if len(cases.held_out[look]):
            codes = gram_codes(cases.held_out[look], encoder, looks)
            section["held_out"] = {"gram_distance": gram_distance(codes, look, looks, draws, seed).as_dict()}
    return sections
