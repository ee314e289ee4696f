"""A photo as a caller may give it: a file, a file's bytes, a PIL image, or an array."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from influencer_style.serving.result import StylistError

if TYPE_CHECKING:
    from influencer_style.photos.original import Original

GivenPhoto = str | Path | bytes | Image.Image | np.ndarray


def original_of(photo: GivenPhoto, private: bool) -> Original:
    """Read a photo; of a file also its Content Credentials, which become those of the result's parent.

    Args:
        photo: arrays are (h, w, 3) uint8 RGB.
        private: keep all of its metadata.

    Raises:
        StylistError: for an array of another kind.
        PhotoError: when it cannot be decoded.
    """
    from influencer_style.photos.files import read_file
    from influencer_style.photos.original import Original, of_image, read_original
    from influencer_style.provenance.parent import parent_of

    if isinstance(photo, str | Path | bytes):
        file = photo if isinstance(photo, bytes) else read_file(photo)
        original = read_original(file, private)
        parent, notice = parent_of(file, private)
        return replace(original, parent=parent, notices=(*original.notices, *([notice] if notice else [])))
    if isinstance(photo, Image.Image):
        return of_image(photo, private)
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3 or 0 in photo.shape:
        raise StylistError(f"an array must be uint8 of shape (h, w, 3), not {photo.dtype} of shape {photo.shape}")
    return Original(photo)
