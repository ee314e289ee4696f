"""Faces are found, and graded."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.data import astronaut, coffee

from influencer_style.faces.detect import LbpCascade, YuNet, make_detector
from influencer_style.faces.detectors import YUNET_FILE, DetectorError
from influencer_style.faces.examine import (
    Standards,
    examine,
    grade_faces,
    grade_frame,
    grade_sharpness,
    grade_size,
    sharpness,
)
from influencer_style.faces.face import Face, main_faces
from influencer_style.photos.decode import decode_photo

STANDARDS = Standards(size=128, margin=2.0, least_face=40, least_sharpness=0.015, most_cut=0.1, second_face=0.5)
PHOTOS, YUNET = os.environ.get("INFLUENCER_STYLE_PHOTOS"), os.environ.get("INFLUENCER_STYLE_YUNET")
needs_photos = pytest.mark.skipif(not PHOTOS, reason="INFLUENCER_STYLE_PHOTOS names no real photos")
needs_yunet = pytest.mark.skipif(not YUNET, reason="INFLUENCER_STYLE_YUNET names no model")


@pytest.fixture(scope="module")
def cascade():
    return LbpCascade()


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_cascade_finds_one_face_in_one_box(cascade, scale):
    photo = cv2.resize(astronaut(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    faces = cascade.find(photo)
    assert len(faces) == 1
    assert np.allclose(faces[0].centre, np.array([223, 115]) * scale, atol=15 * scale)
    assert 80 * scale < faces[0].side < 140 * scale


def test_examine_keeps_a_face_and_names_what_is_wrong_with_others(cascade):
    photo = astronaut()
    row, crop = examine(photo, cascade, STANDARDS)
    assert row.status == "kept" and row.reason == "" and crop.shape == (128, 128, 3)
    assert abs(row.cx - 223) < 20 and row.side == pytest.approx(2 * row.face_px)

    def reason(picture):
        row, crop = examine(picture, cascade, STANDARDS)
        assert row.status == "rejected" and crop is None
        return row.reason.partition(":")[0]

    assert reason(coffee()) == "no_face"
    assert reason(np.zeros((64, 500, 3), np.uint8)) == "no_face"
    assert reason(np.hstack([photo[:, :400], photo[:, :400]])) == "several_faces"
    assert reason(cv2.resize(photo, (150, 150), interpolation=cv2.INTER_AREA)) == "too_small"
    assert reason(cv2.GaussianBlur(photo, (0, 0), 7)) == "blurred"


def test_second_faces_count_from_half_the_largest_ones_area():
    large = Face(0, 0, 100, 9)
    assert main_faces([Face(300, 0, 69, 50), large]) == [large]
    assert len(main_faces([Face(300, 0, 72, 5), large])) == 2
    assert main_faces([Face(20, 10, 90, 50), large]) == [large]
    assert grade_faces([large, Face(300, 0, 72, 5)]).startswith("several_faces: 2")
    assert grade_faces([]).startswith("no_face") and grade_faces([large]) is None


def test_limits_of_size_frame_and_sharpness():
    assert grade_size(Face(0, 0, 40, 1), 40) is None and grade_size(Face(0, 0, 39.9, 1), 40).startswith("too_small")
    inside, outside = Face(-10, 5, 100, 1), Face(5, 111, 100, 1)
    assert grade_frame(inside, (200, 300), 0.1) is None
    assert grade_frame(outside, (200, 300), 0.1).startswith("cut_off: 11%")
    assert grade_sharpness(0.02, 0.015) is None and grade_sharpness(0.01, 0.015).startswith("blurred")


def test_sharpness_ignores_brightness_and_contrast():
    photo, face = astronaut(), Face(168, 63, 110, 1)
    dull = (photo * 0.4 + 90).astype(np.uint8)
    assert sharpness(dull, face) == pytest.approx(sharpness(photo, face), rel=0.1)
    assert sharpness(cv2.GaussianBlur(photo, (0, 0), 4), face) < 0.1 * sharpness(photo, face)


def test_wrong_models_are_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.delenv(YUNET_FILE, raising=False)
    with pytest.raises(DetectorError, match=r"none.onnx is not a file; name the .onnx file in preprocessing.yunet_mo"):
        YuNet(tmp_path / "none.onnx")
    with pytest.raises(DetectorError, match=r"no file is named; .* INFLUENCER_STYLE_YUNET, or choose"):
        make_detector("yunet")
    monkeypatch.setenv(YUNET_FILE, str(tmp_path / "moved.onnx"))
    with pytest.raises(DetectorError, match=r"moved\.onnx is not a file"):
        make_detector("yunet")
    (tmp_path / "wrong.onnx").write_bytes(b"not a network")
    with pytest.raises(DetectorError, match=r"wrong.onnx is not a YuNet model"):
        YuNet(tmp_path / "wrong.onnx")
    monkeypatch.setenv(YUNET_FILE, str(tmp_path / "wrong.onnx"))
    with pytest.raises(DetectorError, match=r"wrong.onnx is not a YuNet model"):
        make_detector("yunet")
    with pytest.raises(DetectorError, match="no face detector 'hog'; choose one of: auto, blazeface, lbp, yunet"):
        make_detector("hog")


@needs_photos
@pytest.mark.parametrize(
    ("name", "least", "edge"),
    [
        pytest.param(
            "lbp", 44, {"two_people.jpg": "several_faces", "partial_face.jpg": "no_face"}, marks=pytest.mark.slow
        ),
        pytest.param(
            "yunet", 46, {"two_people.jpg": "several_faces", "partial_face.jpg": "cut_off"}, marks=needs_yunet
        ),
    ],
)
def test_real_portraits(name, least, edge):
    detector, photos = make_detector(name, YUNET), Path(PHOTOS)
    reasons = [examine(decode_photo(p), detector, STANDARDS)[0].reason for p in photos.glob("creators/*/*.jpg")]
    assert len(reasons) == 46 and reasons.count("") >= least
    for file, code in edge.items():
        row, _ = examine(decode_photo(photos / "edge" / file), detector, STANDARDS)
        assert row.reason.partition(":")[0] == code
    assert examine(decode_photo(photos / "edge" / "small_face.jpg"), detector, STANDARDS)[0].status == "kept"


@needs_photos
@needs_yunet
def test_both_detectors_frame_alike():
    cascade, network, ratios, shifts = LbpCascade(), YuNet(YUNET), [], []
    for path in sorted(Path(PHOTOS).glob("users/*")):
        photo = decode_photo(path)
        one, other = main_faces(cascade.find(photo))[0], main_faces(network.find(photo))[0]
        ratios.append(one.side / other.side)
        shifts.append(np.subtract(one.centre, other.centre) / other.side)
        assert other.eyes is not None and other.eyes[0][0] < other.eyes[1][0]
    assert abs(np.mean(ratios) - 1) < 0.05 and np.abs(np.mean(shifts, 0)).max() < 0.05
