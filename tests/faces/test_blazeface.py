"""BlazeFace and the face mesh on a photograph that comes with a dependency (NASA, no known copyright restrictions)."""

import math

import cv2
import numpy as np
import pytest
from skimage import data

from influencer_style.faces.align import transform_for
from influencer_style.faces.blazeface import brightened
from influencer_style.faces.detect import make_detector
from influencer_style.faces.detectors import resolved
from influencer_style.faces.face import main_faces

pytestmark = pytest.mark.skipif(resolved("auto") != "blazeface", reason="the face models were not fetched at set-up")
EYES = np.array([[203.3, 102.7], [247.6, 104.3]])  # the astronaut's, by eye


@pytest.fixture(scope="module")
def detector():
    return make_detector("auto")


@pytest.fixture(scope="module")
def photo():
    return np.ascontiguousarray(data.astronaut())


def moved(photo, degrees, scale, size):
    """The photo turned and scaled about the face, and where its eyes are then."""
    turn = cv2.getRotationMatrix2D(tuple(EYES.mean(0)), -degrees, scale)
    turn[:, 2] += np.array([size / 2, size / 2]) - EYES.mean(0)
    made = cv2.warpAffine(photo, turn, (size, size), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    return made, EYES @ turn[:, :2].T + turn[:, 2]


def right(face, eyes, share=0.15):
    return np.linalg.norm(np.array(face.eyes) - eyes, axis=1).max() < share * np.linalg.norm(eyes[1] - eyes[0])


def test_a_face_is_found_once_with_its_eyes_and_points(detector, photo):
    (face,) = detector.find(photo)
    assert right(face, EYES)
    assert face.points.shape == (468, 2)
    assert 75 < face.side < 115, "about from the brows to the chin"


@pytest.mark.parametrize("degrees", [-60, -25, 25, 60])
def test_a_tilted_face_is_found_and_its_crop_stands_upright(detector, photo, degrees):
    tilted, eyes = moved(photo, degrees, 1.0, 512)
    (face,) = main_faces(detector.find(tilted))
    assert right(face, eyes)
    assert math.degrees(transform_for(face, 2.0, tilted.shape).angle) == pytest.approx(degrees, abs=6)


@pytest.mark.parametrize("share", [0.05, 0.1])
def test_a_small_face_is_found(detector, photo, share):
    small, eyes = moved(photo, 0, share * 1600 / 95, 1600)
    (face,) = main_faces(detector.find(small))
    assert right(face, eyes, 0.2)


def test_a_dark_photo_is_looked_at_in_more_light(detector, photo):
    table = np.round(255 * ((np.arange(256) / 255) ** 2.2 / 10) ** (1 / 2.2)).astype(np.uint8)
    dark = cv2.LUT(photo, table)
    assert right(detector.find(dark)[0], EYES)
    assert np.array_equal(brightened(photo), photo)
    assert brightened(np.zeros((40, 40, 3), np.uint8)).max() == 0


@pytest.mark.parametrize("name", ["coffee", "chelsea", "brick", "grass"])
def test_no_face_is_found_where_there_is_none(detector, name):
    picture = getattr(data, name)()
    picture = np.ascontiguousarray(picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, 2))
    assert detector.find(picture) == []


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 2), (17, 31)])
def test_photos_of_odd_shapes_have_no_face_and_no_error(detector, shape):
    assert detector.find(np.full((*shape, 3), 90, np.uint8)) == []
