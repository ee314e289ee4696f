"""Nobody is in two parts of a split, and everybody is judged."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.real_photos.photos import PhotosError
from benchmarks.real_photos.splits import rotate

# 36 photos of 33 people: two have more than one.
PEOPLE = np.array([0, 0, 0, 1, 1, *range(2, 33)])


def test_no_person_is_in_two_parts():
    splits = list(rotate(PEOPLE, ["a", "b"], rotations=3, repeats=2))
    assert len(splits) == 12
    for split in splits:
        parts = [set(PEOPLE[rows]) for rows in (split.test, split.teachers, split.population)]
        assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
        assert len(set(split.teachers)) == 10 and len(split.population) >= 8


def test_every_photo_is_judged_once_in_each_repeat_and_look():
    splits = list(rotate(PEOPLE, ["a", "b"], rotations=3, repeats=2))
    for repeat in (0, 1):
        for look in "ab":
            tested = [split.test for split in splits if (split.repeat, split.look) == (repeat, look)]
            assert len(tested) == 3
            np.testing.assert_array_equal(np.sort(np.concatenate(tested)), np.arange(len(PEOPLE)))


def test_nobody_idles_but_the_further_photos_of_the_last_teacher():
    for split in rotate(PEOPLE, ["a"], rotations=3):
        used = np.concatenate([split.test, split.teachers, split.population])
        assert len(PEOPLE) - len(used) <= 2
        assert set(PEOPLE[np.setdiff1d(np.arange(len(PEOPLE)), used)]) <= set(PEOPLE[split.teachers])


def test_the_same_seed_draws_the_same_and_another_look_or_seed_does_not():
    def drawn(look, others=(), seed=0):
        return [s.teachers.tolist() for s in rotate(PEOPLE, [look, *others], seed=seed) if s.look == look]

    assert drawn("a") == drawn("a", others=["b", "c"])
    assert drawn("a") != drawn("b")
    assert drawn("a") != drawn("a", seed=1)


@pytest.mark.parametrize(
    ("people", "rotations", "teachers"), [(26, 3, 10), (33, 3, 20), (3, 4, 1), (40, 1, 10), (0, 3, 10)]
)
def test_too_few_people_are_refused(people, rotations, teachers):
    with pytest.raises(PhotosError, match=r"too few|rotations must"):
        list(rotate(np.arange(people), ["a"], rotations=rotations, teachers=teachers))


def test_the_least_number_it_asks_for_is_enough():
    with pytest.raises(PhotosError, match="about 27 people"):
        list(rotate(np.arange(26), ["a"]))
    assert len(list(rotate(np.arange(27), ["a"]))) == 3
