"""What an ICC profile is good for: its effect on colours decides, not its name."""

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
    """Return the transform from a profile's colours to sRGB.

    Args:
        profile: The ICC profile.
        mode: Pillow's mode of the picture that the profile belongs to.

    Raises:
        CmsError: One of these errors, if the profile is damaged, or is not for that mode.
    """
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")


def transform_from_srgb(profile: bytes) -> ImageCms.ImageCmsTransform:
    """Return the transform from sRGB to the colours of an RGB profile. Raises CmsError if there is none."""
    target = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.buildTransform(ImageCms.createProfile("sRGB"), target, "RGB", "RGB")


def _applied(transform: ImageCms.ImageCmsTransform, colours: np.ndarray) -> np.ndarray:
    return np.asarray(ImageCms.applyTransform(Image.fromarray(colours), transform))
