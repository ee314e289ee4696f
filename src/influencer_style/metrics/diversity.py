"""How different the pictures of a set are from each other, and how evenly a path leads from one to another."""

from __future__ import annotations

import numpy as np


def diversity(features: np.ndarray) -> float:
    """Return the mean distance between two pictures of a set, as Zhu et al. (2017) measure it, on any features.

    A set of one picture repeated has 0. What is much and what is little depends on the features: compare with the set
    that it should resemble.

    Args:
        features: (n, f), one row a picture, n at least 2, for instance from `kid_features`.

    Returns:
        The mean Euclidean distance over all pairs, in the features' unit.

    Raises:
        ValueError: If there are fewer than two pictures, or a feature is not finite.
    """
    rows = np.asarray(features, np.float64)
    if rows.ndim != 2 or len(rows) < 2:
        raise ValueError(f"diversity needs features (n, f) of at least 2 pictures, got {rows.shape}")
    require_finite(rows)
    total = sum(np.linalg.norm(rows[i + 1 :] - row, axis=1).sum() for i, row in enumerate(rows))
    return float(total / (len(rows) * (len(rows) - 1) / 2))


def require_finite(*features: np.ndarray) -> None:
    """Refuse features that are not numbers.

    Raises:
        ValueError: If one is NaN or infinite.
    """
    if not all(np.isfinite(rows).all() for rows in features):
        raise ValueError("features must be finite; look for NaN in the pictures' features")


def largest_step(frames: np.ndarray) -> float:
    """Return the largest step between neighbours of a path from one generated portrait to another, in mean steps.

    Args:
        frames: uint8 (k, h, w, 3), k at least 3, portraits at even distances along the path.

    Returns:
        1 if all steps are alike; k - 1 if all change happens in one of them. Steps are root mean squares over pixels.
        A path on which nothing changes has 1.

    Raises:
        ValueError: If there are fewer than 3 frames.
    """
    if frames.ndim != 4 or len(frames) < 3:
        raise ValueError(f"a path needs at least 3 frames (k, h, w, 3), got {frames.shape}")
    steps = np.sqrt(np.square(np.diff(frames.astype(np.float64), axis=0)).mean((1, 2, 3)))
    return float(steps.max() / steps.mean()) if steps.any() else 1.0
