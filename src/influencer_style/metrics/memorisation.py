"""Whether results repeat training photos: the distance to the nearest one, and the limit below which it is a copy."""

from __future__ import annotations

import numpy as np
import torch

from influencer_style.looks.marks import Marks
from influencer_style.metrics.intervals import require_finite
from influencer_style.metrics.kid import kid_features

LEAST_PHOTOS = 2


def nearest(features: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Return the distance of each picture from the training photo that is nearest to it, (n,) float64; 0 is a copy.

    `features` are (n, f), for instance from `kid_features`, `training` (m, f) those of the training photos, m at least
    1; the distance is Euclidean, in their unit. One figure alone says nothing: compare with that of held-out photos,
    which training never saw. Results that lie nearer to the training photos than those have been copied. Raises
    ValueError if there is no training photo, shapes do not fit, or a feature is not finite.
    """
    rows, others = np.asarray(features, np.float64), np.asarray(training, np.float64)
    if rows.ndim != 2 or others.ndim != 2 or rows.shape[1] != others.shape[1] or len(others) == 0:
        raise ValueError(f"features must be (n, f) and (m, f) with m at least 1, got {rows.shape} and {others.shape}")
    require_finite(rows, others)
    return np.array([np.linalg.norm(others - row, axis=1).min() for row in rows], np.float64)


def marks_of(training: np.ndarray, held_out: np.ndarray) -> Marks:
    """Return what is kept of a look's photos, by which repetitions are found without the photos themselves.

    A repetition is nearer to a training photo than any held-out photo of the same creator; without held-out photos,
    nearer than any two training photos are to each other. Both are uint8 (m, s, s, 3); fewer than 2 training photos
    raise ValueError, there may be no held-out one.
    """
    if len(training) < LEAST_PHOTOS:
        raise ValueError(f"repetitions can only be found among {LEAST_PHOTOS} or more photos, got {len(training)}")
    features = kid_features(training)
    if len(held_out):
        limit = nearest(kid_features(held_out), features).min()
    else:
        limit = min(nearest(features[i : i + 1], np.delete(features, i, 0))[0] for i in range(len(features)))
    return Marks(torch.from_numpy(features).half(), float(limit))


def repeats(pictures: np.ndarray, marks: Marks) -> np.ndarray:
    """Return which pictures, uint8 (n, s, s, 3) of the size that the marks were taken at, repeat a photo: bool (n,)."""
    return nearest(kid_features(pictures), marks.features.float().numpy()) < marks.limit
