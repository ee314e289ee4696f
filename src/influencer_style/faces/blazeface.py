"""BlazeFace (Bazarevsky et al. 2019) at several scales and turns; the face mesh confirms what it finds.

The network was made for pictures of 128 pixels in which a face takes 15% or more. It is convolutional, so that larger
pictures go through it whole: faces down to 3% of a photo's long side are found without cutting it into tiles.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from influencer_style.faces.face import Face, shared, shrink
from influencer_style.faces.mesh import FaceMesh, Mesh
from influencer_style.faces.tflite import TfliteNetwork

_STRIDES = ((8, 2), (16, 6))  # cells of this many pixels with this many anchors each
_UNIT = 128  # pixels of a side for which the network was trained


@dataclass(frozen=True)
class View:
    """One way to look at a photo: its long side in pixels, and the turn in degrees at which faces are upright."""

    long_side: int
    turn: float = 0.0


# Each stage is tried if the ones before have found no face of `_LARGE` or more. The order was chosen with
# benchmarks/face_detection.py: what is common first, then what is cheap.
STAGES = ((View(128),), (View(320),), (View(160, -40), View(160, 40)), (View(640),), (View(256, -40), View(256, 40)))
_WHOLE = 240  # pixels of a side up to which the boxes of a view are read whole; above, windows around its hits are
_MOST_HITS = 8  # of a large view that are looked at, the surest first
_LARGE = 0.15  # of the long side
_SMALLEST = 18  # pixels of a view: of smaller boxes neither the place nor the turn is sure, and a larger view has them
_SAME = 0.3  # share of the smaller square in the other from which on two are one face
_UPRIGHT = math.radians(35)  # what is tilted by more in its view is a mistake: another view would show it upright
_LIKELY = 0.5  # score from which on the mesh takes a closer look
_PRESENT = 0.99  # presence of the mesh from which on it is a face; 481 portraits, turned, small, dark, had .999 or more
_DARK = 0.5  # share of full scale, in linear light, below which the brightest parts are raised to it


@dataclass(frozen=True)
class _Candidate:
    x: float
    y: float
    side: float
    roll: float
    score: float
    turn: float  # of the view, in degrees


class BlazeFace:
    """BlazeFace with the face mesh. Each face has its mesh's eyes and points.

    Raises:
        PretrainedError: If a network's file is missing or damaged.
    """

    def __init__(self) -> None:
        self._network, self._mesh = TfliteNetwork("face_detector"), FaceMesh()

    def find(self, photo: np.ndarray) -> list[Face]:
        """Return the faces, as `Detector` says; the score is BlazeFace's, 0.5 to 1."""
        photo = brightened(photo)
        faces: list[Face] = []
        for stage in STAGES:
            candidates = [candidate for view in stage for candidate in self._candidates(photo, view)]
            for candidate in sorted(candidates, key=lambda one: -one.score):
                square = Face(candidate.x - candidate.side / 2, candidate.y - candidate.side / 2, candidate.side, 0.0)
                if any(shared(square, face) > _SAME for face in faces):
                    continue
                mesh = self._mesh.fit(photo, (candidate.x, candidate.y), candidate.side, candidate.roll)
                face = face_of(mesh, candidate.score)
                upright = abs(math.remainder(mesh.roll - math.radians(candidate.turn), math.tau)) < _UPRIGHT
                if upright and mesh.presence > _PRESENT and not any(shared(face, other) > _SAME for other in faces):
                    faces.append(face)
            if any(face.side >= _LARGE * max(photo.shape[:2]) for face in faces):
                break
        return sorted(faces, key=lambda face: -face.score)

    def _candidates(self, photo: np.ndarray, view: View) -> list[_Candidate]:
        """Return what may be a face, in photo pixels; overlapping finds become one."""
        small, scale = shrink(photo, view.long_side)
        canvas, back = _turned(small, view.turn)
        found = []
        for window, corner in self._windows(canvas):
            for centre, extent, eyes, score in self._boxes(window):
                if extent < _SMALLEST:
                    continue
                left, right = (eyes + corner) @ back[:, :2].T
                x, y = (back[:, :2] @ (centre + corner) + back[:, 2]) / scale
                roll = math.atan2(right[1] - left[1], right[0] - left[0])
                found.append(_Candidate(float(x), float(y), float(extent) / scale, roll, score, view.turn))
        return found

    def _windows(self, canvas: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the parts of a view whose boxes are read, and their corners (x, y)."""
        height, width = canvas.shape[:2]
        if max(height, width) <= _WHOLE:
            yield canvas, np.zeros(2)
            return
        self._network.see(canvas, -1.0)
        logits = self._network.output("classificators").reshape(-1)
        seen: list[np.ndarray] = []
        for place in np.argsort(-logits):
            if logits[place] < _logit(_LIKELY) or len(seen) == _MOST_HITS:
                return
            anchor = _anchors(height, width)[place]
            if any(np.abs(anchor - other).max() < _UNIT / 4 for other in seen):
                continue
            seen.append(anchor)
            corner = np.clip(anchor - _UNIT // 2, 0, np.maximum([width - _UNIT, height - _UNIT], 0)).astype(int)
            yield canvas[corner[1] : corner[1] + _UNIT, corner[0] : corner[0] + _UNIT], corner

    def _boxes(self, window: np.ndarray) -> Iterator[tuple[np.ndarray, float, np.ndarray, float]]:
        """Yield centre, extent, eyes and score of the faces in a part of a view, in its pixels."""
        self._network.see(window, -1.0)
        logits = self._network.output("classificators").reshape(-1)
        sure = np.flatnonzero(logits > _logit(_LIKELY))
        if len(sure):
            scores = 1 / (1 + np.exp(-logits[sure].astype(np.float64).clip(-50, 50)))
            # Rows: the box's centre, its extent, then six marks, of which the eyes are used.
            raw = self._network.output("regressors").reshape(-1, 8, 2)[sure].astype(np.float64)
            raw[:, [0, 2, 3, 4, 5, 6, 7]] += _anchors(window.shape[0], window.shape[1])[sure][:, None]
            yield from _merged(raw, scores)


def face_of(mesh: Mesh, score: float) -> Face:
    """Return a mesh's face.

    Its square has the size and place that YuNet's has: on 550 portraits the sides differ by 4% (standard deviation),
    the centres by 3% along the face and 6% across it.
    """
    side = 1.10 * math.sqrt(mesh.height * mesh.width)
    forehead, chin = mesh.forehead_and_chin
    x, y = (forehead + chin) / 2 + 0.043 * (forehead - chin)
    return Face(float(x) - side / 2, float(y) - side / 2, side, score, mesh.eyes, mesh.points)


def brightened(photo: np.ndarray) -> np.ndarray:
    """Return a photo whose brightest parts are at least half of full scale in linear light; a bright one as it is."""
    peak = float(np.percentile(shrink(photo, 128)[0].max(2), 98)) / 255
    gain = _DARK / max(peak**2.2, 1e-4)
    if gain <= 1:
        return photo
    table = np.clip((np.arange(256) / 255) * min(gain, 400.0) ** (1 / 2.2), 0, 1) * 255
    return cv2.LUT(photo, np.round(table).astype(np.uint8))


def _turned(small: np.ndarray, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """Turn a picture so that faces tilted by `degrees` stand upright, on a black canvas the network can take.

    Returns:
        The canvas, whose sides are multiples of 16, and the map (2, 3) from its places to the picture's.
    """
    height, width = small.shape[:2]
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    extent = abs(width * cos) + abs(height * sin), abs(width * sin) + abs(height * cos)
    across, down = (max(128, math.ceil(side / 16 - 1e-6) * 16) for side in extent)
    turn = np.array([[cos, -sin], [sin, cos]])
    back = np.column_stack([turn, np.array([width, height]) / 2 - turn @ np.array([across, down]) / 2])
    if not degrees:
        canvas = np.zeros((down, across, 3), np.uint8)
        left, top = (across - width) // 2, (down - height) // 2
        canvas[top : top + height, left : left + width] = small
        back[:, 2] = -left, -top
        return canvas, back
    pixel = back.copy()
    pixel[:, 2] += turn @ np.array([0.5, 0.5]) - 0.5  # pixel indices have their centres at whole numbers
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(np.ascontiguousarray(small), pixel, (across, down), flags=flags), back


@lru_cache(maxsize=32)
def _anchors(height: int, width: int) -> np.ndarray:
    """Return the anchors' centres (n, 2), x and y in pixels, in the order of the network's outputs."""
    centres = []
    for stride, count in _STRIDES:
        y, x = np.mgrid[0 : height // stride, 0 : width // stride]
        cells = np.stack([x.ravel() + 0.5, y.ravel() + 0.5], 1) * stride
        centres.append(np.repeat(cells, count, axis=0))
    return np.concatenate(centres)


def _merged(boxes: np.ndarray, scores: np.ndarray) -> Iterator[tuple[np.ndarray, float, np.ndarray, float]]:
    """Merge overlapping boxes, weighted by their scores, the surest first; yield centre, extent, eyes and score."""
    free = np.argsort(-scores)
    while len(free):
        first = boxes[free[0]]
        apart = np.abs(boxes[free, 0] - first[0]).max(1)
        near = apart < 0.5 * np.minimum(boxes[free, 1].max(1), first[1].max())
        near[0] = True
        group, weights = boxes[free[near]], scores[free[near]]
        mean = np.average(group, axis=0, weights=weights)
        yield mean[0], float(mean[1].max()), mean[2:4], float(weights[0])
        free = free[~near]


def _logit(share: float) -> float:
    return math.log(share / (1 - share))
