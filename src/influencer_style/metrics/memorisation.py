"""Whether results repeat training photos: distances to the nearest one, and from where on one is a repetition."""

from __future__ import annotations

import numpy as np
import torch

from influencer_style.looks.marks import Marks
from influencer_style.metrics.kid import kid_features

LEAST_PHOTOS = 2


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


def marks_of(training: np.ndarray, held_out: np.ndarray) -> Marks:
    """Return what is kept of a look's photos, so that repetitions of them can be told without them.

    A repetition is nearer to a training photo than any photo of the same creator came that training never saw; where
    there is no such photo, nearer than any two of the training photos are.

    Args:
        training: (m, s, s, 3) uint8 crops that a generator is trained on, m at least 2.
        held_out: (k, s, s, 3) crops of the same creator that it is not trained on; k may be 0.

    Raises:
        ValueError: when there are fewer than 2 training photos.
    """
    if len(training) < LEAST_PHOTOS:
        raise ValueError(f"a repetition can be told only beside {LEAST_PHOTOS} or more photos, got {len(training)}")
    known = kid_features(training)
    if len(held_out):
        limit = nearest(kid_features(held_out), known).min()
    else:
        limit = min(nearest(known[i : i + 1], np.delete(known, i, 0))[0] for i in range(len(known)))
    return Marks(torch.from_numpy(known).half(), float(limit))


def repeats(pictures: np.ndarray, marks: Marks) -> np.ndarray:
    """Return which pictures, uint8 (n, s, s, 3) of the size that the marks were taken at, repeat a photo: bool (n,)."""
    return nearest(kid_features(pictures), marks.features.float().numpy()) < marks.limit
