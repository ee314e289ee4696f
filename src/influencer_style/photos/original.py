"""A photo with all that a restyled copy must keep: its own colour space, transparency and metadata."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from influencer_style.metadata.kept import kept_metadata
from influencer_style.photos.colour import ProfileKind, kind_of, over_white, to_srgb, transform_from_srgb, without_alpha
from influencer_style.photos.losses import losses_of_file, losses_of_image
from influencer_style.photos.opening import MAX_PIXELS, opened, photo_errors, refuse_too_many, upright

_ROWS = 256  # of a photo at a time


@dataclass(frozen=True)
class Parent:
    """The photo that a picture was made from."""

    # Its file's type, such as `image/heic`; empty for a format without room for Content Credentials
    media_type: str = ""
    # Its Content Credentials, with the result of their validation, as an archive of C2PA; empty if it has none
    credentials: bytes = field(default=b"", repr=False)
    redacted: tuple[str, ...] = ()  # the addresses of those parts that are removed when the credentials are written


@dataclass(frozen=True)
class Original:
    """A decoded photo."""

    pixels: np.ndarray  # uint8 (h, w, 3), sRGB, upright; transparent pixels have the colour that lies below
    alpha: np.ndarray | None = None  # uint8 (h, w), or None if nothing can be transparent
    # Uint8 (h, w, 3), the colours as the file has them if its profile is not sRGB; else None
    own: np.ndarray | None = None
    profile: bytes = b""  # the ICC profile that goes back into the file; may be empty
    exif: bytes = b""  # the EXIF that goes back into the file; may be empty
    xmp: str = ""  # the XMP that goes back into the file, one element `rdf:Description`; may be empty
    # The photo's file as what the result is made from; None if there was no file, or it was not examined
    parent: Parent | None = None
    sha256: str = ""  # the file's SHA-256; empty if there was no file
    notices: tuple[str, ...] = ()  # what the file had and a copy will not have, in sentences

    @property
    def seen(self) -> np.ndarray:
        """The photo as people see it, uint8 (h, w, 3): over white where it is transparent."""
        if self.alpha is None:
            return self.pixels
        return np.array(over_white(Image.fromarray(self.pixels), Image.fromarray(self.alpha)))

    def with_pixels(self, pixels: np.ndarray) -> Image.Image:
        """Return a picture, RGB or RGBA, with other pixels, uint8 (h, w, 3) sRGB, in the photo's own colour space.

        Only the difference is carried over: the same pixels give the file's own colours exactly, and colours outside of
        sRGB are kept.
        """
        picture = Image.fromarray(pixels)
        if self.own is not None:
            back = transform_from_srgb(self.profile)
            moved = np.empty_like(self.own)
            for first in range(0, len(moved), _ROWS):
                rows = slice(first, first + _ROWS)
                before, after = (
                    np.asarray(ImageCms.applyTransform(Image.fromarray(part[rows]), back), np.int16)
                    for part in (self.pixels, pixels)
                )
                moved[rows] = np.clip(self.own[rows] + (after - before), 0, 255)
            picture = Image.fromarray(moved)
        if self.alpha is not None:
            picture.putalpha(Image.fromarray(self.alpha))
        return picture


def read_original(photo: str | Path | bytes, private: bool = False) -> Original:
    """Return a photo, a file or a file's bytes, decoded; if `private`, with all its metadata, see `kept_metadata`.

    Raises PhotoError for anything that is not a sound photo.
    """
    with opened(photo, MAX_PIXELS, None) as (file, image):
        metadata = kept_metadata(image, private)
        lost = losses_of_file(file, image)
        original = _of_upright(upright(image))
        sha256 = hashlib.sha256(file).hexdigest()
        notices = (*original.notices, *lost, *metadata.notices)
        return replace(original, exif=metadata.exif, xmp=metadata.xmp, sha256=sha256, notices=notices)


def of_image(image: Image.Image, private: bool = False) -> Original:
    """Return a PIL image as an original, turned as its EXIF says.

    Raises PhotoError if its pixels cannot be decoded, because its file is damaged, or are too many.
    """
    with photo_errors():
        refuse_too_many(image, MAX_PIXELS)
        metadata = kept_metadata(image, private)
        original = _of_upright(ImageOps.exif_transpose(image))
        notices = (*original.notices, *metadata.notices)
        return replace(original, exif=metadata.exif, xmp=metadata.xmp, notices=notices)


def _of_upright(image: Image.Image) -> Original:
    colours, alpha = without_alpha(image)
    profile = colours.info.get("icc_profile") or b""
    kind = ProfileKind.ONE_WAY if image.info.get("hdr") else kind_of(profile, colours.mode)
    own = np.array(colours) if colours.mode == "RGB" and kind is ProfileKind.FOREIGN else None
    kept = profile if colours.mode == "RGB" and kind in (ProfileKind.FOREIGN, ProfileKind.SRGB) else b""
    # True sRGB goes through as it is: converting it would only add noise of a level or two.
    pixels = np.array(colours if own is None and kept else to_srgb(colours))
    return Original(pixels, None if alpha is None else np.array(alpha), own, kept, notices=losses_of_image(image, kind))
