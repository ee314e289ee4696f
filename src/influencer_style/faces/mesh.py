"""The face mesh: 468 points on a face, by MediaPipe's Face Mesh (Kartynnik et al. 2019).

It says whether a place shows a face at all, which way up it is, and where eyes, mouth and outline lie.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from influencer_style.faces.tflite import TfliteNetwork

SIDE = 192  # pixels of the square that the network sees
MARGIN = 1.5  # the square's side, in sides of the box around the points
_TURNED = math.radians(10)  # a face that is turned by more in the square that was cut is cut out anew
_MOST_FITS = 4
# Corners and lids of the eye that is left in the picture, and of the other one.
_LEFT = (33, 133, 159, 145, 158, 153, 160, 144)
_RIGHT = (362, 263, 386, 374, 385, 380, 387, 373)
_FOREHEAD, _CHIN, _LEFT_CHEEK, _RIGHT_CHEEK = 10, 152, 234, 454


@dataclass(frozen=True, eq=False)
class Mesh:
    """The points of one face.

    Attributes:
        points: (468, 2) float64, x and y in photo pixels (continuous: 0 is the photo's edge); some may lie outside.
        presence: How surely this is a face, 0 to 1.
    """

    points: np.ndarray
    presence: float

    @property
    def eyes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The eyes' centres (x, y); the first is the left one as seen when the face is upright."""
        left, right = (self.points[list(ring)].mean(0) for ring in (_LEFT, _RIGHT))
        return (float(left[0]), float(left[1])), (float(right[0]), float(right[1]))

    @property
    def roll(self) -> float:
        """The angle in radians, clockwise as seen, by which the face is turned from upright, -pi to pi."""
        (x0, y0), (x1, y1) = self.eyes
        return math.atan2(y1 - y0, x1 - x0)

    @property
    def forehead_and_chin(self) -> tuple[np.ndarray, np.ndarray]:
        """The top of the forehead and the tip of the chin, (2,) each, in photo pixels."""
        return self.points[_FOREHEAD], self.points[_CHIN]

    @property
    def height(self) -> float:
        """The distance in photo pixels from the top of the forehead to the chin."""
        forehead, chin = self.forehead_and_chin
        return float(np.linalg.norm(forehead - chin))

    @property
    def width(self) -> float:
        """The distance in photo pixels from cheek to cheek."""
        return float(np.linalg.norm(self.points[_LEFT_CHEEK] - self.points[_RIGHT_CHEEK]))


class FaceMesh:
    """Finds the points of a face whose place is roughly known. Threads must not share one.

    Raises:
        PretrainedError: If the network's file is missing or damaged.
    """

    def __init__(self) -> None:
        self._network = TfliteNetwork("face_mesh")

    def fit(self, photo: np.ndarray, centre: tuple[float, float], side: float, roll: float) -> Mesh:
        """Return the mesh of a face.

        It is found at least twice: each time in a square around the points, and at the turn, that the last one gave,
        until the face stands upright in the square.

        Args:
            photo: Uint8 RGB (height, width, 3).
            centre: The face's centre (x, y) in photo pixels.
            side: The face's extent in photo pixels, about from the hairline to the chin.
            roll: The angle by which it is turned, in radians, clockwise as seen.
        """
        points, upright = self._points(photo, centre, MARGIN * side, roll), roll
        for _ in range(_MOST_FITS):
            upright, before = Mesh(points, 1.0).roll, upright
            low, high = points.min(0), points.max(0)
            middle = (low + high) / 2
            points = self._points(photo, (middle[0], middle[1]), MARGIN * _extent(points, upright), upright)
            if abs(math.remainder(upright - before, 2 * math.pi)) < _TURNED:
                break
        presence = 1 / (1 + math.exp(-float(np.clip(self._network.output("conv2d_31").item(), -50, 50))))
        return Mesh(points, presence)

    def seen(self, square: np.ndarray) -> np.ndarray:
        """Return where the points lie in a square, uint8 RGB (192, 192, 3): (468, 2) float64 in its pixels.

        The network gives points for anything; whether it sees a face, `fit` tells, at the price of another run.
        """
        self._network.see(square, 0.0)
        return self._network.output("conv2d_21").reshape(-1, 3)[:, :2].astype(np.float64)

    def _points(self, photo: np.ndarray, centre: tuple[float, float], side: float, roll: float) -> np.ndarray:
        scale = side / SIDE
        cos, sin = math.cos(roll) * scale, math.sin(roll) * scale
        turn = np.array([[cos, -sin], [sin, cos]])
        origin = np.array(centre) - turn @ np.array([SIDE / 2, SIDE / 2])
        return self.seen(_cut(photo, turn, origin)) @ turn.T + origin


def _extent(points: np.ndarray, roll: float) -> float:
    """Return the longer side of the box around points (n, 2) that is turned by `roll`."""
    cos, sin = math.cos(roll), math.sin(roll)
    return float(np.ptp(points @ np.array([[cos, -sin], [sin, cos]]), axis=0).max())


def _cut(photo: np.ndarray, turn: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """Return the square of SIDE pixels that lies at `origin`, turned and scaled by `turn`; edge pixels are repeated."""
    scale = float(np.linalg.norm(turn[:, 0]))
    corners = np.array([[0, 0], [SIDE, 0], [0, SIDE], [SIDE, SIDE]]) @ turn.T + origin
    low = np.clip(np.floor(corners.min(0)).astype(int) - 2, 0, np.array(photo.shape[1::-1]) - 1)
    high = np.clip(np.ceil(corners.max(0)).astype(int) + 2, low + 1, photo.shape[1::-1])
    part, place = photo[low[1] : high[1], low[0] : high[0]], origin - low
    if scale > 1:  # averaged down first, so that nothing aliases
        small = [max(1, round(extent / scale)) for extent in part.shape[1::-1]]
        ratio = np.array(small) / part.shape[1::-1]
        part = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
        turn, place = turn * ratio[:, None], place * ratio
    # From continuous places to pixel indices, whose centres lie at whole numbers.
    shift = turn @ np.array([0.5, 0.5]) + place - 0.5
    matrix = np.column_stack([turn, shift])
    part, flags = np.ascontiguousarray(part), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(part, matrix, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
