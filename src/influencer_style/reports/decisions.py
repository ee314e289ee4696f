"""Which generator a training kept, and who became champion: the records, and how the reports show them."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from influencer_style.evaluation.verdict import Line, PromotionRecord
from influencer_style.evaluation.wording import LABELS, digits
from influencer_style.metrics.intervals import Interval

_KEPT = {
    "base": "the base",
    "adapted": "the base, adapted to the creators",
    "trained": "trained from scratch",
    "adapted_without_adversary": "the base, adapted to the creators without an adversary",
}
_COMPARED = {
    "adapted": "adapted, against the base",
    "adapted_without_adversary": "adapted without the adversary, against the base",
    "adversary": "with the adversary, against without",
}


class TrainingDecision(BaseModel):
    """Which generator a training `kept`, and `why`."""

    model_config = ConfigDict(frozen=True)
    kept: str
    why: str


class Comparison(BaseModel):
    """The difference between two generators, below 0 is better; None if there were too few photos.

    Attributes:
        truth: The difference in error on known truth, in 255ths.
        shapes: The difference in the share of shapes that are lost, 0 to 1.
        kid: The difference in KID to the creators' photos.
    """

    model_config = ConfigDict(frozen=True)
    truth: Interval | None
    shapes: Interval | None
    kid: Interval | None


class TransferDecision(TrainingDecision):
    """A decision about a transfer generator.

    Attributes:
        photos: The number of each creator's photos that it was trained on.
        compared: The comparisons that led to the decision, by name.
    """

    photos: dict[str, int] = {}
    compared: dict[str, Comparison] = {}


@dataclass(frozen=True)
class DecisionText:
    """A decision as the report shows it, with a row for each comparison."""

    kept: str
    why: str
    photos: str
    rows: list[dict[str, str]]


@dataclass(frozen=True)
class PromotionText:
    """A promotion as the report shows it: a sentence, and a row for each rule."""

    sentence: str
    rows: list[dict[str, str]]
    people: int | None


def decision_in_words(decision: TransferDecision) -> DecisionText:
    """Return which generator was kept and why, in words."""

    def shown(one: Interval | None) -> str:
        return "too few photos" if one is None else f"{one.mean:+.3f} ({one.low:+.3f} to {one.high:+.3f})"

    rows = [
        {"name": _COMPARED[name], "truth": shown(one.truth), "shapes": shown(one.shapes), "kid": shown(one.kid)}
        for name, one in decision.compared.items()
    ]
    photos = ", ".join(f"{count} of {name}" for name, count in decision.photos.items())
    return DecisionText(_KEPT[decision.kept], decision.why, photos, rows)


def promotion_in_words(record: PromotionRecord) -> PromotionText:
    """Return who became champion and why, in words."""
    first, *further = record.reasons
    # The rows say the rest.
    reasons = f"{first}; and {len(further)} more" if further and record.lines else "; ".join(record.reasons)
    if not record.judged:
        return PromotionText(f"Nobody was judged for promotion: {reasons}.", [], None)
    became = "became" if record.promoted else "did not become"
    sentence = f"Version {record.challenger} {became} the champion in place of version {record.champion}: {reasons}."
    return PromotionText(sentence, [_row(line) for line in record.lines], record.people)


def _row(line: Line) -> dict[str, str]:
    one, places = line.difference, digits(line.difference.metric)
    mean, low, high, ours, theirs = (
        "" if value is None else f"{value:z.{places}f}"
        for value in (one.less.mean, one.less.low, one.less.high, one.challenger, one.champion)
    )
    return {
        "what": LABELS[one.metric] + (f", {one.look}" if one.look else ""),
        "challenger": ours,
        "champion": theirs,
        "less": f"{mean} ({low} to {high})",
        "rule": line.rule,
        "holds": "yes" if line.holds else "no",
    }
