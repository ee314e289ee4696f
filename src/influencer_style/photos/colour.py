"""Colours: what an ICC profile is good for, and any Pillow mode, with or without a profile, to 8-bit sRGB."""

from __future__ import annotations

import io
from enum import Enum

import numpy as np
from PIL import Image, ImageCms

_SRGB_TOLERANCE = 3  # levels of 255; sRGB profiles of different makers differ by 1 or 2, gamma 2.2 from sRGB by 7
_RETURN_TOLERANCE = 12  # levels by which greys may come back changed from sRGB on average
_STEPS = np.linspace(0, 255, 9).astype(np.uint8)
_GREYS = np.repeat(np.arange(0, 256, 5, dtype=np.uint8)[:, None], 3, 1)[None]
_COLOURS = np.stack(np.meshgrid(_STEPS, _STEPS, _STEPS), -1).reshape(1, -1, 3)

CmsError = (ImageCms.PyCMSError, OSError, ValueError, TypeError, AttributeError)

_WITH_PROFILE = ("L", "RGB", "CMYK", "LAB")
_ROWS = 256  # of a photo at a time: as numbers of 64 bits, all of a large one would fill the memory


class ProfileKind(Enum):
    """Kinds of profiles: none; sRGB; another; another whose colours cannot be reached from sRGB; an unusable one."""

    NONE = "none"
    SRGB = "srgb"
    FOREIGN = "foreign"
    ONE_WAY = "one way"
    UNUSABLE = "unusable"


def kind_of(profile: bytes | None, mode: str = "RGB") -> ProfileKind:
    """Return what a profile is good for on a picture of a mode; nothing is raised, whatever the bytes are.

    Only RGB pictures are kept in their own colours: for other modes a usable profile is ONE_WAY.
    """
    if not profile:
        return ProfileKind.NONE
    try:
        to_srgb = transform_to_srgb(profile, mode)
        if mode != "RGB":
            return ProfileKind.ONE_WAY
        colours = _applied(to_srgb, _COLOURS)
    except CmsError:
        return ProfileKind.UNUSABLE
    if np.abs(colours.astype(int) - _COLOURS).max() <= _SRGB_TOLERANCE:
        return ProfileKind.SRGB
    try:
        returned = _applied(transform_from_srgb(profile), _applied(to_srgb, _GREYS))
    except CmsError:
        return ProfileKind.ONE_WAY
    sound = np.abs(returned.astype(int) - _GREYS).mean() <= _RETURN_TOLERANCE
    return ProfileKind.FOREIGN if sound else ProfileKind.ONE_WAY


def transform_to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    """Return the transform from the colours of an ICC profile, of a picture of Pillow's mode, to sRGB.

    Raises one of CmsError if the profile is damaged, or is not for that mode.
    """
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")


def transform_from_srgb(profile: bytes) -> ImageCms.ImageCmsTransform:
    """Return the transform from sRGB to the colours of an RGB profile. Raises CmsError if there is none."""
    target = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.buildTransform(ImageCms.createProfile("sRGB"), target, "RGB", "RGB")


def _applied(transform: ImageCms.ImageCmsTransform, colours: np.ndarray) -> np.ndarray:
    return np.asarray(ImageCms.applyTransform(Image.fromarray(colours), transform))


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
