"""The kernel distance: unbiased, sure of itself only where it may be, and blind to nothing that matters."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import smooth_pictures, tint

from influencer_style.metrics.kid import kid, kid_difference, kid_features


def gaussians(count, seed, shift=0.0):
    return np.random.default_rng(seed).normal(shift, 1, (count, 24))


def by_hand(a, b):
    """The unbiased estimate, pair by pair."""

    def k(x, y):
        return (np.dot(x, y) / len(x) + 1) ** 3

    n = len(a)
    own = sum(k(s[i], s[j]) for s in (a, b) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    return own - 2 * sum(k(x, y) for x in a for y in b) / n**2


def test_the_estimate_is_that_of_the_paper():
    a, b = gaussians(9, 0), gaussians(9, 1, 0.4)
    assert kid(a, b, subsets=3).mean == pytest.approx(by_hand(a, b))


def test_fifty_pictures_of_one_distribution_are_alike():
    found = [kid(gaussians(50, 2 * i), gaussians(50, 2 * i + 1), subsets=60) for i in range(40)]
    assert sum(each.low <= 0 <= each.high for each in found) >= 38
    means = np.array([each.mean for each in found])
    assert abs(means.mean()) < 3 * means.std() / 40**0.5  # unbiased: FID would be far above 0 here


def test_a_shift_is_seen_and_grows():
    near, far = (kid(gaussians(50, 1), gaussians(50, 2, shift)) for shift in (0.5, 1.0))
    assert near.low > 0 and near.high < far.low


def test_the_larger_set_is_cut_to_the_smaller_ones_size():
    assert kid(gaussians(50, 1), gaussians(12, 2)).n == 12


@settings(max_examples=15, deadline=None)
@given(n=st.integers(4, 12), seed=st.integers(0, 99), shift=st.floats(0, 1))
def test_it_is_symmetric_and_lies_within_its_interval(n, seed, shift):
    a, b = gaussians(n, 1), gaussians(n, 2, shift)
    one, other = kid(a, b, 20, seed), kid(b, a, 20, seed)
    assert one.mean == pytest.approx(other.mean)
    assert one.low <= one.mean <= one.high
    assert one == kid(a, b, 20, seed)


@pytest.mark.parametrize(
    ("a", "b", "subsets", "what"),
    [
        (gaussians(3, 0), gaussians(50, 1), 10, "at least 4 pictures"),
        (gaussians(5, 0), gaussians(5, 1)[:, :7], 10, "one f"),
        (gaussians(5, 0), np.full((5, 24), np.nan), 10, "finite"),
        (gaussians(5, 0), gaussians(5, 1), 0, "subsets"),
    ],
)
def test_what_cannot_be_compared_is_refused(a, b, subsets, what):
    with pytest.raises(ValueError, match=what):
        kid(a, b, subsets)


PEOPLE = smooth_pictures(40, 64, seed=3)


def scrambled(pictures):
    """The same patches elsewhere: no colour is lost, every shape is."""
    order = np.random.default_rng(0).permutation(16)
    tiles = [p.reshape(4, 16, 4, 16, 3).swapaxes(1, 2).reshape(16, 16, 16, 3)[order] for p in pictures]
    return np.stack([t.reshape(4, 4, 16, 16, 3).swapaxes(1, 2).reshape(64, 64, 3) for t in tiles])


@pytest.mark.parametrize(
    "change",
    [
        lambda p: tint(p, "warm"),
        scrambled,
        lambda p: np.stack([cv2.GaussianBlur(each, (0, 0), 3) for each in p]),
        lambda p: np.clip(p + np.random.default_rng(1).normal(0, 20, p.shape), 0, 255).astype(np.uint8),
        lambda p: np.repeat(p[:2], 10, axis=0),
    ],
    ids=["tint", "scrambled", "blurred", "noisy", "collapsed"],
)
def test_the_features_notice(change):
    real, others, pictures = PEOPLE[20:], PEOPLE[:20], change(PEOPLE[:20])
    floor = kid(kid_features(real), kid_features(others))
    assert kid(kid_features(real), kid_features(pictures)).mean > max(floor.high, 0)


def test_the_features_hardly_depend_on_the_size():
    large = np.stack([cv2.resize(picture, (128, 128), interpolation=cv2.INTER_CUBIC) for picture in PEOPLE])
    small, features = kid_features(PEOPLE), kid_features(large)
    assert features.shape == (40, 228) and features.dtype == np.float32 and np.isfinite(features).all()
    assert np.linalg.norm(features - small, axis=1).mean() < 0.2 * np.linalg.norm(small - small.mean(0), axis=1).mean()


def test_flat_pictures_have_finite_features_and_none_has_none():
    flat = np.stack([np.full((40, 40, 3), value, np.uint8) for value in (0, 128, 255)])
    assert np.isfinite(kid_features(flat)).all()
    assert kid_features(flat[:0]).shape == (0, 228)
    with pytest.raises(ValueError, match="32 px"):
        kid_features(flat[:, :20, :20])
    with pytest.raises(ValueError, match="uint8"):
        kid_features(flat / 255)


def test_the_difference_is_that_of_two_distances_to_the_same_photos():
    near, far, photos = gaussians(12, 0, 0.2), gaussians(12, 1, 0.6), gaussians(12, 2)
    found = kid_difference([near, near], [far, far], [photos, photos], draws=50)
    assert found.mean == pytest.approx(kid(near, photos).mean - kid(far, photos).mean)
    assert found.n == 12 and found.low <= found.mean <= found.high


def test_the_difference_is_sure_where_the_same_people_came_nearer_and_only_there():
    photos = [gaussians(40, 2), gaussians(30, 3)]
    people = [gaussians(30, 4, 0.5), gaussians(30, 5, 0.5)]
    nearer = [own - 0.25 for own in people]
    assert kid_difference(nearer, people, photos).high < 0 < kid_difference(people, nearer, photos).low
    shuffled = [own[np.random.default_rng(6).permutation(30)] for own in people]
    none = kid_difference(shuffled, people, photos)
    assert abs(none.mean) < 1e-9 and none.low < 0 < none.high
    for few, own in ((people[0][:3], photos[0]), (people[0], photos[0][:1])):
        with pytest.raises(ValueError, match="at least 4 people, and 2 photos"):
            kid_difference([few], [few], [own])
