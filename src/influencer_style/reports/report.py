"""The report: one page, pictures first, that opens without a network and says what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from influencer_style.consent.audit_row import Head
from influencer_style.evaluation.full_size import FullSize
from influencer_style.evaluation.limits import limits
from influencer_style.evaluation.scorecard import best_baseline
from influencer_style.evaluation.verdict import record_in_words
from influencer_style.evaluation.wording import LABELS, METRICS, decision_in_words, headline_sentence, spoken
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.cases import Cases
from influencer_style.reports.figures import css, exact_uri, photo_uri, training_curves
from influencer_style.reports.likeness import likeness_part
from influencer_style.reports.looks import INK, PAPER
from influencer_style.reports.photos import photo_counts, photos_left_out
from influencer_style.reports.tables import bars, further_tables, main_table

_TILE, _SAMPLES_WIDTH = 224, 1400
_EXTREMES = 4


@dataclass(frozen=True)
class Evidence:
    """All that the report is made from.

    Attributes:
        cases: the pictures.
        scores: a row for each person, look and method, from `scoring.score_cases`.
        scorecard: from `scorecard.assemble_scorecard`, with its `about`.
        looks: the looks that the model offers.
        manifest: a row for each photo that was found: `path`, `role`, `slug`, `creator`, `status`, `reason`, `split`.
        faces: a row for each accepted photo: `photo_id`, `status`, `reason`.
        history: losses over the steps, see `figures.training_curves`.
        samples: samples along the training.
        decision: which generator was `kept`, `why`, and where there was a choice, what was `compared`: by name
            differences `truth`, `shapes` and `kid`, each an interval as numbers, or None.
        promotion: the record of who is champion, see `verdict.record_in_words`.
        card: the model card, Markdown.
        audit: where the log of decisions about consents ended when the report was written.
        full_size: photos restyled at their own size; empty where none could be read.
        likeness: the likeness guard's figures, from `likeness_trial.try_guard`.
    """

    cases: Cases
    scores: pd.DataFrame
    scorecard: Mapping[str, Any]
    looks: LookProfiles
    manifest: pd.DataFrame
    faces: pd.DataFrame
    history: pd.DataFrame
    samples: Image.Image
    decision: Mapping[str, Any]
    promotion: Mapping[str, Any]
    card: str
    audit: Head
    full_size: Sequence[FullSize]
    likeness: pd.DataFrame


def write_report(evidence: Evidence, people: int = 3) -> str:
    """Return the report as one HTML page: everything inline, no script, no address of another machine.

    Args:
        evidence: what was found.
        people: how many people are shown for each look.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    cases, scorecard = evidence.cases, evidence.scorecard
    baseline = best_baseline(scorecard)
    samples = evidence.samples.copy()
    samples.thumbnail((_SAMPLES_WIDTH, 100_000))
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html.j2").render(
        paper=css(PAPER),
        ink=css(INK),
        about=scorecard["about"],
        known=bool(cases.truth),
        phone_columns=2 if cases.truth else 3,
        sentence=headline_sentence(scorecard, baseline),
        looks=[_look(evidence, look, number, people, baseline) for number, look in enumerate(cases.looks)],
        extremes=_extremes(evidence, baseline),
        full_size=[_full_size(photo) for photo in evidence.full_size],
        main=main_table(scorecard),
        more=further_tables(scorecard),
        bars=bars(scorecard),
        likeness=likeness_part(evidence.likeness, scorecard, cases, _TILE),
        bar_label=LABELS["delta_e" if cases.truth else "gram_distance"],
        curves=training_curves(evidence.history),
        last=evidence.history.iloc[-1].to_dict(),
        samples=photo_uri(samples, quality=85),
        decision=decision_in_words(evidence.decision),
        promotion=record_in_words(evidence.promotion),
        card=evidence.card,
        counts=photo_counts(evidence.manifest, evidence.faces),
        left_out=photos_left_out(evidence.manifest, evidence.faces),
        consents=[
            (evidence.looks[look].creator, {k: spoken(v) for k, v in evidence.looks[look].consent.items()})
            for look in evidence.looks.names
        ],
        audit=evidence.audit,
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


def _full_size(photo: FullSize) -> dict[str, Any]:
    return {
        "look": photo.look,
        "size": "{} x {} px".format(*photo.size),
        "seam": photo.seam,
        "close_ups": [
            {
                "where": one.where,
                "width": one.before.shape[1],
                "height": one.before.shape[0],
                "before": exact_uri(one.before),
                "after": exact_uri(one.after),
            }
            for one in photo.close_ups
        ],
    }


def _first_of_each_look(scores: pd.DataFrame) -> pd.DataFrame:
    """Each look's first row, then each look's second: not four of the easiest look, nor of the hardest."""
    turn = scores.groupby("look").cumcount()
    return scores.iloc[turn.argsort(kind="stable")]


def _extremes(evidence: Evidence, baseline: str) -> list[dict[str, Any]]:
    known = bool(evidence.cases.truth)
    metric = "delta_e" if known else "structure_to_input"
    own = evidence.scores[evidence.scores["method"] == "generator"].sort_values(metric, ascending=known)
    count = min(_EXTREMES, len(own) // 2) or 1
    best, worst = _first_of_each_look(own).head(count), _first_of_each_look(own[::-1]).head(count)
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
        for title, rows in zip(titles, (best, worst), strict=True)
    ]
