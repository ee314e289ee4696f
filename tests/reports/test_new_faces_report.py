"""The page about new portraits, and their sheet."""

from judged import SIZE

from influencer_style.metrics.intervals import Interval
from influencer_style.reports.decisions import TrainingDecision
from influencer_style.reports.new_faces import (
    NewFacesEvidence,
    _better,
    draw_new_faces,
    finding,
    write_new_faces_report,
)


def test_of_ways_as_good_as_each_other_none_is_the_better_one(new_faces_scorecard):
    def figures(**means: float) -> dict[str, Interval]:
        return {name: Interval(mean, mean, mean, 9) for name, mean in means.items()}

    ways = {"direct": figures(usable=1.0, diversity=0.8), "composed": figures(usable=1.0, diversity=0.9)}
    even = new_faces_scorecard.model_copy(update={"synthesis": {"cool": ways}})
    assert "Composed is the better way here, as its portraits are more varied, and the default." in finding(even)
    about = even.about.model_copy(update={"default_ways": {"cool": "composed", "warm": "direct"}})
    assert "and the default except in warm, where it is direct." in finding(even.model_copy(update={"about": about}))
    assert _better("usable", ways) is None
    assert _better("kid", {"direct": figures(kid=2.0), "composed": figures(kid=1.0)}) == "composed"


def test_the_report_says_which_way_is_better_and_that_it_is_not_the_default(new_faces_scorecard, new_faces, looks):
    assert "Direct is the better way here; the default is composed" in finding(new_faces_scorecard)
    evidence = NewFacesEvidence(
        [new_faces], new_faces_scorecard, looks, TrainingDecision(kept="base", why="<off>"), "# A <card>"
    )
    page = write_new_faces_report(evidence)
    assert page.count('src="data:image/jpeg') == 1 + 2 + 2 + 1
    assert "http" not in page.replace("https://", "http").split("<body>")[0].replace("http-equiv", "")
    assert "&lt;off&gt;" in page and "# A &lt;card&gt;" in page and "&lt;i&gt;Somebody&lt;/i&gt;" in page
    assert "people truly in the look" in page and "KID alone decides nothing" in page


def test_the_sheet_shows_every_look_and_way(new_faces):
    assert draw_new_faces([new_faces], columns=4, tile=SIZE).width > 4 * SIZE
