"""The report: one page, pictures first, that opens without a network and says what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.cases import Cases
from influencer_style.metrics.figures import photo_uri, training_curves
from influencer_style.metrics.scorecard import best_baseline
from influencer_style.metrics.wording import LABELS, METRICS, headline_sentence, limits, spoken

_TILE, _SAMPLES_WIDTH, _MOST_REASONS = 224, 1400, 200


@dataclass(frozen=True)
class Evidence:
    """All that the report is made from.

    Attributes:
        cases: the pictures.
        scores: a row for each person, look and method, from `scorecard.score_cases`.
        scorecard: from `scorecard.assemble_scorecard`, with its `about`.
        looks: the looks that the model offers.
        manifest: a row for each photo that was found: `path`, `role`, `slug`, `creator`, `status`, `reason`, `split`.
        faces: a row for each accepted photo: `photo_id`, `status`, `reason`.
        history: losses over the steps, see `figures.training_curves`.
        samples: samples along the training.
    """

    cases: Cases
    scores: pd.DataFrame
    scorecard: Mapping[str, Any]
    looks: LookProfiles
    manifest: pd.DataFrame
    faces: pd.DataFrame
    history: pd.DataFrame
    samples: Image.Image


def write_report(evidence: Evidence, people: int = 3) -> str:
    """Return the report as one HTML page: everything inline, no script, no address of another machine.

    Args:
        evidence: what was found.
        people: how many people are shown for each look.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    cases, scorecard = evidence.cases, evidence.scorecard
    baseline = best_baseline(scorecard)
    rows, columns = _table(scorecard)
    samples = evidence.samples.copy()
    samples.thumbnail((_SAMPLES_WIDTH, 100_000))
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html.j2").render(
        about=scorecard["about"],
        known=bool(cases.truth),
        sentence=headline_sentence(scorecard, baseline),
        looks=[_look(evidence, look, number, people, baseline) for number, look in enumerate(cases.looks)],
        extremes=_extremes(evidence, baseline),
        columns=columns,
        rows=rows,
        bars=_bars(scorecard),
        bar_label=LABELS["delta_e" if cases.truth else "gram_distance"],
        curves=training_curves(evidence.history),
        last=evidence.history.iloc[-1].to_dict(),
        samples=photo_uri(samples, quality=85),
        counts=_counts(evidence),
        left_out=_left_out(evidence),
        consents=[
            (evidence.looks[look].creator, {k: spoken(v) for k, v in evidence.looks[look].consent.items()})
            for look in evidence.looks.names
        ],
        population=f"{evidence.looks.reference_note or evidence.looks.reference.count}",
        limits=limits(scorecard),
    )


def _rows(cases: Cases, look: str, people: list[int], baseline: str) -> list[list[dict[str, str]]]:
    """For each person the pictures beside each other: input, truth where known, generator, best baseline."""
    kinds = ["input", *(["truth"] if cases.truth else []), "generator", baseline]
    size = min(_TILE, cases.inputs.shape[1])
    stacks = [cases.pictures(kind, look, size, people) for kind in kinds]
    return [
        [{"label": LABELS[kind], "uri": photo_uri(stack[i])} for kind, stack in zip(kinds, stacks, strict=True)]
        for i in range(len(people))
    ]


def _look(evidence: Evidence, look: str, number: int, people: int, baseline: str) -> dict[str, Any]:
    cases = evidence.cases
    count = len(cases.inputs)
    # Other people for each look, so that the page shows as many as it can.
    shown = [(number * people + i) % count for i in range(min(people, count))]
    example = Image.fromarray(cases.examples[look])
    example.thumbnail((_TILE, _TILE))
    return {
        "name": look,
        "photos": evidence.looks[look].statistics.count,
        "example": photo_uri(example),
        "cases": [{"pictures": row, "note": ""} for row in _rows(cases, look, shown, baseline)],
    }


