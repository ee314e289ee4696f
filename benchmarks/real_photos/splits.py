"""Who is judged, whose photos teach a look, and who is the unstyled population: never the same person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.real_photos.photos import PhotosError

_LEAST_POPULATION = 8


@dataclass(frozen=True)
class Split:
    """Rows of the portraits; no person is in two of the three.

    Attributes:
        repeat, rotation: its numbers.
        look: the look that is learnt.
        test: photos that are restyled, and whose truth is their graded self.
        teachers: photos that are graded, and from which alone a method learns the look.
        population: photos of unstyled people.
    """

    repeat: int
    rotation: int
    look: str
    test: np.ndarray
    teachers: np.ndarray
    population: np.ndarray


def rotate(
    people: np.ndarray,
    looks: Sequence[str],
    rotations: int = 3,
    repeats: int = 1,
    teachers: int = 10,
    seed: int = 0,
    population: int = 0,
) -> Iterator[Split]:
    """Yield a split for each repeat, rotation and look.

    In each repeat people are shuffled and dealt into as many groups as there are rotations; each group is the test of
    one rotation, so that everybody is a test person once. In each rotation, and anew for each look, the other people
    are shuffled: the first ones' photos, `teachers` of them, are those that teach, and the rest is the population.

    Args:
        people: (n,) whose photo each row is.
        looks: their names; a look's draw does not depend on which others there are.
        rotations: 2 or more.
        repeats: how often all that is done, each time with other shuffles.
        teachers: photos that teach each look.
        seed: of all shuffles.
        population: photos of unstyled people; 0 is all that are left.

    Raises:
        PhotosError: when the people do not suffice.
    """
    everybody, unstyled = np.unique(people), population or _LEAST_POPULATION
    if rotations < 2 or repeats < 1:
        raise PhotosError(f"rotations must be 2 or more, and repeats 1 or more, not {rotations} and {repeats}")
    groups = [
        (repeat, rotation, everybody[order])
        for repeat in range(repeats)
        for rotation, order in enumerate(np.array_split(_shuffle(len(everybody), seed, repeat), rotations))
    ]
    for repeat, rotation, tested in groups:
        test = np.flatnonzero(np.isin(people, tested))
        others = np.setdiff1d(everybody, tested)
        left = np.isin(people, others).sum()
        if not len(test) or left < teachers + unstyled:
            least = -(-(teachers + unstyled) * rotations // (rotations - 1))
            raise PhotosError(
                f"{len(people)} usable faces of {len(everybody)} people are too few: {rotations} rotations with "
                f"{teachers} photos that teach a look and {unstyled} or more of an unstyled population need "
                f"about {least} people; add portraits that show one clear face"
            )
        for look in looks:
            shuffled = others[_shuffle(len(others), seed, repeat, rotation, *look.encode())]
            rows = [np.flatnonzero(people == person) for person in shuffled]
            enough = 1 + int(np.searchsorted(np.cumsum([len(r) for r in rows]), teachers))
            teaching, rest = np.concatenate(rows[:enough])[:teachers], np.concatenate(rows[enough:])
            yield Split(repeat, rotation, look, test, teaching, np.sort(rest[: population or None]))


def _shuffle(count: int, *seed: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(count)
