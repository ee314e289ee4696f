"""Back into the photo: where each of its pixels lies in a face crop."""

from __future__ import annotations

import numpy as np

from influencer_style.faces.align import CropTransform


def crop_coordinates(transform: CropTransform, width: int, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where the pixels of a photo's rows `first` to `last` lie in a crop of it.

    Args:
        transform: the crop's transform.
        width: the photo's width in pixels.
        first, last: rows, the last one not included.

    Returns:
        x and y, float32 (last - first, width): 0 to 1 from edge to edge of the crop, beyond outside it.
    """
    x = np.arange(width, dtype=np.float32)[None, :] + 0.5 - transform.cx
    y = np.arange(first, last, dtype=np.float32)[:, None] + 0.5 - transform.cy
    cos, sin = np.cos(transform.angle) / transform.side, np.sin(transform.angle) / transform.side
    return (x * cos + y * sin + 0.5).astype(np.float32), (y * cos - x * sin + 0.5).astype(np.float32)
