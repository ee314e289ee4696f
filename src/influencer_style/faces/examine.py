"""One photo to one graded crop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from influencer_style.faces.align import crop_face, transform_for
from influencer_style.faces.detect import Detector, main_faces
from influencer_style.faces.quality import grade_faces, grade_frame, grade_sharpness, grade_size, sharpness


@dataclass(frozen=True)
class Standards:
    """What a crop must be: its size in pixels, its margin in face boxes, and the limits of the grading.

    ``least_face`` in photo pixels; ``least_sharpness`` as ``quality.sharpness``; ``most_cut`` as a share of the face's
    side; ``second_face`` as a share of the largest face's area, from which on another face counts.
    """

    size: int
    margin: float
    least_face: float
    least_sharpness: float
    most_cut: float
    second_face: float


def examine(photo: np.ndarray, detector: Detector, standards: Standards) -> tuple[dict[str, Any], np.ndarray | None]:
    """Find, grade and crop the face in a uint8 RGB photo (height, width, 3).

    Returns:
        What the face store's row says of it (status, reason, cx, cy, side, angle, face_px, sharpness; numbers are NaN
        where there is no face), and the crop, uint8 (size, size, 3), or None for a rejected photo.
    """
    row: dict[str, Any] = rejected("")
    faces = detector.find(photo)
    reason = grade_faces(faces, standards.second_face)
    if faces:
        face = main_faces(faces)[0]
        transform, sharp = transform_for(face, standards.margin, photo.shape), sharpness(photo, face)
        row |= {"cx": transform.cx, "cy": transform.cy, "side": transform.side, "angle": transform.angle}
        row |= {"face_px": face.side, "sharpness": sharp}
        reason = (
            reason
            or grade_size(face, standards.least_face)
            or grade_frame(face, photo.shape, standards.most_cut)
            or grade_sharpness(sharp, standards.least_sharpness)
        )
    if reason:
        return row | {"reason": reason}, None
    return row | {"status": "kept"}, crop_face(photo, transform, standards.size)


def rejected(reason: str) -> dict[str, Any]:
    """Return the row of a photo that was left out before a face was looked for."""
    numbers = dict.fromkeys(("cx", "cy", "side", "angle", "face_px", "sharpness"), float("nan"))
    return {"status": "rejected", "reason": reason, **numbers}
