"""Decisions as the reports show them."""

from influencer_style.evaluation.contest import Difference
from influencer_style.evaluation.verdict import PromotionRecord, Rules, decide
from influencer_style.metrics.intervals import Interval
from influencer_style.reports.decisions import promotion_row, promotion_sentence


def test_a_promotion_in_words():
    measured = [
        Difference(metric, look, 5.0 + mean, 5.0, Interval(mean, mean - 0.2, mean + 0.2, 12))
        for metric, look, mean in (("delta_e", "", -1.0), ("structure", "", 0.0), ("delta_e", "noir", -1.0))
    ]
    verdict = decide(measured, Rules("delta_e", each_look=0.5, guarded={"structure": 0.02}))
    record = PromotionRecord(
        judged=True,
        status="promoted",
        challenger="2",
        champion="1",
        people=12,
        promoted=verdict.promoted,
        reasons=verdict.reasons,
        lines=verdict.lines,
    )
    stored = PromotionRecord.model_validate(record.as_dict())
    assert promotion_sentence(stored).startswith(
        "Version 2 became the champion in place of version 1: colour difference"
    )
    rows = [promotion_row(line) for line in stored.lines]
    assert rows[0]["less"] == "-1.00 (-1.20 to -0.80)" and rows[2]["what"] == "colour difference, noir"
    unjudged = PromotionRecord(judged=False, status="not judged", reasons=["this run is not tracked"])
    assert promotion_sentence(unjudged) == "Nobody was judged for promotion: this run is not tracked."
    assert unjudged.as_dict() == {
        "judged": False,
        "status": "not judged",
        "promoted": False,
        "reasons": ["this run is not tracked"],
        "lines": [],
    }
