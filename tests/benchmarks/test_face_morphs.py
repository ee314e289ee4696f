"""Morphs and swaps along the mesh: the ends are the pictures themselves, and a swap changes the face alone."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.face_morphs import morphed, swapped, warped

SIDE = 96


@pytest.fixture(scope="module")
def faces(made_up):
    """Two pictures with an oval of points each, the second's moved and wider."""
    rng = np.random.default_rng(3)
    turn, radius = rng.uniform(0, 2 * np.pi, 468), np.sqrt(rng.uniform(0, 1, 468))
    disc = np.stack([radius * np.cos(turn), radius * np.sin(turn)], 1)
    return made_up(2, SIDE), (disc * [22, 28] + 48, disc * [27, 29] + [51, 46])


def test_a_morph_begins_with_one_and_ends_with_the_other(faces):
    (one, other), points = faces
    assert np.abs(morphed(one, other, points, 0.0).astype(int) - one).max() <= 1
    assert np.abs(morphed(one, other, points, 1.0).astype(int) - other).max() <= 1
    half = morphed(one, other, points, 0.5).astype(float)
    assert 0 < np.abs(half - one).mean() < np.abs(other.astype(float) - one).mean()


def test_a_warp_takes_each_point_with_it(faces):
    _, (source, target) = faces
    y, x = np.indices((SIDE, SIDE), dtype=np.float32)
    moved = warped(np.stack([x, y, x], -1), source, target, SIDE)
    inner = target[np.linalg.norm(target - target.mean(0), axis=1) < 20]
    sources = source[np.linalg.norm(target - target.mean(0), axis=1) < 20]
    at = np.round(inner).astype(int)
    assert np.abs(moved[at[:, 1], at[:, 0], :2] - sources).max() < 2.5


@pytest.mark.parametrize("fitted", [True, False])
def test_a_swap_leaves_the_head_around_the_face_as_it_is(faces, fitted):
    (head, face), points = faces
    found = swapped(head, face, points, fitted)
    far = np.hypot(*(np.indices((SIDE, SIDE)) - 48)) > 40
    assert np.array_equal(found[far], head[far])
    assert np.abs(found[40:56, 40:56].astype(int) - head[40:56, 40:56]).mean() > 5
