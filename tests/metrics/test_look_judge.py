"""The look judge: it learns looks from a few photos of one person each, and must not learn that person."""

import numpy as np
import pytest
from made_up import LOOKS, smooth_pictures, tint

from influencer_style.metrics.look_judge import fit_look_judge, look_features

BASE = smooth_pictures(1, seed=49).astype(float)


def people(count, seed):
    """Return portraits of as many people, who have most in common, as portraits have."""
    return (0.75 * BASE + 0.25 * smooth_pictures(count, seed=seed)).astype(np.uint8)


def one_person(count, seed):
    """Return photos of one person: the same but for a little."""
    noise = np.random.default_rng(seed).normal(0, 3, (count, 48, 48, 3))
    return np.clip(people(1, seed) + noise, 0, 255).astype(np.uint8)


POPULATION = people(20, 50)


@pytest.fixture(scope="module")
def judge():
    return fit_look_judge({look: tint(one_person(8, 60 + i), look) for i, look in enumerate(LOOKS)}, POPULATION)


def test_other_people_in_a_look_are_taken_for_it_and_unstyled_ones_are_not(judge):
    strangers = people(24, 70)
    for look in LOOKS:
        (other,) = set(LOOKS) - {look}
        assert judge.takes_for(tint(strangers, look), look).mean() > 0.8
        assert judge.takes_for(tint(strangers, other), look).mean() < 0.1
        assert judge.takes_for(strangers, look).mean() < 0.2


def test_the_creator_without_the_look_is_not_taken_for_it(judge):
    for i, look in enumerate(LOOKS):
        assert not judge.takes_for(one_person(8, 60 + i), look).any()


def test_a_look_is_taken_or_not_and_never_two(judge):
    strangers = np.concatenate([tint(people(10, 80), look) for look in LOOKS])
    taken = np.stack([judge.takes_for(strangers, look) for look in LOOKS])
    assert taken.dtype == bool and taken.sum(0).max() <= 1


def test_it_is_the_same_every_time_and_one_photo_is_enough():
    looks = {look: tint(people(1, 3), look) for look in LOOKS}
    strangers = people(12, 90)
    once, again = (fit_look_judge(looks, POPULATION, seed=1) for _ in range(2))
    for look in LOOKS:
        assert np.array_equal(once.takes_for(strangers, look), again.takes_for(strangers, look))


def test_an_unknown_look_and_missing_photos_are_refused(judge):
    with pytest.raises(ValueError, match="was not fitted to 'sepia'"):
        judge.takes_for(POPULATION, "sepia")
    for creators, population in (({}, POPULATION), ({"": POPULATION}, POPULATION)):
        with pytest.raises(ValueError, match="at least one look"):
            fit_look_judge(creators, population)
    with pytest.raises(ValueError, match="none of: warm"):
        fit_look_judge({"warm": POPULATION[:0], "cool": POPULATION}, POPULATION)
    with pytest.raises(ValueError, match="unstyled population"):
        fit_look_judge({"cool": POPULATION}, POPULATION[:0])


def test_the_features_see_what_looks_are_made_of():
    pictures = smooth_pictures(6, 64, seed=5)
    plain = look_features(pictures)
    assert plain.shape == (6, 60) and np.isfinite(plain).all() and look_features(pictures[:0]).shape == (0, 60)
    y, x = np.indices((64, 64)) / 63 - 0.5
    dark = (pictures * (1 - 0.8 * (x**2 + y**2) * 2)[None, :, :, None]).astype(np.uint8)
    grain = np.clip(pictures + np.random.default_rng(0).normal(0, 8, pictures.shape), 0, 255).astype(np.uint8)
    corner, finest = -5, -4
    assert (look_features(dark)[:, corner] < plain[:, corner] - 3).all()
    assert (look_features(grain)[:, finest] > plain[:, finest] + 0.5).all()
    assert not np.allclose(look_features(tint(pictures, "warm"))[:, :45], plain[:, :45], atol=1)
