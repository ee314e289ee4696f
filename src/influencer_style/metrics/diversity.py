"""How different the pictures of a set are from each other."""

from __future__ import annotations

import numpy as np


def diversity(features: np.ndarray) -> float:
    """Return the mean distance between two pictures of a set, as Zhu et al. (2017) measure it, on any features.

    A set of one picture repeated has 0. What is much and what is little depends on the features: compare with the set
    that it should resemble.

    Args:
        features: (n, f), one row a picture, n at least 2; `kid_features` will do.

    Returns:
        mean Euclidean distance over all pairs, in the features' unit.

    Raises:
        ValueError: when there are fewer than two pictures, or a feature is not finite.
    """
    rows = np.asarray(features, np.float64)
    if rows.ndim != 2 or len(rows) < 2:
        raise ValueError(f"diversity needs features (n, f) of at least 2 pictures, got {rows.shape}")
    if not np.isfinite(rows).all():
        raise ValueError("features must be finite; look for NaN in the pictures' features")
    total = sum(np.linalg.norm(rows[i + 1 :] - row, axis=1).sum() for i, row in enumerate(rows))
    return float(total / (len(rows) * (len(rows) - 1) / 2))
