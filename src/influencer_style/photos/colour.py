"""Any Pillow mode, with or without a colour profile, to 8-bit sRGB."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageCms

from influencer_style.photos.profiles import CmsError, transform_to_srgb

_WITH_PROFILE = ("L", "RGB", "CMYK", "LAB")
_ROWS = 256  # of a photo at a time: as numbers of 64 bits, all of a large one would fill the memory


def to_rgb(image: Image.Image) -> np.ndarray:
    """Return ``image`` as a uint8 array (height, width, 3) in sRGB.

    Transparency is laid over white; 16-bit and floating-point greys are scaled to 8 bits (floats: 0 to 1, or 0 to 255
    if any is above 1); an embedded ICC profile that fits the mode is applied, one that does not is ignored.
    """
    colours, alpha = without_alpha(image)
    rgb = to_srgb(colours)
    del colours  # as large as the result, or larger
    return np.array(rgb if alpha is None else over_white(rgb, alpha))


def without_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return an image in colours of 8 bits that a profile may belong to, and its transparency, if it has any.

    The colours are in mode L, RGB, CMYK or LAB, with the image's profile in their `info`; the transparency is in mode
    L. Transparent pixels have the colour that lies below.
    """
    profile, alpha = image.info.get("icc_profile"), None
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image)
        if (clear := image.info.get("transparency")) is not None and isinstance(clear, int):
            alpha = Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))
        colours = Image.fromarray(_to_8_bits(values, sixteen=image.mode != "F"))
    elif image.mode not in ("CMYK", "LAB") and image.has_transparency_data:
        grey = image.mode in ("L", "LA", "La")
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        colours = image.getchannel("R") if grey else image.convert("RGB")
    else:
        return image if image.mode in _WITH_PROFILE else image.convert("RGB"), None
    colours.info = {"icc_profile": profile} if profile else {}
    return colours, alpha


def to_srgb(colours: Image.Image) -> Image.Image:
    """Return an image of `without_alpha` in sRGB."""
    profile = colours.info.get("icc_profile")
    if colours.mode == "LAB" and not profile:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    if profile:
        try:
            if (converted := ImageCms.applyTransform(colours, transform_to_srgb(profile, colours.mode))) is not None:
                return converted
        except CmsError:
            pass  # damaged, or of other colours: the numbers are taken as sRGB, as browsers do; `losses` says so
    return colours.convert("RGB")


def over_white(colours: Image.Image, alpha: Image.Image) -> Image.Image:
    """Return an RGB image laid over white."""
    return Image.composite(colours, Image.new("RGB", colours.size, "white"), alpha)


def _to_8_bits(values: np.ndarray, sixteen: bool) -> np.ndarray:
    scale = 255 / 65535 if sixteen else 255 if np.fmax.reduce(values, None, initial=0) <= 1 else 1
    scaled = np.empty(values.shape, np.uint8)
    for first in range(0, len(values), _ROWS):
        rows = slice(first, first + _ROWS)
        scaled[rows] = np.clip(np.rint(np.nan_to_num(values[rows].astype(np.float64)) * scale), 0, 255)
    return scaled
