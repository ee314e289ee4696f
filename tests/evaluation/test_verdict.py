"""The rules of promotion: surely better, and surely no worse; and what they say when they refuse."""

import pytest

from influencer_style.evaluation.contest import Difference
from influencer_style.evaluation.verdict import Rules, decide
from influencer_style.metrics.intervals import Interval

RULES = Rules("delta_e", each_look=0.5, guarded={"structure": 0.02})


def measured(main=(-1.2, -0.8), structure=(-0.001, 0.001), look=(-1.2, -0.8)):
    def one(metric, name, low, high):
        middle = (low + high) / 2
        return Difference(metric, name, 5.0 + middle, 5.0, Interval(middle, low, high, 12))

    return [one("delta_e", "", *main), one("structure", "", *structure), one("delta_e", "noir", *look)]


@pytest.mark.parametrize(
    ("changed", "promoted", "reason"),
    [
        ({}, True, "colour difference 4.00 against 5.00, -1.00 (-1.20 to -0.80): surely better"),
        ({"main": (-1.2, 0.1)}, False, "not surely better"),
        ({"main": (0.4, 0.9)}, False, "not surely better"),
        ({"structure": (-0.05, -0.03)}, False, "structure 4.960 against 5.000, -0.040"),
        ({"structure": (-0.05, -0.01)}, True, "surely better"),
        ({"structure": (0.1, 0.2)}, True, "surely better"),
        ({"look": (0.6, 2.0)}, False, "colour difference of noir"),
        ({"look": (0.4, 2.0)}, True, "surely better"),
    ],
)
def test_the_rules(changed, promoted, reason):
    verdict = decide(measured(**changed), RULES)
    assert verdict.promoted is promoted and any(reason in said for said in verdict.reasons)
    assert [line.holds for line in verdict.lines].count(False) == (0 if promoted else 1)


def test_the_same_pictures_from_newer_consents_are_promoted_but_not_with_a_look_less():
    same = measured((0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
    assert decide(same, RULES).promoted
    refused = decide(same, RULES, lost_looks=["rose"])
    assert not refused.promoted and "lacks looks that the champion offers: rose" in refused.reasons[0]


def test_new_looks_are_reason_enough_where_nothing_is_surely_worse():
    even = measured((-0.1, 0.1), look=(-0.1, 0.1))
    assert not decide(even, RULES).promoted
    verdict = decide(even, RULES, new_looks=["rose"])
    assert verdict.promoted and verdict.reasons[-1] == "new looks: rose"
    assert not decide(measured((0.1, 0.3)), RULES, new_looks=["rose"]).promoted


def test_what_cannot_be_compared_is_not_promoted_unless_it_is_the_same():
    rules = Rules("known_looks", 0.5, {"structure": 0.02})
    assert (
        "colour difference to known looks: too few users to compare; give ingestion.users more"
        in decide(measured(), rules).reasons[0]
    )
    assert decide(measured((0.0, 0.0), (0.0, 0.0), (0.0, 0.0)), rules).promoted
