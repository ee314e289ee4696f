"""From a folder of portraits to face crops, as the project makes them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from influencer_style.faces.detect import DetectorName, make_detector
from influencer_style.faces.examine import Standards
from influencer_style.faces.portraits import crop_portraits

_ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}
# As conf/base/parameters_preprocessing.yml has them; benchmarks do not know the pipelines.
_MARGIN, _LEAST_FACE, _LEAST_SHARPNESS, _MOST_CUT, _SECOND_FACE = 2.0, 40, 0.015, 0.1, 0.5


class PhotosError(ValueError):
    """The folder does not hold what the benchmark needs; the message says what to do."""


@dataclass(frozen=True)
class Portraits:
    """Face crops and whose they are.

    Attributes:
        crops: uint8 sRGB (n, s, s, 3), in an order that depends on the files' bytes alone, not on their names.
        people: (n,) int, the same number for photos of one person.
        left_out: how many photos were not used, by the reason's code.
    """

    crops: np.ndarray
    people: np.ndarray
    left_out: dict[str, int]


def find_portraits(
    folder: str | Path,
    detector: DetectorName = "lbp",
    yunet_model: str = "",
    crop_size: int = 256,
    leave_out: Sequence[str] = (),
    same_person: Sequence[Sequence[str]] = (),
    margin: float = _MARGIN,
) -> Portraits:
    """Find, examine and crop the face in every photo below a folder; near copies and unusable photos are left out.

    Args:
        folder: with JPEG, PNG or WebP files at any depth.
        detector: `lbp`, or `yunet` with its model file.
        yunet_model: that file.
        crop_size: side of a crop in pixels.
        leave_out: names of subfolders that are not looked into.
        same_person: groups of file names that show one person; all other photos show somebody else each.
        margin: side of a crop in face boxes.

    Raises:
        PhotosError: when the folder, or a file of `same_person`, is not there, or there is no photo.
        FileNotFoundError, ValueError: for a YuNet model that cannot be used.
    """
    root = Path(folder)
    if not root.is_dir():
        raise PhotosError(f"{root} is not a folder; name one with portraits, or set INFLUENCER_STYLE_PHOTOS")
    files = sorted(
        path
        for path in root.rglob("*")
        if path.suffix.lower() in _ENDINGS and not set(path.relative_to(root).parts[:-1]) & set(leave_out)
    )
    if not files:
        raise PhotosError(f"there is no JPEG, PNG or WebP photo below {root}; name a folder with portraits")
    person_of = _person_of(files, same_person)
    standards = Standards(crop_size, margin, _LEAST_FACE, _LEAST_SHARPNESS, _MOST_CUT, _SECOND_FACE)
    found = crop_portraits(files, lambda: make_detector(detector, yunet_model), standards, min(4, os.cpu_count() or 1))
    # Numbered in the order of the files' bytes, so that other file names give the same people the same numbers.
    names = [person_of.get(path.name, str(path)) for path in found.files]
    return Portraits(found.crops, pd.factorize(np.array(names, object))[0], found.left_out)


def _person_of(files: list[Path], same_person: Sequence[Sequence[str]]) -> dict[str, str]:
    names = {path.name for path in files}
    person_of: dict[str, str] = {}
    for group in same_person:
        for name in group:
            if name not in names:
                raise PhotosError(f"--same-person names {name!r}, but no photo that is looked at is called so")
            person_of[name] = group[0]
    return person_of
