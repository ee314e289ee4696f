"""Faces blended as face-swapping tools do it: along the points of the face mesh, not by overlaying two pictures."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.spatial import Delaunay

_EDGE = 1.6  # how far the frame of a triangulation lies from the middle, in half sides: beyond every face
_FEATHER = 0.035  # of the picture's side: deviation of the blur of a swapped face's border
_INWARDS = 0.93  # a swapped face is the mesh's outline, shrunk by this about its middle


def morphed(one: np.ndarray, other: np.ndarray, points: tuple[np.ndarray, np.ndarray], share: float) -> np.ndarray:
    """Return the morph of two portraits: their points are moved to where `share` of the way lies, then blended.

    Args:
        one: Uint8 (s, s, 3).
        other: Another portrait of the same size.
        points: The mesh of either, (468, 2) in pixels.
        share: The share of the other, 0 to 1.
    """
    side = len(one)
    between = points[0] * (1 - share) + points[1] * share
    parts = [warped(picture, own, between, side) for picture, own in zip((one, other), points, strict=True)]
    return np.round(parts[0] * (1.0 - share) + parts[1] * float(share)).astype(np.uint8)


def swapped(head: np.ndarray, face: np.ndarray, points: tuple[np.ndarray, np.ndarray], fitted: bool) -> np.ndarray:
    """Return a head with the inner face of another person, in the head's mean colours, its border blended.

    Args:
        head: Uint8 (s, s, 3).
        face: The other portrait, of the same size.
        points: The mesh of either, (468, 2) in pixels.
        fitted: Whether the other's features are moved to where the head's are (a mask worn over the own shape);
            otherwise they keep their own distances.
    """
    side = len(head)
    target = points[0] if fitted else _laid_over(points[1], points[0])
    moved = warped(face, points[1], target, side).astype(np.float32)
    middle = target.mean(0)
    outline = cv2.convexHull((middle + _INWARDS * (target - middle)).astype(np.float32)).round().astype(np.int32)
    inside = cv2.fillConvexPoly(np.zeros((side, side), np.float32), outline, 1.0)
    weight = cv2.GaussianBlur(inside, (0, 0), _FEATHER * side)[..., None] * inside[..., None]
    means, deviations = zip(*(_colours(picture, weight) for picture in (head, moved)), strict=True)
    moved = (moved - means[1]) * (deviations[0] / deviations[1]) + means[0]
    return np.round(head * (1 - weight) + moved.clip(0, 255) * weight).clip(0, 255).astype(np.uint8)


def warped(picture: np.ndarray, source: np.ndarray, target: np.ndarray, side: int) -> np.ndarray:
    """Return a picture (s, s, 3) whose points, (n, 2) in pixels, have moved: affine inside each triangle."""
    source, target = (np.concatenate([points, _frame(side)]) for points in (source, target))
    corners = Delaunay(target).simplices
    which = np.zeros((side, side), np.int32)
    for number, corner in enumerate(corners):
        cv2.fillConvexPoly(which, np.round(16 * target[corner]).astype(np.int32), number, shift=4)
    known = np.concatenate([target[corners], np.ones((len(corners), 3, 1))], axis=2)
    back = np.linalg.solve(known, source[corners]).astype(np.float32)[which]  # (s, s, 3, 2)
    y, x = np.indices((side, side), dtype=np.float32)
    across, down = (back[..., 0, i] * x + back[..., 1, i] * y + back[..., 2, i] for i in (0, 1))
    return cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _frame(side: int) -> np.ndarray:
    """Return points around the picture that do not move, (16, 2)."""
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return side / 2 + _EDGE * side / 2 * np.stack([np.cos(turn), np.sin(turn)], 1)


def _laid_over(points: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """Return points, (n, 2), moved, turned and scaled as a whole to lie best over others."""
    (own, _), (other, place) = ((each - each.mean(0), each.mean(0)) for each in (points, onto))
    left, _, right = np.linalg.svd(own.T @ other)
    turn = left @ np.diag([1, np.sign(np.linalg.det(left @ right))]) @ right
    return own @ turn * ((own @ turn * other).sum() / (own * own).sum()) + place


def _colours(picture: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and deviation of the weighted pixels, (3,) each."""
    mean = (weight * picture).sum((0, 1)) / weight.sum()
    return mean, np.sqrt((weight * (picture - mean) ** 2).sum((0, 1)) / weight.sum()) + 1
