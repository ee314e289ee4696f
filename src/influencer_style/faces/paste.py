"""Back into the photo: where its places lie in a face crop."""

from __future__ import annotations

import numpy as np

from influencer_style.faces.align import CropTransform


def crop_coordinates(transform: CropTransform, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the places of a grid over a photo lie in a crop of it.

    Args:
        transform: the crop's transform.
        x: (w,) of the grid's columns, in continuous photo pixels (the first one's centre is at 0.5).
        y: (h,) of its rows.

    Returns:
        x and y, float32 (h, w): 0 to 1 from edge to edge of the crop, beyond outside it.
    """
    across, down = x[None, :] - transform.cx, y[:, None] - transform.cy
    cos, sin = np.cos(transform.angle) / transform.side, np.sin(transform.angle) / transform.side
    u, v = across * cos + down * sin + 0.5, down * cos - across * sin + 0.5
    return u.astype(np.float32), v.astype(np.float32)
