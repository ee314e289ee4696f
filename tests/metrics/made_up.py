"""Made-up pictures for the tests of metrics."""

from __future__ import annotations

import cv2
import numpy as np

LOOKS = {"cool": (0.7, 0.9, 1.0), "warm": (1.0, 0.85, 0.6)}


def smooth_pictures(count: int, size: int = 48, seed: int = 0) -> np.ndarray:
    """Return smooth random pictures, uint8 (count, size, size, 3)."""
    coarse = np.random.default_rng(seed).uniform(30, 225, (count, 6, 6, 3)).astype(np.float32)
    large = [cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC) for picture in coarse]
    return np.stack(large).clip(0, 255).astype(np.uint8)


def tint(pictures: np.ndarray, look: str, share: float = 1.0) -> np.ndarray:
    """Return pictures moved by `share` of a look."""
    return (pictures * (1 + share * (np.array(LOOKS[look]) - 1))).round().astype(np.uint8)
