"""Whether the way from one generated portrait to another is smooth, or jumps."""

from __future__ import annotations

import numpy as np


def largest_step(frames: np.ndarray) -> float:
    """Return the largest step between neighbours of a path, in units of the mean step.

    Args:
        frames: uint8 (k, h, w, 3), k at least 3, portraits at even distances along the path.

    Returns:
        1 where all steps are alike; k - 1 where all change happens in one of them. Steps are root mean squares over
        pixels. A path on which nothing changes has 1.

    Raises:
        ValueError: when there are fewer than 3 frames.
    """
    if frames.ndim != 4 or len(frames) < 3:
        raise ValueError(f"a path needs at least 3 frames (k, h, w, 3), got {frames.shape}")
    steps = np.sqrt(np.square(np.diff(frames.astype(np.float64), axis=0)).mean((1, 2, 3)))
    return float(steps.max() / steps.mean()) if steps.any() else 1.0
