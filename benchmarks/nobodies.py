"""The portraits of nobodies: pictures of people who do not exist, with the faces that their manifest notes."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np


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


def portraits(part: str) -> list[Portrait]:
    """Return the portraits of `train`, `dev` or `sfhq`. Raises SystemExit if INFLUENCER_STYLE_NOBODIES lacks them."""
    folder = Path(os.environ.get("INFLUENCER_STYLE_NOBODIES", ""), part)
    manifest = folder / "manifest.csv"
    if not manifest.is_file():
        raise SystemExit(f"set INFLUENCER_STYLE_NOBODIES to a folder with {part}/manifest.csv")
    found = []
    with manifest.open(newline="") as stream:
        for row in csv.DictReader(stream):
            box = np.array([float(row[f"face_{key}"]) for key in "xywh"])
            # the manifest's left and right are the person's own
            eyes = np.array([[float(row[f"{side}_eye_{axis}"]) for axis in "xy"] for side in ("right", "left")])
            tags = frozenset(row["tags"].replace(";", " ").split())
            found.append(Portrait(folder / row["file"], box, eyes, tags))
    return found
