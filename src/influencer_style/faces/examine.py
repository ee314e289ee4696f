"""One photo to one graded crop. Each check of the grading returns the reason of a rejection, or None."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from influencer_style.faces.align import crop_face, transform_for
from influencer_style.faces.detect import Detector
from influencer_style.faces.face import Face, main_faces, shrink

FACE_SIDE = 96  # sharpness is judged at this size: detail finer than that does not reach a crop


@dataclass(frozen=True)
class Standards:
    """The requirements for a crop: its size in pixels, its margin in face boxes, and the limits of the grading.

    ``least_face`` in photo pixels; ``least_sharpness`` as ``quality.sharpness``; ``most_cut`` as a share of the face's
    side; ``second_face`` as a share of the largest face's area, from which on another face counts.
    """

    size: int
    margin: float
    least_face: float
    least_sharpness: float
    most_cut: float
    second_face: float


@dataclass(frozen=True)
class Grading:
    """What the face store's row says of a photo; numbers are NaN if no face was found."""

    status: str = "rejected"
    reason: str = ""
    cx: float = math.nan
    cy: float = math.nan
    side: float = math.nan
    angle: float = math.nan
    face_px: float = math.nan
    sharpness: float = math.nan


def examine(photo: np.ndarray, detector: Detector, standards: Standards) -> tuple[Grading, np.ndarray | None]:
    """Find, grade and crop the face in a uint8 RGB photo (height, width, 3).

    Returns:
        The grading, and the crop, uint8 (size, size, 3), or None for a rejected photo.
    """
    faces = detector.find(photo)
    reason = grade_faces(faces, standards.second_face)
    if not faces:
        return Grading(reason=reason or ""), None
    face = main_faces(faces)[0]
    transform, sharp = transform_for(face, standards.margin, photo.shape), sharpness(photo, face)
    place = transform.cx, transform.cy, transform.side, transform.angle
    reason = (
        reason
        or grade_size(face, standards.least_face)
        or grade_frame(face, photo.shape, standards.most_cut)
        or grade_sharpness(sharp, standards.least_sharpness)
    )
    grading = Grading("rejected", reason or "", *place, face.side, sharp)
    if reason:
        return grading, None
    return replace(grading, status="kept"), crop_face(photo, transform, standards.size)


def grade_faces(faces: Sequence[Face], second: float = 0.5) -> str | None:
    """Return no_face or several_faces (with what was found), or None if exactly one face counts."""
    counted = main_faces(faces, second)
    if not counted:
        return "no_face: no face was found"
    if len(counted) > 1:
        return f"several_faces: {len(counted)} faces of similar size"
    return None


def grade_size(face: Face, least: float) -> str | None:
    """Return too_small if the face's box is less than ``least`` photo pixels wide."""
    return f"too_small: the face is {face.side:.0f} px wide, less than {least:.0f}" if face.side < least else None


def grade_frame(face: Face, shape: tuple[int, ...], most: float) -> str | None:
    """Return cut_off if more than the share ``most`` of the face's side lies outside a photo of ``shape`` (h, w)."""
    beyond = max(-face.x, -face.y, face.x + face.side - shape[1], face.y + face.side - shape[0]) / face.side
    return f"cut_off: {beyond:.0%} of the face lies outside the photo" if beyond > most else None


def grade_sharpness(value: float, least: float) -> str | None:
    """Return blurred if the sharpness ``value`` is below ``least``."""
    return f"blurred: sharpness {value:.4f}, less than {least:.4f}" if value < least else None


def sharpness(photo: np.ndarray, face: Face) -> float:
    """Return how sharp a face is: the variance of its Laplacian over the variance of its grey, at most 96 px wide.

    Independent of brightness and contrast, which belong to a look.
    """
    height, width = photo.shape[:2]
    x0, x1 = max(0, int(face.x)), min(width, int(face.x + face.side) + 1)
    y0, y1 = max(0, int(face.y)), min(height, int(face.y + face.side) + 1)
    if x1 - x0 < 3 or y1 - y0 < 3:
        return 0.0
    small, _ = shrink(photo[y0:y1, x0:x1], FACE_SIDE)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var() / max(float(grey.var()), 1.0))
