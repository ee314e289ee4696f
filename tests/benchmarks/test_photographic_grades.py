"""The grades are what they say: pure, deterministic, the same at any size, and each a look of its own."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from benchmarks.further_grades import COLOURLESS, FURTHER, NEUTRAL
from benchmarks.photographic_grades import GRADES
from influencer_style.metrics.colour import delta_e, to_lab

ALL = GRADES | FURTHER
each_grade = pytest.mark.parametrize("grade", ALL.values(), ids=ALL)


@each_grade
def test_same_pixels_every_time_and_the_input_is_left_alone(grade, made_up):
    (picture,) = made_up(1, 96, seed=3)
    before = picture.copy()
    first, second = grade(picture), grade(picture)
    assert first.shape == picture.shape and first.dtype == np.uint8
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(picture, before)


@each_grade
def test_none_is_the_identity_or_wipes_the_picture_out(grade, made_up):
    pictures = made_up(8, 64, seed=5)
    graded = np.stack([grade(picture) for picture in pictures])
    assert delta_e(graded, pictures).mean() > 1
    assert graded.std((1, 2)).mean() > 0.2 * pictures.std((1, 2)).mean()


@each_grade
@pytest.mark.parametrize("shape", [(48, 80), (80, 48)])
def test_pictures_need_not_be_square(grade, shape, made_up):
    picture = cv2.resize(made_up(1, 96)[0], shape[::-1])
    assert grade(picture).shape == (*shape, 3)


@each_grade
def test_the_same_at_four_times_the_pixels(grade, made_up):
    (large,) = made_up(1, 256, seed=7)

    def halved(picture: np.ndarray) -> np.ndarray:
        return cv2.resize(picture, (128, 128), interpolation=cv2.INTER_AREA)

    after, before = halved(grade(large)), grade(halved(large))
    assert delta_e(after[None], before[None])[0] < 0.5


def test_no_two_are_alike(made_up):
    pictures = made_up(6, 64, seed=11)
    graded = {name: np.stack([grade(picture) for picture in pictures]) for name, grade in ALL.items()}
    for a, b in itertools.combinations(ALL, 2):
        assert delta_e(graded[a], graded[b]).mean() > 1, (a, b)


@each_grade
def test_what_is_no_picture_is_refused(grade):
    with pytest.raises(ValueError, match="uint8"):
        grade(np.zeros((8, 8, 3), np.float32))
    with pytest.raises(ValueError, match="uint8"):
        grade(np.zeros((8, 8), np.uint8))


def test_black_and_white_is_toned_by_lightness_alone():
    levels = np.arange(0, 256, 5, dtype=np.uint8)
    grey = np.repeat(levels[None, :, None], 3, 2).repeat(8, 0)
    toned = GRADES["toned_silver"](grey)[0].astype(int)
    assert (np.diff(toned, axis=0) >= 0).all()
    assert toned[-1, 0] > toned[-1, 2] + 10


@pytest.mark.parametrize("name", [*COLOURLESS, *NEUTRAL])
def test_what_is_called_neutral_keeps_greys_and_what_is_called_colourless_has_no_colour(name, made_up):
    grey = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2).repeat(4, 0)
    shown = grey if name in NEUTRAL else made_up(1, 64, seed=13)[0]
    assert np.abs(to_lab(ALL[name](shown))[..., 1:]).max() < 0.5


def test_shadows_are_teal_and_the_middle_orange():
    dark, middle = (np.full((8, 8, 3), level, np.uint8) for level in (40, 165))
    (shadow,), (skin,) = (to_lab(ALL["blockbuster"](flat))[:1, 0] for flat in (dark, middle))
    assert shadow[1] < -5 and shadow[2] < -5 and skin[1] > 3 and skin[2] > 8


def test_local_contrast_leaves_flat_areas_alone():
    flat = np.full((64, 64, 3), (180, 120, 90), np.uint8)
    assert delta_e(GRADES["clarity"](flat)[None], flat[None])[0] < 0.5


def test_the_hue_panel_leaves_greys_alone():
    grey = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    assert np.abs(GRADES["hue_panel"](grey).astype(int) - grey).max() <= 1
