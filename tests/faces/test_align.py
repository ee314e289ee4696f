"""Crops and the transforms that lead back."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from influencer_style.faces.align import MAX_ROLL, CropTransform, crop_coordinates, crop_face, transform_for
from influencer_style.faces.face import Face

transforms = st.builds(
    CropTransform, st.floats(-500, 5000), st.floats(-500, 5000), st.floats(10, 4000), st.floats(-0.4, 0.4)
)


@given(transforms, st.integers(16, 512), st.floats(-1000, 6000), st.floats(-1000, 6000))
def test_the_matrix_leads_there_and_back(transform, size, x, y):
    matrix = transform.matrix(size)
    back = cv2.invertAffineTransform(matrix)
    assert np.allclose(back @ [*(matrix @ [x, y, 1]), 1], [x, y], atol=1e-5)
    assert np.allclose(matrix @ [transform.cx, transform.cy, 1], size / 2, atol=1e-6)
    assert math.isclose(math.sqrt(np.linalg.det(matrix[:, :2])), size / transform.side, rel_tol=1e-9)


@given(transforms)
def test_pasting_uses_the_same_map(transform):
    across, down = crop_coordinates(transform, np.arange(40) + 0.5, np.array([7.5, 8.5]))
    mapped = transform.matrix(1) @ [12.5, 7.5, 1]
    assert np.allclose([across[0, 12], down[0, 12]], mapped, atol=1e-3)


def ramp(height, width):
    y, x = np.mgrid[:height, :width]
    return np.rint(np.dstack([(x + 0.5) * 255 / width, (y + 0.5) * 255 / height, 0 * x])).astype(np.uint8)


@pytest.mark.parametrize(("side", "size"), [(64, 64), (128, 64), (50, 128), (300, 64)])
def test_a_crop_shows_its_square(side, size):
    photo = ramp(400, 500)
    crop = crop_face(photo, CropTransform(250, 200, side), size)
    assert crop.shape == (size, size, 3) and crop.dtype == np.uint8
    places = 200 - side / 2 + (np.arange(size) + 0.5) * side / size
    assert np.abs(crop[:, size // 2, 1] - places * 255 / 400).max() <= 1.1
    assert np.abs(crop[size // 2, :, 0] - (places + 50) * 255 / 500).max() <= 1.1


def test_a_whole_photo_in_its_own_size_is_itself():
    photo = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    assert np.array_equal(crop_face(photo, CropTransform(32, 32, 64), 64), photo)


def test_a_quarter_turn():
    photo = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    crop = crop_face(photo, CropTransform(32, 32, 64, math.pi / 2), 64)
    assert np.array_equal(crop, np.rot90(photo))


def test_shrinking_does_not_alias():
    photo = np.zeros((512, 512, 3), np.uint8)
    photo[:, ::2] = 255  # stripes of one pixel
    crop = crop_face(photo, CropTransform(256, 256, 500), 50)
    assert np.abs(crop.astype(int) - 128).max() <= 3


def test_beyond_the_edge_the_photo_is_mirrored():
    photo = ramp(100, 100)
    crop = crop_face(photo, CropTransform(0, 50, 60), 60)
    assert np.abs(crop[:, :30][:, ::-1].astype(int) - crop[:, 30:]).max() <= 3


def test_squares_without_a_photo_are_refused():
    for transform in (CropTransform(1000, 50, 60), CropTransform(50, 50, 0), CropTransform(float("nan"), 50, 60)):
        with pytest.raises(ValueError, match=r"a crop needs|lies outside"):
            crop_face(ramp(100, 100), transform, 60)


def test_crops_are_level_centred_a_little_high_and_stay_in_the_photo():
    middle = transform_for(Face(400, 400, 200, 1, ((450, 450), (550, 450))), 2.0, (1000, 1000))
    assert (middle.cx, middle.side, middle.angle) == (500, 400, 0) and middle.cy == pytest.approx(476)
    rolled = transform_for(Face(400, 400, 200, 1, ((450, 440), (550, 470))), 2.0, (1000, 1000))
    assert rolled.angle == pytest.approx(math.atan2(30, 100))
    lying = transform_for(Face(400, 400, 200, 1, ((500, 400), (500, 480))), 2.0, (1000, 1000))
    assert lying.angle == MAX_ROLL
    high = transform_for(Face(400, 80, 200, 1), 2.0, (1000, 1000))
    assert high.cy - high.side / 2 == pytest.approx(0)
    higher = transform_for(Face(400, 0, 200, 1), 2.0, (1000, 1000))
    assert higher.cy == pytest.approx(76 + 0.12 * 400)
    large = transform_for(Face(200, 250, 640, 1), 2.0, (1024, 1024))
    assert (large.cx, large.cy, large.side) == (512, 512, 1024)
    close = transform_for(Face(10, 10, 80, 1), 2.0, (100, 100))
    assert close.side == pytest.approx(1.4 * 80)
