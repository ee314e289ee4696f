"""The scorecard as the report's tables and bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from influencer_style.evaluation.scorecard import MAIN_METRICS, REAL_METRICS, REGION_METRICS
from influencer_style.evaluation.wording import LABELS, METRICS, method_name

Methods = Mapping[str, Mapping[str, Mapping[str, float]]]
_NO_RIVALS = ("oracle", "held_out", "real_floor")


@dataclass(frozen=True)
class Table:
    """Figures to be shown: `columns` as (name, which way is good), `blocks` as (look or nothing, rows)."""

    title: str
    note: str
    columns: list[tuple[str, str]]
    blocks: list[tuple[str, list[dict[str, Any]]]]


def main_table(scorecard: Mapping[str, Any]) -> Table:
    """Return the main figures: over all looks where truth is known, else look by look."""
    if "transfer" in scorecard:
        return _table("", "", {"": scorecard["transfer"]}, MAIN_METRICS)
    return _table("", "", scorecard["real"], (*REAL_METRICS, "diversity"))


def further_tables(scorecard: Mapping[str, Any]) -> list[Table]:
    """Return what is folded away: colour difference by region, and, creator by creator, what needs no truth."""
    if "transfer" not in scorecard:
        return []
    regions = _table(
        "Colour difference by region",
        "Regions are known from the studio's geometry; who shows no hair, say, has no figure for it.",
        {"": scorecard["transfer"]},
        REGION_METRICS,
    )
    blind = _table(
        "Creator by creator, without the truth",
        "The same is measured on photographs, where no truth is known. Test users are many people and a creator is "
        "one, so that even the truth is some way off the creator's photos: the oracle shows how far.",
        scorecard["creators"],
        REAL_METRICS,
    )
    return [table for table in (regions, blind) if table.columns]


def bars(scorecard: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return for each look a bar for each method: of colour difference, or, without truth, distance from the look."""
    sections, metric = scorecard.get("creators"), "delta_e"
    if sections is None:
        sections, metric = scorecard["real"], "gram_distance"
    found = {look: {m: f for m, f in methods.items() if metric in f} for look, methods in sections.items()}
    people = {look: methods["generator"][metric]["n"] for look, methods in found.items()}
    most = max(f[metric]["high"] for methods in found.values() for f in methods.values()) or 1.0
    return [
        {
            "look": look,
            "bars": [
                {
                    "label": method_name(method, {metric: f[metric]}, people[look]),
                    "own": method == "generator",
                    "mean": f[metric]["mean"],
                }
                | {end: round(100 * max(0.0, f[metric][end]) / most, 2) for end in ("low", "high")}
                | {"width": round(100 * f[metric]["mean"] / most, 2)}
                for method, f in methods.items()
            ],
        }
        for look, methods in found.items()
    ]


def _table(title: str, note: str, sections: Mapping[str, Methods], metrics: Sequence[str]) -> Table:
    names = [m for m in metrics if any(m in f for methods in sections.values() for f in methods.values())]
    blocks = []
    for look, methods in sections.items():
        best = {m: _best(m, methods) for m in names}
        everybody = max((f["n"] for f in methods["generator"].values()), default=0)
        rows = [
            {
                "method": method_name(method, figures, everybody),
                "own": method == "generator",
                "cells": [cell(m, figures[m], best[m] == method) if m in figures else None for m in names],
            }
            for method, figures in methods.items()
            if any(m in figures for m in names)
        ]
        blocks.append((look, rows))
    return Table(title, note, [(LABELS[m], METRICS[m][0]) for m in names], blocks)


def cell(metric: str, figure: Mapping[str, float], best: bool) -> dict[str, Any]:
    """Return a figure as the report shows it."""
    # "z" writes no minus before a zero that was only rounded to it
    return {part: f"{figure[part]:z.{METRICS[metric][1]}f}" for part in ("mean", "low", "high")} | {"best": best}


def _best(metric: str, methods: Methods) -> str | None:
    sign = {"lower is better": 1, "higher is better": -1}.get(METRICS[metric][0])
    # Who was judged on fewer people is no rival to those judged on all.
    everybody = methods["generator"].get(metric, {}).get("n")
    figures = {m: f[metric] for m, f in methods.items() if metric in f and m not in _NO_RIVALS}
    rivals = {m: f["mean"] for m, f in figures.items() if f["n"] == everybody}
    return None if sign is None or not rivals else min(rivals, key=lambda m: sign * rivals[m])
