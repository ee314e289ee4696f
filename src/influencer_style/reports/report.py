"""The report: one page, pictures first, that opens without a network and says what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from PIL import Image
from torch import Tensor

from influencer_style.consent.audit_row import Head
from influencer_style.evaluation.expectation import known_shares
from influencer_style.evaluation.full_size import FullSize
from influencer_style.evaluation.likeness_trial import SHARES, morph
from influencer_style.evaluation.scorecard import Scorecard
from influencer_style.evaluation.verdict import PromotionRecord
from influencer_style.evaluation.wording import DIGITS, LABELS, headline_sentence, limits
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.cases import Cases
from influencer_style.reports.colour_maps import draw_colour_map
from influencer_style.reports.decisions import TransferDecision, promotion_row, promotion_sentence
from influencer_style.reports.figures import consents, exact_uri, photo_uri, render, strips, training_curves
from influencer_style.reports.tables import bars, further_tables, main_table, photo_counts, photos_left_out

_TILE, _SAMPLES_WIDTH, _EXTREMES, _NEAREST = 224, 1400, 4, 4
_KINDS = {kind: LABELS[kind] for kind in ("generator", "oracle")} | {
    morph(share): f"{share:.0%} the creator" for share in SHARES
}


@dataclass(frozen=True)
class ReportEvidence:
    """Everything that the report is made from.

    Attributes:
        scores: A row for each person, look and method, from `scoring.score_cases`.
        manifest: A row for each photo that was found: `path`, `role`, `slug`, `creator`, `status`, `reason`, `split`.
        faces: A row for each accepted photo: `photo_id`, `status`, `reason`.
        history: The losses over the steps, see `figures.training_curves`; `samples` are pictures along the training.
        card: The model card, Markdown.
        audit: The end of the log of decisions about consents when the report was written.
        full_size: Photos restyled at their own size; empty if none could be read.
        likeness: The likeness guard's figures, from `likeness_trial.try_guard`.
        colour_maps: By look, the table of its colour map, (3, 9, 9, 9), see `networks.colour_map`.
        expectations: A row for each look, from `expectation.as_table`.
        known_looks: A row for each method, from `expectation.methods_table`.
    """

    cases: Cases
    scores: pd.DataFrame
    scorecard: Scorecard
    looks: LookProfiles
    manifest: pd.DataFrame
    faces: pd.DataFrame
    history: pd.DataFrame
    samples: Image.Image
    decision: TransferDecision
    promotion: PromotionRecord
    card: str
    audit: Head
    full_size: Sequence[FullSize]
    likeness: pd.DataFrame
    colour_maps: Mapping[str, Tensor]
    expectations: pd.DataFrame
    known_looks: pd.DataFrame


@dataclass(frozen=True)
class Picture:
    """A picture as a data URI, and its caption."""

    label: str
    uri: str


@dataclass(frozen=True)
class Row:
    """Pictures of one person side by side, with a note below."""

    pictures: list[Picture]
    note: str = ""


def write_report(evidence: ReportEvidence, people: int = 3) -> str:
    """Return the report as one HTML page, with `people` people shown for each look."""
    cases, scorecard = evidence.cases, evidence.scorecard
    baseline = scorecard.best_baseline()
    samples = evidence.samples.copy()
    samples.thumbnail((_SAMPLES_WIDTH, 100_000))
    return render(
        "report.html.j2", about=scorecard.about, known=bool(cases.truth), phone_columns=2 if cases.truth else 3,
        sentence=headline_sentence(scorecard, known_shares(evidence.known_looks)), limits=limits(scorecard),
        looks=[_look(evidence, look, number, people, baseline) for number, look in enumerate(cases.looks)],
        extremes=_extremes(evidence, baseline), full_size=evidence.full_size, exact_uri=exact_uri,
        main=main_table(scorecard), more=further_tables(scorecard), bars=bars(scorecard),
        bar_label=LABELS["delta_e" if cases.truth else "gram_distance"], likeness=_likeness(evidence),
        expectations=evidence.expectations.to_dict("records"),
        known_looks=[(LABELS[name], share.text(".0%")) for name, share in known_shares(evidence.known_looks).items()],
        curves=training_curves(evidence.history), last=evidence.history.iloc[-1].to_dict(),
        samples=photo_uri(samples, quality=85), decision=evidence.decision, promotion=evidence.promotion,
        promotion_sentence=promotion_sentence(evidence.promotion),
        promotion_rows=[promotion_row(line) for line in evidence.promotion.lines], card=evidence.card,
        counts=photo_counts(evidence.manifest, evidence.faces), consents=consents(evidence.looks),
        left_out=photos_left_out(evidence.manifest, evidence.faces), audit=evidence.audit,
        population=f"{evidence.looks.reference_note or evidence.looks.reference.count}",
    )  # fmt: skip


def _pictures(cases: Cases, kinds: Sequence[str], look: str, people: list[int]) -> list[list[Picture]]:
    """Return, for each person, the kinds of pictures side by side."""
    size = min(_TILE, cases.inputs.shape[1])
    stacks = [[photo_uri(picture) for picture in cases.pictures(kind, look, size, people)] for kind in kinds]
    labels = [LABELS[kind] for kind in kinds]
    return [[Picture(*pair) for pair in zip(labels, uris, strict=True)] for uris in zip(*stacks, strict=True)]


def _rows(cases: Cases, look: str, people: list[int], baseline: str, note: str = "") -> list[Row]:
    """Return, for each person, side by side: input, truth if known, generator, best baseline."""
    kinds = ["input", *(["truth"] if cases.truth else []), "generator", baseline]
    return [Row(pictures, note) for pictures in _pictures(cases, kinds, look, people)]


def _look(evidence: ReportEvidence, look: str, number: int, people: int, baseline: str) -> dict[str, object]:
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
        "colour_map": draw_colour_map(evidence.colour_maps[look]),
        "cases": _rows(cases, look, shown, baseline),
    }


def _extremes(evidence: ReportEvidence, baseline: str) -> dict[str, list[Row]]:
    """Return the best and the worst results by title; the looks take turns, as one may be the easiest."""
    cases, known = evidence.cases, bool(evidence.cases.truth)
    metric = "delta_e" if known else "structure_to_input"
    own = evidence.scores[evidence.scores["method"] == "generator"].sort_values(metric, ascending=known)
    count = min(_EXTREMES, len(own) // 2) or 1
    titles = ("Nearest to the truth", "Furthest from the truth") if known else ("Shapes best kept", "Shapes least kept")
    found = {}
    for title, scores in zip(titles, (own, own[::-1]), strict=True):
        turn = scores.groupby("look").cumcount()
        shown = scores.iloc[turn.argsort(kind="stable")].head(count)
        found[title] = [
            _rows(cases, look, [person], baseline, f"{look}: {LABELS[metric]} {value:.{DIGITS[metric]}f}")[0]
            for look, person, value in zip(shown["look"], shown["person"], shown[metric], strict=True)
        ]
    return found


def _likeness(evidence: ReportEvidence) -> dict[str, object] | None:
    """Return the likeness guard's plot, table and the results nearest to a creator; None if nothing was compared."""
    trial, cases, section = evidence.likeness, evidence.cases, evidence.scorecard.likeness
    if trial.empty or section is None:
        return None
    thresholds = sorted(trial["threshold"].unique())
    values = pd.DataFrame({"kind": trial["kind"].map(_KINDS), "value": trial["likeness"]})
    nearest = trial[trial["kind"] == "generator"].sort_values("likeness", ascending=False).head(_NEAREST)
    size = min(_TILE, cases.inputs.shape[1])

    def creator(look: str) -> Picture:
        photo = Image.fromarray(cases.examples[look]).resize((size, size), Image.Resampling.LANCZOS)
        return Picture("creator", photo_uri(photo))

    return {
        "threshold": " or ".join(f"{threshold:.0%}" for threshold in thresholds),
        "judge": " and ".join(trial["judge"].unique()),
        "plot": strips(values, thresholds[0], "share of the way to the creator, less what the look explains"),
        "rows": [
            {"kind": _KINDS[kind]} | {name: figures[name].text("z.0%") for name in ("likeness", "alarms")}
            for kind, figures in section.overall.items()
        ],
        "nearest": [
            Row(
                [*_pictures(cases, ["input", "generator"], look, [person])[0], creator(look)],
                f"{look}: {value:.0%} of the way",
            )
            for look, person, value in zip(nearest["look"], nearest["person"], nearest["likeness"], strict=True)
        ],
    }
