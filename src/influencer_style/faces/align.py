"""From a face to an aligned square crop, and from the photo's places into that crop."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from influencer_style.faces.face import Face

LIFT = 0.06  # the crop's centre lies this share of its side above the face's: hair is taller than a neck is long
TIGHTEST = 1.4  # the least crop, in face boxes
MOST_SHIFT = 0.12  # how far a crop moves to stay in the photo, in its own sides
MAX_ROLL = math.radians(75)  # beyond, the eyes are rather mistaken than level


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
        """Return the affine map (2, 3), float64, from photo to crop coordinates, both continuous, at ``size`` px."""
        scale = size / self.side
        cos, sin = scale * math.cos(self.angle), scale * math.sin(self.angle)
        across = size / 2 - cos * self.cx - sin * self.cy
        down = size / 2 + sin * self.cx - cos * self.cy
        return np.array([[cos, sin, across], [-sin, cos, down]])


def transform_for(face: Face, margin: float, shape: tuple[int, ...]) -> CropTransform:
    """Return the crop for ``face`` in a photo of ``shape`` (height, width, ...), level if the eyes were found.

    The crop is ``margin`` times the face's box and lies a little above its centre. If the photo is too small for that,
    it is as large as the photo allows (at least 1.4 times the box), and it moves inwards by up to 12% of its side: what
    lies beyond the edge can only be mirrored, and a look should not be learned from mirrored hair.
    """
    angle = 0.0
    if face.eyes is not None:
        (x0, y0), (x1, y1) = face.eyes
        angle = max(-MAX_ROLL, min(MAX_ROLL, math.atan2(y1 - y0, x1 - x0)))
    height, width = shape[:2]
    side = min(margin * face.side, max(min(height, width), TIGHTEST * face.side))
    x, y = face.centre
    cx, cy = x + LIFT * side * math.sin(angle), y - LIFT * side * math.cos(angle)
    return CropTransform(_inwards(cx, side, width), _inwards(cy, side, height), side, angle)


def _inwards(centre: float, side: float, extent: int) -> float:
    inside = extent / 2 if side >= extent else min(max(centre, side / 2), extent - side / 2)
    return min(max(inside, centre - MOST_SHIFT * side), centre + MOST_SHIFT * side)


def crop_face(photo: np.ndarray, transform: CropTransform, size: int) -> np.ndarray:
    """Return the crop, uint8 (size, size, 3), of a uint8 RGB photo (height, width, 3).

    Beyond its edges the photo is mirrored. A larger region is first averaged down, so nothing aliases.

    Raises:
        ValueError: If the square lies wholly outside the photo, or is not finite.
    """
    height, width = photo.shape[:2]
    reach = transform.side * (abs(math.cos(transform.angle)) + abs(math.sin(transform.angle))) / 2
    if not all(map(math.isfinite, (transform.cx, transform.cy, reach))) or reach <= 0:
        raise ValueError(f"a crop needs a finite centre and a finite, positive side, got {transform}")
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


def crop_coordinates(transform: CropTransform, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the places of a grid over a photo lie in a crop of it.

    Args:
        transform: The crop's transform.
        x: (w,) the places of the grid's columns, in continuous photo pixels (the first centre is at 0.5).
        y: (h,) the places of its rows.

    Returns:
        x and y, float32 (h, w): 0 to 1 from edge to edge of the crop; outside it below 0 or above 1.
    """
    across, down = x[None, :] - transform.cx, y[:, None] - transform.cy
    cos, sin = np.cos(transform.angle) / transform.side, np.sin(transform.angle) / transform.side
    u, v = across * cos + down * sin + 0.5, down * cos - across * sin + 0.5
    return u.astype(np.float32), v.astype(np.float32)
