"""The rival that makes a kernel distance look foolish: a Gaussian over the principal components of pixels.

It knows nothing of faces; its portraits are blurred doubles of the training photos (as Turk and Pentland's eigenfaces,
1991). Still, colours and edges are on average where they are in the photos, and so its KID to them is good. A generator
has to be better than this in what can be seen: KID alone decides nothing.
"""

from __future__ import annotations

import numpy as np


def component_gaussian(photos: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """Draw pictures from the Gaussian that has the photos' mean and covariance.

    Args:
        photos: uint8 (m, s, s, 3), m at least 2.
        count: how many to draw.
        seed: of the draw.

    Returns:
        uint8 (count, s, s, 3), clipped.

    Raises:
        ValueError: when there are fewer than 2 photos.
    """
    if len(photos) < 2:
        raise ValueError(f"a covariance needs at least 2 photos, got {len(photos)}")
    rows = photos.reshape(len(photos), -1).astype(np.float64)
    mean = rows.mean(0)
    # The covariance of m photos has m - 1 components, each a mix of photos: mixing them by chance draws from it.
    rng = np.random.default_rng(seed).standard_normal((count, len(photos)))
    drawn = mean + rng @ (rows - mean) / np.sqrt(len(photos) - 1)
    return drawn.round().clip(0, 255).astype(np.uint8).reshape(count, *photos.shape[1:])