def _extremes(evidence: Evidence, baseline: str) -> list[dict[str, Any]]:
    known = bool(evidence.cases.truth)
    metric = "delta_e" if known else "structure_to_input"
    own = evidence.scores[evidence.scores["method"] == "generator"].sort_values(metric, ascending=known)
    count = min(2, len(own) // 2) or 1
    titles = ("Nearest to the truth", "Furthest from the truth") if known else ("Shapes best kept", "Shapes least kept")
    return [
        {
            "title": title,
            "cases": [
                {
                    "pictures": _rows(evidence.cases, row.look, [row.person], baseline)[0],
                    "note": f"{row.look}: {LABELS[metric]} {getattr(row, metric):.{METRICS[metric][1]}f}",
                }
                for row in rows.itertuples()
            ],
        }
        for title, rows in zip(titles, (own.head(count), own.tail(count).iloc[::-1]), strict=True)
    ]


def _table(scorecard: Mapping[str, Any]) -> tuple[list[tuple[str, list[dict[str, Any]]]], list[tuple[str, str]]]:
    """Blocks of rows (one for each look where the truth is not known), and the columns with which way is good."""
    sections = {"": scorecard["transfer"]} if "transfer" in scorecard else scorecard["real"]
    names = [m for m in METRICS if any(m in f for methods in sections.values() for f in methods.values())]
    blocks = []
    for look, methods in sections.items():
        best = {m: _best(m, methods) for m in names}
        rows = [
            {
                "method": LABELS[method],
                "own": method == "generator",
                "cells": [_cell(m, figures[m], best[m] == method) if m in figures else None for m in names],
            }
            for method, figures in methods.items()
        ]
        blocks.append((look, rows))
    return blocks, [(LABELS[m], METRICS[m][0]) for m in names]


def _cell(metric: str, figure: Mapping[str, float], best: bool) -> dict[str, Any]:
    return {part: f"{figure[part]:.{METRICS[metric][1]}f}" for part in ("mean", "low", "high")} | {"best": best}


def _best(metric: str, methods: Mapping[str, Any]) -> str | None:
    sign = {"lower is better": 1, "higher is better": -1}.get(METRICS[metric][0])
    rivals = {m: f[metric]["mean"] for m, f in methods.items() if m not in ("oracle", "held_out")}
    return None if sign is None else min(rivals, key=lambda m: sign * rivals[m])


def _bars(scorecard: Mapping[str, Any]) -> list[dict[str, Any]]:
    sections, metric = scorecard.get("creators"), "delta_e"
    if sections is None:
        sections, metric = scorecard["real"], "gram_distance"
    most = max(f[metric]["high"] for methods in sections.values() for f in methods.values()) or 1.0
    return [
        {
            "look": look,
            "bars": [
                {"label": LABELS[method], "own": method == "generator", "mean": f[metric]["mean"]}
                | {end: round(100 * max(0.0, f[metric][end]) / most, 2) for end in ("low", "high")}
                | {"width": round(100 * f[metric]["mean"] / most, 2)}
                for method, f in methods.items()
            ],
        }
        for look, methods in sections.items()
    ]


def _counts(evidence: Evidence) -> list[dict[str, Any]]:
    """For each creator and for the users: how many photos were found, used, and left out, by kind."""
    photos = evidence.manifest.merge(
        evidence.faces[["photo_id", "status"]].drop_duplicates("photo_id").rename(columns={"status": "face"}),
        on="photo_id",
        how="left",
    )
    who = np.where(photos["role"] == "user", "users", photos["creator"])
    rows = []
    for name, own in photos.groupby(who, sort=True):
        accepted = own["status"] == "accepted"
        used = own[accepted & (own["face"] == "kept")]
        counts = {status: int((own["status"] == status).sum()) for status in ("duplicate", "quarantined", "refused")}
        splits = {split: int((used["split"] == split).sum()) for split in ("train", "validation", "test")}
        left = {"no usable face": int((accepted & (own["face"] != "kept")).sum())}
        rows.append({"who": name, "found": len(own)} | splits | left | counts)
    return rows


def _left_out(evidence: Evidence) -> list[dict[str, str]]:
    """The photos that were not used, by file name, with the reason; at most 200."""
    bad = evidence.manifest[evidence.manifest["status"] != "accepted"][["path", "status", "reason"]]
    rejected = evidence.faces[evidence.faces["status"] == "rejected"][["photo_id", "reason"]]
    faceless = evidence.manifest.loc[evidence.manifest["status"] == "accepted", ["photo_id", "path"]].merge(
        rejected, on="photo_id"
    )
    rows = pd.concat([bad, faceless.assign(status="no usable face")[["path", "status", "reason"]]])
    return [
        {"file": "/".join(Path(str(row.path)).parts[-2:]), "status": row.status, "reason": str(row.reason)}
        for row in rows.head(_MOST_REASONS).itertuples()
    ]
