"""Distances to the nearest training photo."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import smooth_pictures

from influencer_style.metrics.kid import kid_features
from influencer_style.metrics.memorisation import nearest


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 6), m=st.integers(1, 6), seed=st.integers(0, 99))
def test_it_is_the_least_of_all_distances(n, m, seed):
    rng = np.random.default_rng(seed)
    rows, known = rng.normal(size=(n, 3)), rng.normal(size=(m, 3))
    wanted = [min(np.sqrt(((row - other) ** 2).sum()) for other in known) for row in rows]
    assert nearest(rows, known) == pytest.approx(wanted)
    # more training photos can only be nearer
    assert (nearest(rows, np.concatenate([known, rows[:1]])) <= nearest(rows, known)).all()


def test_copies_are_told_from_new_pictures():
    photos = smooth_pictures(40, 64, seed=9)
    training, unseen = photos[:20], photos[20:]
    copies = np.stack([cv2.GaussianBlur(photo, (0, 0), 0.7) for photo in training[:10]])
    known = kid_features(training)
    assert nearest(known, known).max() == 0
    assert nearest(kid_features(copies), known).max() < nearest(kid_features(unseen), known).min()


@pytest.mark.parametrize(
    ("rows", "known"),
    [
        (np.zeros((2, 3)), np.zeros((0, 3))),
        (np.zeros((2, 3)), np.zeros((2, 4))),
        (np.zeros(3), np.zeros((2, 3))),
        (np.full((1, 3), np.nan), np.zeros((1, 3))),
    ],
)
def test_what_does_not_fit_is_refused(rows, known):
    with pytest.raises(ValueError, match=r"at least 1|finite"):
        nearest(rows, known)


def test_no_picture_has_no_distance():
    assert nearest(np.zeros((0, 3)), np.zeros((2, 3))).shape == (0,)
