"""The face detectors: BlazeFace (`blazeface`), OpenCV's YuNet, and scikit-image's LBP cascade, which needs no file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from skimage.data import lbp_frontal_face_cascade_filename
from skimage.feature import Cascade

from influencer_style.faces.blazeface import BlazeFace
from influencer_style.faces.detectors import DETECTORS, DetectorError, DetectorName, resolved, yunet_file
from influencer_style.faces.face import Face, shared, shrink
from influencer_style.pretrained.catalogue import PretrainedError


class Detector(Protocol):
    """Anything that finds faces. Threads must not share one."""

    def find(self, photo: np.ndarray) -> list[Face]:
        """Return the faces in a uint8 RGB photo (height, width, 3), the surest first."""


def make_detector(name: DetectorName, model_path: str | Path | None = None) -> Detector:
    """Return the detector called ``name``.

    Args:
        name: One of `detectors.DETECTORS`; `auto` is the best that is here, see `detectors.resolved`.
        model_path: YuNet's file; without it, the one that the environment variable `INFLUENCER_STYLE_YUNET` names.

    Raises:
        DetectorError: If the name is unknown, or a model's file is missing or damaged.
    """
    match resolved(name):
        case "blazeface":
            try:
                return BlazeFace()
            except PretrainedError as error:
                raise DetectorError(str(error)) from None
        case "lbp":
            return LbpCascade()
        case "yunet":
            return YuNet(yunet_file(model_path))
    raise DetectorError(f"there is no face detector {name!r}; choose one of: {', '.join(DETECTORS)}")


class LbpCascade:
    """scikit-image's frontal face cascade.

    Its windows are grouped here rather than by scikit-image, which leaves several overlapping boxes on 60% of real
    portraits: the window with most neighbours founds a face, whose box is their median, and takes what overlaps it.
    The number of neighbours is the score. It works on the red channel, where skin of any tone is brightest, with its
    local contrast raised: on dark and tinted studio portraits that found 36 of 36 faces, where grey found 26.
    """

    # Measurements: the faces of 57 real portraits have 10 windows (one, in profile) or 22 and more, those of 60 studio
    # portraits 21 and more; the best of 15 pictures without one has 8. Faces below a tenth of the long side are missed.
    LONG_SIDE, WINDOW, SCALE, SUPPORT = 320, 32, 1.05, 9

    def __init__(self) -> None:
        self._cascade = Cascade(lbp_frontal_face_cascade_filename())
        self._contrast = cv2.createCLAHE(2.0, (4, 4))

    def find(self, photo: np.ndarray) -> list[Face]:
        """Return the faces, as `Detector` says."""
        small, scale = shrink(photo, self.LONG_SIDE)
        short = min(small.shape[:2])
        if short < self.WINDOW:
            return []
        # A threshold above 1 keeps every window apart, so that they can be grouped here.
        found = self._cascade.detect_multi_scale(
            self._contrast.apply(np.ascontiguousarray(small[:, :, 0])),
            scale_factor=self.SCALE,
            step_ratio=1,
            min_size=(self.WINDOW, self.WINDOW),
            max_size=(short, short),
            min_neighbor_number=1,
            intersection_score_threshold=2.0,
        )
        windows = sorted((w["c"], w["r"], w["width"]) for w in found)
        groups = _group(np.array(windows, np.float64).reshape(-1, 3))
        surest = [face for face in groups if face.score >= self.SUPPORT]
        return [Face(face.x / scale, face.y / scale, face.side / scale, face.score) for face in surest]


class YuNet:
    """OpenCV's YuNet (a small network, as an ONNX file), with both eyes."""

    LONG_SIDE, SCORE = 640, 0.6
    # YuNet's boxes reach from the hairline to the chin; a square of their area, this much larger, has the LBP
    # cascade's centre (within 2% of the side) and side (mean ratio 1.00, deviation 0.05) on 60 real portraits.
    SIDE = 1.04

    def __init__(self, model_path: str | Path) -> None:
        path = yunet_file(model_path)
        level = cv2.utils.logging.getLogLevel()
        cv2.utils.logging.setLogLevel(2)  # OpenCV 5 warns of a back-end choice that was never made
        try:
            self._network = cv2.FaceDetectorYN.create(str(path), "", (320, 320), self.SCORE)
            self._network.detect(np.zeros((320, 320, 3), np.uint8))
        except (cv2.error, SystemError) as error:
            why = " ".join(str(error).split())[-120:]
            raise DetectorError(
                f"{path} is not a YuNet model ({why}); name YuNet's .onnx file, or choose the detector lbp"
            ) from None
        finally:
            cv2.utils.logging.setLogLevel(level)

    def find(self, photo: np.ndarray) -> list[Face]:
        """Return the faces, as `Detector` says."""
        small, scale = shrink(photo, self.LONG_SIDE)
        self._network.setInputSize((small.shape[1], small.shape[0]))
        _, rows = self._network.detect(np.ascontiguousarray(small[:, :, ::-1]))
        faces = []
        for row in () if rows is None else rows.astype(np.float64):
            left, top, width, height, *marks = row[:8] / scale
            if width <= 0 or height <= 0:
                continue
            side = self.SIDE * math.sqrt(width * height)
            first, second = sorted(((marks[0], marks[1]), (marks[2], marks[3])))
            x, y = left + (width - side) / 2, top + (height - side) / 2
            faces.append(Face(x, y, side, float(row[-1]), (first, second)))
        return sorted(faces, key=lambda face: -face.score)


def _group(windows: np.ndarray) -> list[Face]:
    """Group windows (n, 3: left, top, side) into faces, best supported first."""
    left, top, side = windows.T
    wide = np.minimum.outer(left + side, left + side) - np.maximum.outer(left, left)
    high = np.minimum.outer(top + side, top + side) - np.maximum.outer(top, top)
    overlap = np.clip(wide, 0, None) * np.clip(high, 0, None)
    near = overlap > 0.4 * (np.add.outer(side**2, side**2) - overlap)
    free, faces = np.ones(len(windows), bool), []
    while free.any():
        founder = int(np.argmax((near & free).sum(1) * free))
        members = near[founder] & free
        x, y, extent = np.median(np.c_[left + side / 2, top + side / 2, side][members], 0)
        face = Face(x - extent / 2, y - extent / 2, extent, float(members.sum()))
        faces.append(face)
        free &= ~members
        for other in np.flatnonzero(free):
            free[other] = shared(face, Face(left[other], top[other], side[other], 1.0)) <= 0.3
    return sorted(faces, key=lambda face: -face.score)
