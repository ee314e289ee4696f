"""New portraits measured: the rival, the paths, the scorecard and its page."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_up import LOOKS, SmallPictureJudge, smooth_pictures, tint

from influencer_style.evaluation.component_gaussian import component_gaussian
from influencer_style.evaluation.new_faces import Jury, NewFaces, diversity_beside, score_new_faces
from influencer_style.evaluation.new_faces_scorecard import better_way, new_faces_rows, new_faces_scorecard
from influencer_style.faces.detect import Face
from influencer_style.metrics.diversity import largest_step
from influencer_style.metrics.look_judge import fit_look_judge
from influencer_style.metrics.memorisation import marks_of
from influencer_style.reports.new_faces import (
    NewFacesEvidence,
    _best,
    draw_new_faces,
    finding,
    write_new_faces_report,
)

SIZE = 32


class BrightDetector:
    """Finds a face in every picture that is bright enough, and two in the brightest."""

    def find(self, photo: np.ndarray) -> list[Face]:
        count = np.searchsorted([60, 250], photo.mean())
        return [Face(20.0 * i, 0, 10, 1.0) for i in range(count)]


@pytest.fixture(scope="module")
def jury():
    creators = {look: tint(smooth_pictures(12, SIZE, seed=10 + i), look) for i, look in enumerate(LOOKS)}
    return Jury(BrightDetector(), fit_look_judge(creators, smooth_pictures(12, SIZE, seed=20)), SmallPictureJudge())


@pytest.fixture(scope="module")
def faces():
    """In the look `cool`: direct portraits of new people, and composed ones that repeat the training photos."""
    training, held_out = (tint(smooth_pictures(n, SIZE, seed=s), "cool") for n, s in ((12, 10), (5, 30)))
    drawn = tint(smooth_pictures(10, SIZE, seed=40), "cool")
    drawn[0] //= 8
    slow = np.stack([training[0] * (1 - t) + training[1] * t for t in np.linspace(0, 1, 5)]).astype(np.uint8)
    return NewFaces(
        "cool",
        {"direct": drawn, "composed": training[:8]},
        {"direct": slow[None], "composed": slow[None]},
        training,
        held_out,
        tint(smooth_pictures(9, 2 * SIZE, seed=50), "cool"),
        marks_of(training, held_out),
    )


@pytest.fixture(scope="module")
def scorecard(faces, jury):
    about = {"default_ways": {"cool": "composed"}, "resolution": SIZE, "size": SIZE, "samples": 10, "truth_known": True}
    about |= {"detector": "the LBP cascade", "source": "studio", "model": {"fingerprint": "f" * 64}}
    return new_faces_scorecard({"cool": score_new_faces(faces, jury, draws=200)}, about)


def test_copies_are_counted_and_are_not_usable(scorecard):
    found = scorecard["synthesis"]["cool"]
    assert found["composed"]["repeats"]["mean"] == 1 and found["composed"]["usable"]["mean"] == 0
    assert found["direct"]["repeats"]["mean"] == 0 and found["direct"]["one_face"]["mean"] == 0.9
    assert found["direct"]["usable"]["mean"] <= found["direct"]["look_accuracy"]["mean"]
    assert found["composed"]["memorisation"]["mean"] < 0.5 < found["held_out"]["memorisation"]["mean"]
    assert found["composed"]["identity_to_creator"]["mean"] > found["direct"]["identity_to_creator"]["mean"]
    assert found["direct"]["largest_step"]["mean"] == pytest.approx(1, abs=0.1)
    assert better_way(scorecard) == "direct"


def test_the_rival_games_the_kernel_distance_and_is_found_out(scorecard):
    found = scorecard["synthesis"]["cool"]
    assert found["gaussian"]["kid"]["low"] < found["others"]["kid"]["high"], "not surely worse than people"
    assert found["gaussian"]["repeats"]["mean"] > found["direct"]["repeats"]["mean"], "blurred doubles of the photos"
    assert "largest_step" not in found["gaussian"] and "real_floor" in found


def test_every_figure_is_a_row_of_the_table(scorecard):
    rows = new_faces_rows(scorecard)
    assert list(rows.columns) == ["look", "way", "metric", "mean", "low", "high", "n"]
    assert len(rows) == sum(len(own) for own in scorecard["synthesis"]["cool"].values())
    assert (rows["low"] <= rows["mean"]).all() and (rows["mean"] <= rows["high"]).all()


def test_of_ways_as_good_as_each_other_none_is_the_better_one(scorecard):
    found = {"usable": {"mean": 1.0}, "diversity": {"mean": 0.8}}
    other = found | {"diversity": {"mean": 0.9}}
    even = {"about": scorecard["about"], "synthesis": {"cool": {"direct": found, "composed": other}}}
    assert "Composed is the better way here, being the more varied one, and the default." in finding(even)
    mixed = {"about": {"default_ways": {"cool": "composed", "warm": "direct"}}, "synthesis": even["synthesis"]}
    assert "and the default but in warm, where it is direct." in finding(mixed)
    assert _best("usable", even["synthesis"]["cool"]) == set()
    assert _best("kid", {"direct": {"kid": {"mean": 2.0}}, "composed": {"kid": {"mean": 1.0}}}) == {"composed"}


def test_the_report_says_which_way_is_better_and_that_it_is_not_the_default(scorecard, faces, looks):
    assert "Direct is the better way here; the default is composed" in finding(scorecard)
    evidence = NewFacesEvidence([faces], scorecard, looks, {"kept": "base", "why": "<off>"}, "# A <card>")
    page = write_new_faces_report(evidence)
    assert page.count('src="data:image/jpeg') == 1 + 2 + 2 + 1
    assert "http" not in page.replace("https://", "http").split("<body>")[0].replace("http-equiv", "")
    assert "&lt;off&gt;" in page and "# A &lt;card&gt;" in page and "&lt;i&gt;Somebody&lt;/i&gt;" in page
    assert "people truly in the look" in page and "KID alone decides nothing" in page


def test_the_sheet_shows_every_look_and_way(faces):
    assert draw_new_faces([faces], columns=4, tile=SIZE).width > 4 * SIZE


def test_what_too_few_pictures_would_carry_is_absent(faces, jury):
    few = NewFaces("cool", {"direct": faces.drawn["direct"][:2]}, {}, faces.training, faces.held_out[:0],
                   faces.others[:0], faces.marks)  # fmt: skip
    found = score_new_faces(few, jury, draws=100)
    assert set(found) == {"direct", "gaussian"}
    assert not {"kid", "diversity", "largest_step"} & set(found["direct"])


@settings(max_examples=25, deadline=None)
@given(
    photos=arrays(np.uint8, st.tuples(st.integers(2, 6), st.just(3), st.just(3), st.just(3))), seed=st.integers(0, 9)
)
def test_the_gaussian_stays_in_the_span_of_its_photos(photos, seed):
    drawn = component_gaussian(photos, 5, seed)
    assert drawn.shape == (5, 3, 3, 3) and np.array_equal(drawn, component_gaussian(photos, 5, seed))
    same = photos.min(0) == photos.max(0)
    assert (drawn[:, same] == photos[0][same]).all(), "what never varies does not vary"


def test_the_gaussian_has_the_mean_and_covariance_of_its_photos():
    photos = smooth_pictures(20, 8, seed=3) // 4 + 96  # far from black and white, so that nothing is clipped
    drawn = component_gaussian(photos, 4000, 1).reshape(4000, -1).astype(float)
    own = photos.reshape(20, -1).astype(float)
    assert np.abs(drawn.mean(0) - own.mean(0)).max() < 2
    assert np.corrcoef(np.cov(drawn.T).ravel(), np.cov(own.T).ravel())[0, 1] > 0.98


def test_too_few_photos_have_no_covariance():
    with pytest.raises(ValueError, match="at least 2 photos, got 1"):
        component_gaussian(smooth_pictures(1, 8), 3)


@settings(max_examples=30, deadline=None)
@given(frames=arrays(np.uint8, st.tuples(st.integers(3, 9), st.just(2), st.just(2), st.just(3))))
def test_the_largest_step_is_between_one_and_all_of_them(frames):
    assert 1 - 1e-9 <= largest_step(frames) <= len(frames) - 1 + 1e-9
    assert largest_step(frames[::-1]) == pytest.approx(largest_step(frames))


def test_a_jump_is_the_whole_path():
    frames = np.zeros((5, 4, 4, 3), np.uint8)
    frames[3:] = 200
    assert largest_step(frames) == 4 and largest_step(frames[:3]) == 1
    with pytest.raises(ValueError, match="at least 3 frames"):
        largest_step(frames[:2])


def test_diversity_is_a_ratio_of_two_sets_of_other_people():
    rng = np.random.default_rng(0)
    real, drawn = rng.normal(size=(40, 6)), 0.5 * rng.normal(size=(30, 6)) + 7
    ratio = diversity_beside(drawn, real, 500)
    assert ratio.low < 0.5 < ratio.high and ratio.n == 30 and ratio.high - ratio.low < 0.3
    assert diversity_beside(drawn[:2], real) is None and diversity_beside(drawn, np.ones((5, 6))) is None


def test_without_unseen_photos_the_training_photos_set_the_limit():
    photos = smooth_pictures(6, SIZE, seed=1)
    beside, alone = marks_of(photos[:4], photos[4:]), marks_of(photos[:4], photos[:0])
    assert beside.limit > 0 < alone.limit != beside.limit
    with pytest.raises(ValueError, match="2 or more photos, got 1"):
        marks_of(photos[:1], photos[1:])
