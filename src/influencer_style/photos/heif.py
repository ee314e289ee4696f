"""HEIC, as phones write it: decoded by libheif, within its limits of memory, items and tiles."""

from __future__ import annotations

import io

from PIL import Image


def open_heic(file: bytes) -> Image.Image:
    """Return the main picture of a HEIC file as a Pillow image whose pixels are not decoded yet.

    It is upright already: libheif does what the file's own boxes say of turning and cropping, and its EXIF is not
    asked. `info` has `bit_depth`, and `nclx_profile` where that says which colours are meant.

    Raises:
        SyntaxError: when the file is damaged.
    """
    import pi_heif
    from pi_heif import HeifImageFile

    # Only the main picture is wanted, and each of the others would be opened.
    pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False
    return HeifImageFile(io.BytesIO(file))
