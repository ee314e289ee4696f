"""New portraits measured: the rival, the paths and the scorecard."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_up import smooth_pictures

from influencer_style.evaluation.new_faces import NewFaces, component_gaussian, diversity_beside, score_new_faces
from influencer_style.metrics.intervals import Bootstrap
from influencer_style.metrics.memorisation import marks_of
from influencer_style.metrics.set_scores import largest_step


def test_copies_are_counted_and_are_not_usable(new_faces_scorecard):
    found = new_faces_scorecard.synthesis["cool"]
    assert found["composed"]["repeats"].mean == 1 and found["composed"]["usable"].mean == 0
    assert found["direct"]["repeats"].mean == 0 and found["direct"]["one_face"].mean == 0.9
    assert found["direct"]["usable"].mean <= found["direct"]["look_accuracy"].mean
    assert found["composed"]["memorisation"].mean < 0.5 < found["held_out"]["memorisation"].mean
    assert found["composed"]["identity_to_creator"].mean > found["direct"]["identity_to_creator"].mean
    assert found["direct"]["largest_step"].mean == pytest.approx(1, abs=0.1)
    assert new_faces_scorecard.better_way() == "direct"


def test_the_rival_games_the_kernel_distance_and_is_found_out(new_faces_scorecard):
    found = new_faces_scorecard.synthesis["cool"]
    assert found["gaussian"]["kid"].low < found["others"]["kid"].high, "not surely worse than people"
    assert found["gaussian"]["repeats"].mean > found["direct"]["repeats"].mean, "blurred doubles of the photos"
    assert "largest_step" not in found["gaussian"] and "real_floor" in found


def test_every_figure_is_a_row_of_the_table(new_faces_scorecard):
    rows = new_faces_scorecard.rows()
    assert list(rows.columns) == ["look", "way", "metric", "mean", "low", "high", "n"]
    assert len(rows) == sum(len(own) for own in new_faces_scorecard.synthesis["cool"].values())
    assert (rows["low"] <= rows["mean"]).all() and (rows["mean"] <= rows["high"]).all()


def test_what_too_few_pictures_would_carry_is_absent(new_faces, jury):
    few = NewFaces("cool", {"direct": new_faces.drawn["direct"][:2]}, {}, new_faces.training, new_faces.held_out[:0],
                   new_faces.others[:0], new_faces.marks)  # fmt: skip
    found = score_new_faces(few, jury, Bootstrap(100))
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
    ratio = diversity_beside(drawn, real, Bootstrap(500))
    assert ratio.low < 0.5 < ratio.high and ratio.n == 30 and ratio.high - ratio.low < 0.3
    assert diversity_beside(drawn[:2], real) is None and diversity_beside(drawn, np.ones((5, 6))) is None


def test_without_unseen_photos_the_training_photos_set_the_limit():
    photos = smooth_pictures(6, 32, seed=1)
    beside, alone = marks_of(photos[:4], photos[4:]), marks_of(photos[:4], photos[:0])
    assert beside.limit > 0 < alone.limit != beside.limit
    with pytest.raises(ValueError, match="2 or more photos, got 1"):
        marks_of(photos[:1], photos[1:])
