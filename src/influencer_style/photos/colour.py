"""Any Pillow mode, with or without a colour profile, to 8-bit sRGB."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

_WITH_PROFILE = ("L", "RGB", "CMYK", "LAB")
_ROWS = 256  # of a photo at a time: as numbers of 64 bits, all of a large one would fill the memory


def to_rgb(image: Image.Image) -> np.ndarray:
    """Return ``image`` as a uint8 array (height, width, 3) in sRGB.

    Transparency is laid over white; 16-bit and floating-point greys are scaled to 8 bits (floats: 0 to 1, or 0 to 255
    where they go beyond 1); an embedded ICC profile that fits the mode is applied, one that does not is ignored.
    """
    profile = image.info.get("icc_profile")
    if image.mode.startswith(("I", "F")):
        image = Image.fromarray(_to_8_bits(np.asarray(image), sixteen=image.mode != "F"))
    if image.mode not in ("RGB", "CMYK", "LAB") and image.has_transparency_data:
        image = _over_white(image.convert("RGBA"), profile)
    elif image.mode == "RGB" and "transparency" in image.info:  # one colour stands for "nothing"
        image = _over_white(image.convert("RGBA"), profile)
    else:
        if image.mode in ("1", "P", "PA"):
            image = image.convert("RGB")
        image = _to_srgb(image, profile)
    return np.array(image)


def foreign_profile(image: Image.Image) -> bool | None:
    """Whether an RGB image has a colour profile other than sRGB; None where it has none that can be used."""
    source = _profile(image.info.get("icc_profile"))
    if source is None or source.profile.xcolor_space.strip() != "RGB":
        return None
    return not _is_srgb(source)


def _over_white(image: Image.Image, profile: bytes | None) -> Image.Image:
    alpha = image.getchannel("A")
    colours = _to_srgb(image.convert("RGB"), profile)
    return Image.composite(colours, Image.new("RGB", image.size, "white"), alpha)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    source = _profile(profile) if image.mode in _WITH_PROFILE else None
    if source is not None and not _is_srgb(source):
        try:
            target = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, source, target, outputMode="RGB") or image.convert("RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # of another colour space: the numbers are taken as sRGB, as browsers do
    return image.convert("RGB")


def _profile(profile: bytes | None) -> ImageCms.ImageCmsProfile | None:
    """Return a profile, or None for a broken one."""
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    return "srgb" in (profile.profile.profile_description or "").lower()


def _to_8_bits(values: np.ndarray, sixteen: bool) -> np.ndarray:
    scale = 255 / 65535 if sixteen else 255 if np.fmax.reduce(values, None, initial=0) <= 1 else 1
    scaled = np.empty(values.shape, np.uint8)
    for first in range(0, len(values), _ROWS):
        rows = slice(first, first + _ROWS)
        scaled[rows] = np.clip(np.rint(np.nan_to_num(values[rows].astype(np.float64)) * scale), 0, 255)
    return scaled
