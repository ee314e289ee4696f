"""The portraits of nobodies: pictures of people who do not exist, with the faces that their manifest notes."""

from __future__ import annotations

import csv
import math
import os
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from influencer_style.faces.align import crop_face, transform_for
from influencer_style.faces.detect import YuNet
from influencer_style.faces.face import Face
from influencer_style.photos.decode import decode_photo

VARIABLE = "INFLUENCER_STYLE_NOBODIES"  # environment variable: the folder with train, dev and sfhq
_MARGIN = 2.0  # as conf/base/parameters_preprocessing.yml has it


@dataclass(frozen=True)
class Portrait:
    """One picture: its file, the face's box (4,) x, y, width, height, both eyes (2, 2), left as seen first, tags."""

    path: Path
    box: np.ndarray
    eyes: np.ndarray
    tags: frozenset[str]

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def centre(self) -> np.ndarray:
        """The centre (2,) of the face's box."""
        return self.box[:2] + self.box[2:] / 2

    def read(self) -> np.ndarray:
        """Return the picture, uint8 RGB (h, w, 3)."""
        picture = cv2.imread(str(self.path), cv2.IMREAD_COLOR)
        if picture is None:
            raise SystemExit(f"{self.path} cannot be read")
        return np.ascontiguousarray(picture[:, :, ::-1])


def portraits(part: str, folder: str = "") -> list[Portrait]:
    """Return the portraits of `train`, `dev` or `sfhq`, in the order of the manifest.

    `folder` holds the parts; empty is that of the environment variable. Raises SystemExit if it lacks them.
    """
    root = Path(folder or os.environ.get(VARIABLE, ""), part)
    manifest = root / "manifest.csv"
    if not manifest.is_file():
        raise SystemExit(f"{manifest} is missing; name the folder in {VARIABLE}")
    found = []
    with manifest.open(newline="") as stream:
        for row in csv.DictReader(stream):
            box = np.array([float(row[f"face_{key}"]) for key in "xywh"])
            # the manifest's left and right are the person's own
            eyes = np.array([[float(row[f"{side}_eye_{axis}"]) for axis in "xy"] for side in ("right", "left")])
            tags = frozenset(row["tags"].replace(";", " ").split())
            found.append(Portrait(root / row["file"], box, eyes, tags))
    return found


def face_crops(part: str, size: int = 256, folder: str = "") -> np.ndarray:
    """Return the aligned face crops of a part, uint8 (n, size, size, 3); arguments as of `portraits`."""
    return np.stack([_crop(portrait, size) for portrait in portraits(part, folder)])


def _crop(portrait: Portrait, size: int) -> np.ndarray:
    photo = decode_photo(portrait.path)
    side = YuNet.SIDE * math.sqrt(portrait.box[2] * portrait.box[3])
    x, y = portrait.centre - side / 2
    first, second = sorted((float(x), float(y)) for x, y in portrait.eyes)
    return crop_face(photo, transform_for(Face(x, y, side, 1.0, (first, second)), _MARGIN, photo.shape), size)
