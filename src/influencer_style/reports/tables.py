"""The report's tables and bars: figures of the scorecard, and what became of the photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from influencer_style.evaluation.scorecard import MAIN_METRICS, REAL_METRICS, REGION_METRICS, Scorecard
from influencer_style.evaluation.wording import BETTER, DIGITS, LABELS, method_name
from influencer_style.metrics.intervals import Figures, Interval, Methods

_SIGNS = {"lower is better": 1, "higher is better": -1}
_NO_RIVALS = ("oracle", "held_out", "real_floor")
_MOST_REASONS = 200
_REFUSED = "creators without consent"  # who did not consent is in the audit log; a report that is shared names nobody


@dataclass(frozen=True)
class Cell:
    """A figure as the report shows it; `best` is bold."""

    mean: str
    low: str
    high: str
    best: bool


@dataclass(frozen=True)
class Line:
    """A method's cells; `own` marks the method that the report is about."""

    method: str
    own: bool
    cells: list[Cell | None]


@dataclass(frozen=True)
class Table:
    """Figures to be shown: `columns` as (name, which way is good), `blocks` as (look or nothing, lines)."""

    title: str
    note: str
    columns: list[tuple[str, str]]
    blocks: list[tuple[str, list[Line]]]

    @classmethod
    def of(cls, metrics: Sequence[str], blocks: list[tuple[str, list[Line]]], title: str = "", note: str = "") -> Table:
        """Return a table with a column for each metric."""
        return cls(title, note, [(LABELS[metric], BETTER[metric]) for metric in metrics], blocks)


@dataclass(frozen=True)
class Bar:
    """A bar with its whisker; `low`, `high` and `width` are per cent of the longest."""

    label: str
    own: bool
    mean: float
    low: float
    high: float
    width: float


def main_table(scorecard: Scorecard) -> Table:
    """Return the main figures: over all looks if the truth is known, else look by look."""
    if scorecard.transfer is not None:
        return _table({"": scorecard.transfer}, MAIN_METRICS)
    return _table(scorecard.by_look, (*REAL_METRICS, "diversity"))


def further_tables(scorecard: Scorecard) -> list[Table]:
    """Return what is folded away: colour difference by region, and, creator by creator, what needs no truth."""
    if scorecard.transfer is None:
        return []
    regions = (
        "Regions are known from the studio's geometry. A person who shows no hair, for example, has no figure for it."
    )
    blind = (
        "The same is measured on photographs, where the truth is not known. Test users are many people and a creator "
        "is one, so even the truth differs from the creator's photos: the oracle shows by how much."
    )
    tables = (
        _table({"": scorecard.transfer}, REGION_METRICS, "Colour difference by region", regions),
        _table(scorecard.by_look, REAL_METRICS, "Creator by creator, without the truth", blind),
    )
    return [table for table in tables if table.columns]


def bars(scorecard: Scorecard) -> dict[str, list[Bar]]:
    """Return, by look, a bar for each method: the colour difference, or, without truth, the distance from the look."""
    metric = "delta_e" if scorecard.transfer is not None else "gram_distance"
    found = {
        look: {method: figures for method, figures in methods.items() if metric in figures}
        for look, methods in scorecard.by_look.items()
    }
    most = max(figures[metric].high for methods in found.values() for figures in methods.values()) or 1.0

    def bar(method: str, figure: Interval, everybody: int) -> Bar:
        low, high, width = (round(100 * max(0.0, end) / most, 2) for end in (figure.low, figure.high, figure.mean))
        name = method_name(method, {metric: figure}, everybody)
        return Bar(name, method == "generator", figure.mean, low, high, width)

    return {
        look: [bar(method, figures[metric], methods["generator"][metric].n) for method, figures in methods.items()]
        for look, methods in found.items()
    }


