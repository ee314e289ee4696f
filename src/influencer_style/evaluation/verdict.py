"""Whether a challenger becomes the champion: rules, and the verdict with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from influencer_style.evaluation.contest import Difference
from influencer_style.evaluation.wording import LABELS, METRICS
from influencer_style.metrics.intervals import Interval

HIGHER_IS_BETTER = frozenset({"ssim", "psnr", "structure", "structure_to_input", "identity"})


@dataclass(frozen=True)
class Rules:
    """What a challenger must do.

    Attributes:
        main: the metric on which it must be surely better: the whole interval of the difference says so.
        each_look: how much worse it may be on the main metric in a single look.
        guarded: by metric, how much worse it may be over all looks. Something counts as worse only where the whole
            interval lies beyond this.
    """

    main: str
    each_look: float
    guarded: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One rule and what came of it.

    Attributes:
        difference: what was measured.
        rule: what was asked, in words.
        holds: whether it was so.
    """

    difference: Difference
    rule: str
    holds: bool


@dataclass(frozen=True)
class Verdict:
    """Whether it is promoted, why, and every rule's line."""

    promoted: bool
    reasons: list[str]
    lines: list[Line]

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers and words."""
        return asdict(self)


def decide(
    found: Sequence[Difference], rules: Rules, new_looks: Sequence[str] = (), lost_looks: Sequence[str] = ()
) -> Verdict:
    """Judge a challenger.

    Where it makes the very same pictures, or offers looks that the champion lacks, it need not be better, only not
    worse: what a version is for is also its looks and their consents.

    Args:
        found: from `contest.differences`.
        rules: see `Rules`.
        new_looks: looks that only the challenger offers.
        lost_looks: looks that only the champion offers; any is an objection.
    """
    by_name = {(one.metric, one.look): one for one in found}
    same = all(one.less.low == one.less.high == 0 for one in found)
    if missing := [LABELS[name] for name in (rules.main, *rules.guarded) if (name, "") not in by_name]:
        if not same:
            reason = f"{', '.join(missing)}: too few users or photos in the validation split to compare; give more"
            return Verdict(False, [reason], [])
        rules = Rules(found[0].metric, 0.0)
    main = by_name[rules.main, ""]
    better = _worsening(main)[1] < 0
    lines = [Line(main, "surely better", better)]
    for name, margin in rules.guarded.items():
        lines.append(_guard(by_name[name, ""], margin))
    lines += [_guard(one, rules.each_look) for (name, look), one in by_name.items() if look and name == rules.main]
    objections = [f"{in_words(line.difference)}: more than may be" for line in lines[1:] if not line.holds]
    if lost_looks:
        objections.append(f"it lacks what the champion offers: {', '.join(lost_looks)}")
    reasons = []
    if better:
        reasons.append(f"{in_words(main)}: surely better")
    elif same:
        reasons.append("it makes the same pictures as the champion, and its looks' papers are newer")
    elif new_looks and _worsening(main)[0] <= 0:
        reasons.append(f"{in_words(main)}: not surely worse, and it offers what the champion lacks")
    else:
        objections.insert(0, f"{in_words(main)}: not surely better")
    if new_looks and not objections:
        reasons.append(f"new looks: {', '.join(new_looks)}")
    return Verdict(not objections, objections or reasons, lines)


def in_words(one: Difference) -> str:
    """Return a difference as a phrase."""
    digits = METRICS[one.metric][1]
    what = LABELS[one.metric] + (f" of {one.look}" if one.look else "")
    less = f"{one.less.mean:+z.{digits}f} ({one.less.low:+z.{digits}f} to {one.less.high:+z.{digits}f})"
    if one.challenger is None:
        return f"{what} {less}"
    return f"{what} {one.challenger:.{digits}f} against {one.champion:.{digits}f}, {less}"


def record_in_words(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a verdict's record as the report shows it: a sentence, and a row for each rule.

    Args:
        record: `judged`, `reasons`, `lines` as `Verdict.as_dict` has them, and, where somebody was judged, `promoted`,
            `challenger`, `champion` and `people`.
    """
    first, *further = record["reasons"]
    # The rows say the rest.
    reasons = f"{first}; and {len(further)} more" if further and record["lines"] else "; ".join(record["reasons"])
    if not record["judged"]:
        return {"sentence": f"Nobody was judged for promotion: {reasons}.", "rows": []}
    became = "became" if record["promoted"] else "did not become"
    sentence = (
        f"Version {record['challenger']} {became} the champion in place of version {record['champion']}: {reasons}."
    )
    rows = []
    for line in record["lines"]:
        one = line["difference"]
        digits = METRICS[one["metric"]][1]
        shown = [one["challenger"], one["champion"], *(one["less"][part] for part in ("mean", "low", "high"))]
        ours, theirs, *less = ("" if value is None else f"{value:z.{digits}f}" for value in shown)
        what = LABELS[one["metric"]] + (f", {one['look']}" if one["look"] else "")
        rows.append(
            {
                "what": what,
                "challenger": ours,
                "champion": theirs,
                "less": f"{less[0]} ({less[1]} to {less[2]})",
                "rule": line["rule"],
                "holds": "yes" if line["holds"] else "no",
            }
        )
    return {"sentence": sentence, "rows": rows, "people": record["people"]}


def _guard(one: Difference, margin: float) -> Line:
    return Line(one, f"not surely worse by more than {margin:g}", _worsening(one)[0] <= margin)


def _worsening(one: Difference) -> tuple[float, float]:
    """The interval of how much worse the challenger is: above 0 it is worse, whichever way the metric counts."""
    less: Interval = one.less
    return (-less.high, -less.low) if one.metric in HIGHER_IS_BETTER else (less.low, less.high)
