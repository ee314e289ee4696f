"""From a face to an aligned square crop, by a transform that leads back into the photo."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from influencer_style.faces.detect import Face

LIFT = 0.06  # the crop's centre lies this share of its side above the face's: hair is taller than a neck is long
MAX_ROLL = math.radians(20)


@dataclass(frozen=True)
class CropTransform:
    """A square in a photo: centre (cx, cy) and side in photo pixels, roll in radians (clockwise as seen, y downward).

    Pixel coordinates are continuous: (0, 0) is the photo's top left corner, pixel centres lie at halves.
    """

    cx: float
    cy: float
    side: float
    angle: float = 0.0

    def matrix(self, size: int) -> np.ndarray:
        """Return the affine map (2, 3), float64, from continuous photo to crop coordinates, the crop ``size`` pixels."""
        scale = size / self.side
        cos, sin = scale * math.cos(self.angle), scale * math.sin(self.angle)
        across = size / 2 - cos * self.cx - sin * self.cy
        down = size / 2 + sin * self.cx - cos * self.cy
        return np.array([[cos, sin, across], [-sin, cos, down]])


def transform_for(face: Face, margin: float) -> CropTransform:
    """Return the crop for ``face``: ``margin`` times its box, a little above its centre, level where eyes are known."""
    angle = 0.0
    if face.eyes is not None:
        (x0, y0), (x1, y1) = face.eyes
        angle = max(-MAX_ROLL, min(MAX_ROLL, math.atan2(y1 - y0, x1 - x0)))
    side = margin * face.side
    x, y = face.centre
    return CropTransform(x + LIFT * side * math.sin(angle), y - LIFT * side * math.cos(angle), side, angle)


def crop_face(photo: np.ndarray, transform: CropTransform, size: int) -> np.ndarray:
    """Return the crop, uint8 (size, size, 3), of a uint8 RGB photo (height, width, 3).

    Beyond its edges the photo is mirrored. A larger region is first averaged down, so nothing aliases.

    Raises:
        ValueError: if the square lies wholly outside the photo, or is not finite.
    """
    height, width = photo.shape[:2]
    reach = transform.side * (abs(math.cos(transform.angle)) + abs(math.sin(transform.angle))) / 2
    if not math.isfinite(reach) or reach <= 0:
        raise ValueError(f"a crop needs a finite, positive side, got {transform}")
    left, right = math.floor(transform.cx - reach) - 2, math.ceil(transform.cx + reach) + 2
    top, bottom = math.floor(transform.cy - reach) - 2, math.ceil(transform.cy + reach) + 2
    x0, x1, y0, y1 = max(left, 0), min(right, width), max(top, 0), min(bottom, height)
    if x0 >= x1 or y0 >= y1:
        raise ValueError(f"{transform} lies outside the photo of {width} x {height} pixels")
    # Only the part that is needed is touched: cut, average down to about the crop's scale, then turn.
    part = photo[y0:y1, x0:x1]
    shrunk = min(1.0, size / transform.side)
    if shrunk < 1.0:
        small = max(1, round(part.shape[1] * shrunk)), max(1, round(part.shape[0] * shrunk))
        part = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
    # Continuous coordinates of the part, then pixel indices (centres at whole numbers) on both sides of the map.
    to_photo = np.array([[(x1 - x0) / part.shape[1], 0, x0], [0, (y1 - y0) / part.shape[0], y0], [0, 0, 1]])
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ np.vstack([transform.matrix(size), [0, 0, 1]]) @ to_photo @ half
    return cv2.warpAffine(part, matrix[:2], (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
