"""What the tests of benchmarks share: the folder above `benchmarks`, which is no installed package, and pictures."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))


@pytest.fixture(scope="session")
def made_up():
    """Makes pictures, uint8 (count, size, size, 3): smooth colours, as diverse in lightness as portraits, and edges."""

    def make(count: int, size: int = 64, seed: int = 0) -> np.ndarray:
        rng = np.random.default_rng(seed)
        coarse = rng.uniform(0.05, 0.95, (count, 5, 5, 1)) * rng.uniform(0.5, 1.0, (count, 5, 5, 3))
        tiles = rng.uniform(0.75, 1.25, (count, 16, 16, 1))
        smooth, edged = (
            np.stack([cv2.resize(p.astype(np.float32), (size, size), interpolation=how) for p in parts])
            for parts, how in ((coarse, cv2.INTER_CUBIC), (tiles, cv2.INTER_NEAREST))
        )
        return ((smooth * edged[..., None]).clip(0, 1) * 255).round().astype(np.uint8)

    return make
