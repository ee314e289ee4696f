"""How many photos a look takes, and how many people to compare with: each method at several sizes of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.photographic_grades import Grade
from benchmarks.real_photos.photos import PhotosError
from benchmarks.real_photos.scoring import Plan, score
from influencer_style.metrics.baselines import Method, population_mkl

TEACHERS, POPULATIONS = (1, 3, 10, 50), (6, 20, 60)
_ROTATIONS = 8  # so few people are tested that enough are left to teach and to compare with


def score_sizes(
    crops: np.ndarray, people: np.ndarray, plan: Plan, models: Mapping[str, Method], grades: Mapping[str, Grade]
) -> list[dict[str, Any]]:
    """Return a row for each size: `teachers`, `population`, and the ratio to doing nothing of each method.

    Arguments are those of `scoring.score`. One rotation of eight is tested, once. Sizes for which there are too few
    people have no row.
    """
    rows = []
    for population in POPULATIONS:
        for teachers in TEACHERS:
            size = replace(plan, teachers=teachers, population=population, rotations=_ROTATIONS, repeats=1)
            try:
                scores = score(crops, people, size, {"population_mkl": population_mkl}, models, grades, rotations=1)
            except PhotosError:
                continue
            ratios = {name: of["all"]["ratio"] for name, of in scores.summary(plan.draws).items()}
            rows.append({"teachers": teachers, "population": population, "ratio": ratios})
    return rows


def table_of_sizes(rows: list[dict[str, Any]]) -> str:
    """Return the rows as text."""
    if not rows:
        return "Too few people for any size of sets and populations"
    methods = [name for name in rows[0]["ratio"] if name != "do_nothing"]
    lines = ["photos  people" + "".join(f"  {name:>{max(24, len(name))}}" for name in methods)]
    for row in rows:
        cells = [row["ratio"][name] for name in methods]
        shown = "".join(f"  {c['mean']:8.3f} [{c['low']:.3f}, {c['high']:.3f}]" for c in cells)
        lines.append(f"{row['teachers']:6}  {row['population']:6}{shown}")
    return "\n".join(lines)
