"""A face found in a photo, and which faces of a photo count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np


@dataclass(frozen=True)
class Face:
    """A face found in a photo, in photo pixels: a square box (left, top, side), both eyes if found, a score.

    ``eyes`` are the centres ((x, y), (x, y)), the left one as seen first. ``points`` are the mesh's (`mesh.Mesh`), if
    there is one. Boxes of all detectors mean the same square, about from the brows to the chin. Scores compare only
    within one detector.
    """

    x: float
    y: float
    side: float
    score: float
    eyes: tuple[tuple[float, float], tuple[float, float]] | None = None
    points: np.ndarray | None = field(default=None, repr=False, compare=False)

    @property
    def centre(self) -> tuple[float, float]:
        """Centre of the box (x, y) in photo pixels."""
        return self.x + self.side / 2, self.y + self.side / 2


def main_faces(faces: Sequence[Face], second: float = 0.5) -> list[Face]:
    """Return the faces that count: the largest, then those apart from it with at least ``second`` of its area."""
    counted: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.side):
        apart = all(shared(face, other) < 0.3 for other in counted)
        if not counted or (apart and face.side**2 >= second * counted[0].side ** 2):
            counted.append(face)
    return counted


def shared(a: Face, b: Face) -> float:
    """Return the share of the smaller box that lies in the other, 0 to 1."""
    wide = min(a.x + a.side, b.x + b.side) - max(a.x, b.x)
    high = min(a.y + a.side, b.y + b.side) - max(a.y, b.y)
    return max(wide, 0) * max(high, 0) / min(a.side, b.side) ** 2


def shrink(photo: np.ndarray, long_side: int) -> tuple[np.ndarray, float]:
    """Return ``photo`` with its longer side at most ``long_side`` pixels, each pixel an area mean, and the scale."""
    scale = min(1.0, long_side / max(photo.shape[:2]))
    if scale == 1.0:
        return photo, scale
    size = max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale))
    return cv2.resize(photo, size, interpolation=cv2.INTER_AREA), scale
