"""Face crops of portraits of people who do not exist, from a folder whose manifest says where their faces lie."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pandas as pd

from influencer_style.faces.align import crop_face, transform_for
from influencer_style.faces.detect import YuNet
from influencer_style.faces.face import Face
from influencer_style.photos.decode import MAX_PIXELS, decode_photo

VARIABLE = "INFLUENCER_STYLE_NOBODIES"  # environment variable: the folder with train, dev and sfhq
_MARGIN = 2.0  # as conf/base/parameters_preprocessing.yml has it


def nobodies(part: str, size: int = 256, folder: str = "") -> np.ndarray:
    """Return the aligned face crops of a part, uint8 (n, size, size, 3), in the order of its manifest.

    Args:
        part: `train`, `dev` or `sfhq`.
        size: The side of a crop in pixels.
        folder: The folder of the parts; empty is that of the environment variable.

    Raises:
        FileNotFoundError: If there is no such folder.
    """
    root = Path(folder or os.environ.get(VARIABLE, "")) / part
    if not (root / "manifest.csv").is_file():
        raise FileNotFoundError(f"{root / 'manifest.csv'} is missing; name the folder in {VARIABLE}")
    return np.stack([_crop(root, row, size) for _, row in pd.read_csv(root / "manifest.csv").iterrows()])


def _crop(root: Path, row: pd.Series, size: int) -> np.ndarray:
    photo = decode_photo(root / row["file"], MAX_PIXELS)
    side = YuNet.SIDE * math.sqrt(row["face_w"] * row["face_h"])
    x, y = row["face_x"] + (row["face_w"] - side) / 2, row["face_y"] + (row["face_h"] - side) / 2
    first, second = sorted((row[f"{eye}_eye_x"], row[f"{eye}_eye_y"]) for eye in ("left", "right"))
    return crop_face(photo, transform_for(Face(x, y, side, 1.0, (first, second)), _MARGIN, photo.shape), size)
