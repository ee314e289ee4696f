"""Coarse areas refined along a photo's own edges."""

import cv2
import numpy as np
import pytest

from influencer_style.faces.align import CropTransform
from influencer_style.faces.matting import SoftAreas, reach, refine

HAIR, BACKGROUND = 3, 4


def soft(hair, size):
    """Six areas at `size` px, of which hair and background show."""
    shares = np.zeros((6, size, size), np.float32)
    shares[HAIR] = cv2.resize(hair.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    shares[BACKGROUND] = 1 - shares[HAIR]
    return shares


def read(matte, photo):
    """The areas at the photo's size, (k, h, w)."""
    box = matte.box
    size = box.right - box.left, box.bottom - box.top
    levels = photo[box.top : box.bottom, box.left : box.right].astype(np.float32).transpose(2, 0, 1) / 255
    found = []
    for planes in matte.planes:
        red, green, blue, one = (cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in planes)
        found.append((red * levels[0] + green * levels[1] + blue * levels[2] + one).clip(0, 1))
    return np.stack(found) / np.sum(found, 0).clip(1e-3)


def portrait(side=512, dark=40, light=200, noise=6):
    """A dark disc before a light wall, with single strands that leave it; and where it is."""
    hair = np.zeros((side, side), np.uint8)
    cv2.circle(hair, (side // 2, side // 2), side // 4, 1, -1)
    for degrees in range(0, 360, 20):
        way = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        first, last = (tuple(np.round(side / 2 + way * side * r).astype(int).tolist()) for r in (0.2, 0.27))
        cv2.line(hair, first, last, 1, 2)
    rng = np.random.default_rng(0)
    photo = np.where(hair[..., None] > 0, dark, light) + rng.normal(0, noise, (side, side, 3))
    return photo.clip(0, 255).astype(np.uint8), hair > 0


@pytest.mark.parametrize("size", [64, 256])
def test_areas_end_at_the_photos_edge_strand_by_strand(size):
    photo, hair = portrait()
    disc = np.zeros_like(photo[..., 0])
    cv2.circle(disc, (262, 256), 124, 1, -1)  # some pixels beside the edge, without the strands
    areas = SoftAreas(soft(disc, size), CropTransform(256, 256, 512))
    found = read(refine(areas, photo), photo)[HAIR]
    assert np.abs(found - hair).mean() < 0.01
    coarse = cv2.resize(areas.shares[HAIR], (512, 512))
    assert np.abs(found - hair).mean() < 0.4 * np.abs(coarse - hair).mean()


def test_where_colours_say_nothing_the_coarse_areas_stay():
    photo, hair = portrait(dark=120, light=120)
    disc = cv2.GaussianBlur(hair.astype(np.float32), (0, 0), 2) > 0.5
    areas = SoftAreas(soft(disc, 128), CropTransform(256, 256, 512))
    found = read(refine(areas, photo), photo)[HAIR]
    assert np.abs(found - cv2.resize(areas.shares[HAIR], (512, 512))).mean() < 0.02


def test_an_area_of_the_same_colour_far_off_is_left_alone():
    photo, hair = portrait()
    photo[:60, :60] = 40
    found = read(refine(SoftAreas(soft(hair, 128), CropTransform(256, 256, 512)), photo), photo)[HAIR]
    assert found[:60, :60].max() < 0.01


@pytest.mark.parametrize("angle", [0.0, 0.3])
def test_a_turned_crop_finds_the_same_edge(angle):
    photo, hair = portrait()
    crop = CropTransform(250, 260, 420, angle)
    whole = SoftAreas(soft(hair, 512), CropTransform(256, 256, 512))
    matte = refine(SoftAreas(whole.over(crop, 128), crop), photo)
    box = matte.box
    found = read(matte, photo)[HAIR]
    assert np.abs(found - hair[box.top : box.bottom, box.left : box.right]).mean() < 0.015


def test_areas_over_another_crop_are_averaged_in_their_place():
    shares = np.zeros((6, 100, 100), np.float32)
    shares[HAIR, :, :50], shares[BACKGROUND, :, 50:] = 1, 1
    areas = SoftAreas(shares, CropTransform(100, 100, 200))
    over = areas.over(CropTransform(100, 100, 100), 4)
    assert over.shape == (6, 4, 4) and np.allclose(over.sum(0), 1, atol=1e-5)
    assert np.allclose(over[HAIR], [[1, 1, 0, 0]] * 4, atol=0.05)
    beyond = areas.over(CropTransform(300, 100, 100), 4)
    assert np.allclose(beyond[BACKGROUND], 1), "the edge goes on"


def test_what_lies_outside_the_photo_is_not_looked_at():
    box = reach(CropTransform(10, 10, 100), (80, 60, 3))
    assert (box.left, box.top) == (0, 0) and box.right == 60 and box.bottom == 80
    photo = np.full((80, 60, 3), 120, np.uint8)
    matte = refine(SoftAreas(soft(np.ones((8, 8)), 8), CropTransform(10, 10, 100)), photo)
    assert np.isfinite(matte.planes).all()
