"""Is a face good enough to learn from? Pure functions that return None, or the reason why it is not."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from influencer_style.faces.detect import Face, main_faces, shrink

FACE_SIDE = 96  # sharpness is judged at this size: detail finer than that does not reach a crop


def grade_faces(faces: Sequence[Face], second: float = 0.5) -> str | None:
    """Return no_face or several_faces (each with what was seen), or None where exactly one face counts."""
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
