"""Which generator a training kept, and who became champion: the records, and how the reports show them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from influencer_style.evaluation.verdict import Line, PromotionRecord
from influencer_style.evaluation.wording import DIGITS, LABELS
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


class TransferDecision(TrainingDecision):
    """A decision about a transfer generator, with the number of each creator's `photos` that it was trained on.

    `compared` has the differences between two generators that led to it, by name and measure; below 0 is better, None
    if there were too few photos. `truth` is the error on known truth in 255ths, `shapes` the share of shapes that are
    lost, `kid` the KID to the creators' photos.
    """

    photos: dict[str, int] = {}
    compared: dict[str, dict[str, Interval | None]] = {}

    @property
    def generator(self) -> str:
        """The generator that was kept, in words."""
        return _KEPT[self.kept]

    @property
    def rows(self) -> list[dict[str, str]]:
        """A row for each comparison: `name` and the measures, as text."""

        def text(one: Interval | None) -> str:
            return "too few photos" if one is None else one.text("+.3f")

        return [
            {"name": _COMPARED[name]} | {measure: text(one) for measure, one in measures.items()}
            for name, measures in self.compared.items()
        ]


def promotion_sentence(record: PromotionRecord) -> str:
    """Return who became champion and why, in words."""
    first, *further = record.reasons
    # The rows say the rest.
    reasons = f"{first}; and {len(further)} more" if further and record.lines else "; ".join(record.reasons)
    if not record.judged:
        return f"Nobody was judged for promotion: {reasons}."
    became = "became" if record.promoted else "did not become"
    return f"Version {record.challenger} {became} the champion in place of version {record.champion}: {reasons}."


def promotion_row(line: Line) -> dict[str, str]:
    """Return what came of a rule, as text."""
    one, digits = line.difference, f"z.{DIGITS[line.difference.metric]}f"
    return {
        "challenger": f"{one.challenger:{digits}}",
        "champion": f"{one.champion:{digits}}",
        "what": LABELS[one.metric] + (f", {one.look}" if one.look else ""),
        "less": one.less.text(digits),
        "rule": line.rule,
        "holds": "yes" if line.holds else "no",
    }
