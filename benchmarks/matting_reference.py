"""Closed-form matting (Levin, Lischinski and Weiss 2008) in a band around an outline, as a reference for soft edges."""

from __future__ import annotations

import cv2
import numpy as np
import scipy.sparse as sp
from numpy.lib.stride_tricks import sliding_window_view
from scipy.sparse.linalg import LinearOperator, cg

_CALM = 1e-5  # added to the variance of colours in a window, over its 9 pixels
_STEPS, _NEAR_ENOUGH = 400, 1e-4


def reference_matte(photo: np.ndarray, mask: np.ndarray, inner: int, outer: int) -> np.ndarray:
    """Return how far each pixel belongs to what a mask outlines, float32 (h, w) in [0, 1].

    Args:
        photo: uint8 RGB (h, w, 3).
        mask: bool (h, w), right up to the band.
        inner: The band's width inside the outline, in pixels; further inside all is 1.
        outer: The band's width outside it; further outside all is 0.
    """
    inside = cv2.erode(mask.astype(np.uint8), _disc(inner)) > 0
    known = inside | (cv2.dilate(mask.astype(np.uint8), _disc(outer)) == 0)
    start = cv2.GaussianBlur(mask.astype(np.float64), (0, 0), 4)
    return _closed_form(photo / 255.0, known, inside.astype(np.float64), start)


def _disc(radius: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _closed_form(colours: np.ndarray, known: np.ndarray, values: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Solve for the matte where it is not known: in each window of 3 x 3 it is an affine function of the colour."""
    height, width = known.shape
    numbers = np.arange(height * width).reshape(height, width)
    centres = cv2.dilate((~known).astype(np.uint8), np.ones((3, 3)))[1:-1, 1:-1] > 0
    windows = sliding_window_view(colours, (3, 3), (0, 1))[centres].transpose(0, 2, 3, 1).reshape(-1, 9, 3)
    pixels = sliding_window_view(numbers, (3, 3))[centres].reshape(-1, 9)
    apart = windows - windows.mean(1, keepdims=True)
    covariance = np.einsum("nij,nik->njk", apart, apart) / 9 + _CALM / 9 * np.eye(3)
    alike = (1 + apart @ np.linalg.solve(covariance, apart.transpose(0, 2, 1))) / 9
    rows, columns = np.repeat(pixels, 9, 1).ravel(), np.tile(pixels, (1, 9)).ravel()
    laplacian = sp.csr_matrix(((np.eye(9) - alike).ravel(), (rows, columns)), shape=(numbers.size,) * 2)
    free, fixed = numbers[~known], numbers[known]
    within = laplacian[free][:, free] + 1e-6 * sp.eye(len(free))
    wanted = -laplacian[free][:, fixed] @ values[known] + 1e-6 * start[~known]
    diagonal = within.diagonal()
    scaled = LinearOperator(within.shape, lambda vector: vector / diagonal)
    solved, _ = cg(within, wanted, x0=start[~known], rtol=_NEAR_ENOUGH, maxiter=_STEPS, M=scaled)
    matte = values.astype(np.float32)
    matte[~known] = solved.clip(0, 1)
    return matte
