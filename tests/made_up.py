"""Made-up pictures for the tests of metrics."""

from __future__ import annotations

import cv2
import numpy as np

from influencer_style.metrics.identity import LikenessScale

LOOKS = {"cool": (0.7, 0.9, 1.0), "warm": (1.0, 0.85, 0.6)}


def smooth_pictures(count: int, size: int = 48, seed: int = 0) -> np.ndarray:
    """Return smooth random pictures, uint8 (count, size, size, 3)."""
    coarse = np.random.default_rng(seed).uniform(30, 225, (count, 6, 6, 3)).astype(np.float32)
    large = [cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC) for picture in coarse]
    return np.stack(large).clip(0, 255).astype(np.uint8)


def tint(pictures: np.ndarray, look: str, share: float = 1.0) -> np.ndarray:
    """Return pictures moved by `share` of a look."""
    return (pictures * (1 + share * (np.array(LOOKS[look]) - 1))).round().astype(np.uint8)


def masks(count: int, size: int = 48) -> dict[str, np.ndarray]:
    """Return masks of regions, uint8 (count, size, size): thirds of the picture; only the first person has hair."""
    third = size // 3
    drawn = {name: np.zeros((count, size, size), np.uint8) for name in ("skin", "lips", "eyes", "hair", "background")}
    drawn["skin"][:, third : 2 * third] = 255
    drawn["lips"][:, third + 4 : third + 8, third : 2 * third] = 255
    drawn["skin"][drawn["lips"] > 0] = 0
    drawn["hair"][0, :third] = 255
    drawn["background"][:, 2 * third :] = 255
    drawn["eyes"][:, third : third + 3, third : 2 * third] = 255
    return drawn


class SmallPictureJudge:
    """Stands in for the identity judge: a picture's shapes at 8 px are who it shows, whatever its colours."""

    sha256, name = "shapes", "a judge of shapes"
    scale = LikenessScale(threshold=0.34, most_explained=0.25, explained_by_a_photo=0.1)

    def embed(self, pictures: np.ndarray) -> np.ndarray:
        small = np.stack([cv2.resize(p, (8, 8), interpolation=cv2.INTER_AREA) for p in pictures]).astype(np.float32)
        flat = small.mean(-1).reshape(len(small), -1)
        flat -= flat.mean(1, keepdims=True)
        return flat / np.linalg.norm(flat, axis=1, keepdims=True)
