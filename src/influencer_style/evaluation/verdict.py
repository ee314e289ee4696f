"""Whether a challenger becomes the champion: the rules, and the verdict with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from influencer_style.evaluation.contest import Difference
from influencer_style.evaluation.wording import DIGITS, LABELS

HIGHER_IS_BETTER = frozenset({"ssim", "psnr", "structure", "structure_to_input", "identity"})


@dataclass(frozen=True)
class Rules:
    """What a challenger must do.

    On `main` it must be surely better: the difference's whole interval is on the better side. `each_look` is the loss
    on it that is tolerated in one look, `guarded` that over all looks by metric; a loss counts only if its whole
    interval does.
    """

    main: str
    each_look: float
    guarded: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One rule, the difference that it was applied to, and whether it holds."""

    difference: Difference
    rule: str
    holds: bool


@dataclass(frozen=True)
class Verdict:
    """Whether the challenger is promoted, why, and every rule's line."""

    promoted: bool
    reasons: list[str]
    lines: list[Line]


class PromotionRecord(BaseModel):
    """What came of a promotion, as `promotion_record.json` keeps it, without the fields that have no value.

    `status` is `judged`, `promoted`, `not promoted`, `not judged` or `not written`. The challenger was judged against
    the version `champion`; `now` is the champion afterwards. `people` is the number of people that both restyled.
    """

    model_config = ConfigDict(frozen=True)
    judged: bool
    status: str
    challenger: str | None = None
    champion: str | None = None
    people: int | None = None
    truth_known: bool | None = None
    promoted: bool = False
    reasons: list[str]
    lines: list[Line] = []
    now: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return plain data, without the fields that have no value."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


def decide(
    found: Sequence[Difference], rules: Rules, new_looks: Sequence[str] = (), lost_looks: Sequence[str] = ()
) -> Verdict:
    """Judge a challenger by its differences from the champion, see `contest.differences`.

    A challenger that makes the very same pictures, or offers `new_looks` that the champion lacks, need not be better,
    only not worse: a version's looks and their consents count as well. `lost_looks` are an objection.
    """
    by_name = {(one.metric, one.look): one for one in found}
    same = all(one.less.low == one.less.high == 0 for one in found)
    if missing := [LABELS[name] for name in (rules.main, *rules.guarded) if (name, "") not in by_name]:
        if not same:
            reason = f"{', '.join(missing)}: too few users to compare; give ingestion.users more portraits"
            return Verdict(False, [reason], [])
        rules = Rules(found[0].metric, 0.0)
    main = by_name[rules.main, ""]
    guards = [_guard(by_name[name, ""], margin) for name, margin in rules.guarded.items()]
    guards += [_guard(one, rules.each_look) for (name, look), one in by_name.items() if look and name == rules.main]
    enough, reason = _on_the_main_metric(main, same, bool(new_looks))
    objections = [] if enough else [reason]
    objections += [f"{in_words(line.difference)}: worse than the rules allow" for line in guards if not line.holds]
    if lost_looks:
        objections.append(f"it lacks looks that the champion offers: {', '.join(lost_looks)}")
    reasons = [reason, *([f"new looks: {', '.join(new_looks)}"] if new_looks else [])]
    lines = [Line(main, "surely better", _worsening(main)[1] < 0), *guards]
    return Verdict(not objections, objections or reasons, lines)


def _on_the_main_metric(main: Difference, same: bool, new_looks: bool) -> tuple[bool, str]:
    """Return whether the main metric allows a promotion, and why."""
    low, high = _worsening(main)
    if high < 0:
        return True, f"{in_words(main)}: surely better"
    if same:
        return True, "it makes the same pictures as the champion, and its looks' consents are newer"
    if new_looks and low <= 0:
        return True, f"{in_words(main)}: not surely worse, and it offers looks that the champion lacks"
    return False, f"{in_words(main)}: not surely better"


def in_words(one: Difference) -> str:
    """Return a difference as a phrase."""
    places = DIGITS[one.metric]
    what = LABELS[one.metric] + (f" of {one.look}" if one.look else "")
    means = f"{one.challenger:.{places}f} against {one.champion:.{places}f}"
    return f"{what} {means}, {one.less.text(f'+z.{places}f')}"


def _guard(one: Difference, margin: float) -> Line:
    return Line(one, f"not surely worse by more than {margin:g}", _worsening(one)[0] <= margin)


def _worsening(one: Difference) -> tuple[float, float]:
    """Return the interval of how much worse the challenger is: above 0 it is worse, whichever way the metric counts."""
    return (-one.less.high, -one.less.low) if one.metric in HIGHER_IS_BETTER else (one.less.low, one.less.high)