def _table(looks: Mapping[str, Methods], metrics: Sequence[str], title: str = "", note: str = "") -> Table:
    names = [m for m in metrics if any(m in f for methods in looks.values() for f in methods.values())]
    blocks = []
    for look, methods in looks.items():
        best = {metric: _best(metric, methods) for metric in names}
        everybody = max((figure.n for figure in methods["generator"].values()), default=0)
        lines = [
            Line(method_name(method, figures, everybody), method == "generator", cells(names, figures, method, best))
            for method, figures in methods.items()
            if any(metric in figures for metric in names)
        ]
        blocks.append((look, lines))
    return Table.of(names, blocks, title, note)


def cells(metrics: Sequence[str], figures: Figures, method: str, best: Mapping[str, str | None]) -> list[Cell | None]:
    """Return a method's cell for each metric, None where it has no figure."""

    def cell(metric: str, figure: Interval) -> Cell:
        # "z" writes no minus before a zero that was only rounded to it
        mean, low, high = (f"{value:z.{DIGITS[metric]}f}" for value in (figure.mean, figure.low, figure.high))
        return Cell(mean, low, high, best[metric] == method)

    return [cell(metric, figures[metric]) if metric in figures else None for metric in metrics]


def best_of(metric: str, means: Mapping[str, float]) -> str | None:
    """Return the best of some means; None if there are none, or if better has no meaning for the metric."""
    sign = _SIGNS.get(BETTER[metric])
    return min(means, key=lambda name: sign * means[name]) if sign and means else None


def _best(metric: str, methods: Methods) -> str | None:
    figures = {method: f[metric] for method, f in methods.items() if metric in f and method not in _NO_RIVALS}
    # A method that was judged on fewer people is no rival to those judged on all.
    everybody = figures["generator"].n if "generator" in figures else None
    return best_of(metric, {method: figure.mean for method, figure in figures.items() if figure.n == everybody})


def photo_counts(manifest: pd.DataFrame, faces: pd.DataFrame) -> list[dict[str, str | int]]:
    """Return how many photos were found, used, and left out by kind.

    There is a row for each creator, one for the creators without a valid consent together, and one for the users.
    `manifest` has a row for each photo that was found, `faces` one for each that was accepted.
    """
    photos = manifest.merge(
        faces[["photo_id", "status"]].drop_duplicates("photo_id").rename(columns={"status": "face"}),
        on="photo_id",
        how="left",
    )
    who = np.where(photos["role"] == "user", "users", photos["creator"])
    who = np.where(photos["status"] == "refused", _REFUSED, who)
    rows: list[dict[str, str | int]] = []
    for name, own in photos.groupby(who, sort=True):
        accepted = own["status"] == "accepted"
        used = own[accepted & (own["face"] == "kept")]
        counts = {status: int((own["status"] == status).sum()) for status in ("duplicate", "quarantined", "refused")}
        splits = {split: int((used["split"] == split).sum()) for split in ("train", "validation", "test")}
        faceless = int((accepted & (own["face"] != "kept")).sum())
        rows.append({"who": str(name), "found": len(own), **splits, "no usable face": faceless, **counts})
    return rows


def photos_left_out(manifest: pd.DataFrame, faces: pd.DataFrame) -> list[dict[str, str]]:
    """Return the photos that could not be used, by file name, with the reason.

    There are at most 200 of them, and none that was refused. Arguments are those of `photo_counts`.
    """
    bad = manifest[manifest["status"].isin(["duplicate", "quarantined"])][["path", "status", "reason"]]
    rejected = faces[faces["status"] == "rejected"][["photo_id", "reason"]]
    faceless = manifest.loc[manifest["status"] == "accepted", ["photo_id", "path"]].merge(rejected, on="photo_id")
    rows = pd.concat([bad, faceless.assign(status="no usable face")[["path", "status", "reason"]]])
    return [
        {"file": "/".join(Path(str(path)).parts[-2:]), "status": str(status), "reason": str(reason)}
        for path, status, reason in rows.head(_MOST_REASONS).itertuples(index=False)
    ]
