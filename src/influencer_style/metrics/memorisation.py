"""Whether results repeat training photos: distances to the nearest one."""

from __future__ import annotations

import numpy as np


def nearest(features: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Return how far each picture is from the training photo that is nearest to it.

    One figure alone says nothing. Results that lie nearer to the training photos than photos do which training never
    saw have been copied; for those, call this with the held-out photos' features and compare.

    Args:
        features: (n, f), one row a picture; `kid_features` will do.
        training: (m, f) of the training photos, m at least 1.

    Returns:
        (n,) float64, Euclidean distance in the features' unit; 0 is a copy.

    Raises:
        ValueError: when there is no training photo, shapes do not fit, or a feature is not finite.
    """
    rows, known = np.asarray(features, np.float64), np.asarray(training, np.float64)
    if rows.ndim != 2 or known.ndim != 2 or rows.shape[1] != known.shape[1] or len(known) == 0:
        raise ValueError(f"features must be (n, f) and (m, f) with m at least 1, got {rows.shape} and {known.shape}")
    if not (np.isfinite(rows).all() and np.isfinite(known).all()):
        raise ValueError("features must be finite; look for NaN in the pictures' features")
    return np.array([np.linalg.norm(known - row, axis=1).min() for row in rows], np.float64)
