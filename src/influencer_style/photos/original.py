"""A photo with all that a restyled copy of it must keep: its colours' own space, its transparency, its metadata."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from influencer_style.photos.colour import foreign_profile, to_rgb
from influencer_style.photos.decode import MAX_PIXELS, opened, upright
from influencer_style.photos.metadata import kept_metadata
from influencer_style.photos.parent import Parent

_ROWS = 256  # of a photo at a time
_NOT_RGB = ("CMYK", "LAB")
_DEPTH = 24  # where a PNG file says how many bits a colour has


@dataclass(frozen=True)
class Original:
    """A decoded photo.

    Attributes:
        pixels: uint8 (h, w, 3), sRGB, upright; what is transparent has the colour that lies below.
        alpha: uint8 (h, w), or None where nothing can be transparent.
        own: uint8 (h, w, 3), the colours as the file has them, where its profile is not sRGB; else None.
        profile: the ICC profile that goes back into the file; may be empty.
        exif: what goes back into the file; may be empty.
        xmp: likewise, one element `rdf:Description`.
        parent: its file as what the result is made from; None where there was no file, or nobody has looked.
        sha256: of the file; empty where there was none.
        notices: what the file had and a copy will not have, in sentences.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    own: np.ndarray | None = None
    profile: bytes = b""
    exif: bytes = b""
    xmp: str = ""
    parent: Parent | None = None
    sha256: str = ""
    notices: tuple[str, ...] = ()

    @property
    def seen(self) -> np.ndarray:
        """The photo as it is looked at, uint8 (h, w, 3): over white where it is transparent."""
        if self.alpha is None:
            return self.pixels
        over = Image.composite(
            Image.fromarray(self.pixels), Image.new("RGB", self.alpha.shape[::-1], "white"), Image.fromarray(self.alpha)
        )
        return np.array(over)

    def with_pixels(self, pixels: np.ndarray) -> Image.Image:
        """Return a picture, RGB or RGBA, with other pixels, uint8 (h, w, 3) sRGB, in the photo's own colour space.

        Only the difference is carried over: the same pixels give the file's own colours exactly, and colours that sRGB
        has not are kept.
        """
        picture = Image.fromarray(pixels)
        if self.own is not None:
            back = ImageCms.buildTransform(
                ImageCms.createProfile("sRGB"), ImageCms.ImageCmsProfile(io.BytesIO(self.profile)), "RGB", "RGB"
            )
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


def read_original(
    photo: str | Path | bytes, private: bool = False, max_pixels: int = MAX_PIXELS, root: str | Path | None = None
) -> Original:
    """Return a photo, a file or a file's bytes. Arguments and errors beside `private` are those of `decode_photo`.

    Args:
        photo: the file, or its bytes.
        private: keep all of its metadata, see `kept_metadata`.

    Raises:
        PhotoError: for anything that is not a sound photo.
    """
    with opened(photo, max_pixels, root) as (file, image):
        frames, kind = getattr(image, "n_frames", 1), image.format
        metadata = kept_metadata(image, private)
        original = _of_upright(upright(image))
        sha256 = hashlib.sha256(file).hexdigest()
        notices = [*original.notices, *metadata.notices]
        if kind == "PNG" and file[_DEPTH] == 16:
            notices.append("it has 16 bits a colour; the result has 8")
        if frames > 1 and kind != "MPO":  # phones keep a depth map or a second view beside the photo
            notices.append(f"it moves; the result shows the first of its {frames} pictures")
        return replace(original, exif=metadata.exif, xmp=metadata.xmp, sha256=sha256, notices=tuple(notices))


def of_image(image: Image.Image, private: bool = False) -> Original:
    """Return a PIL image as an original; its EXIF says how it is turned."""
    metadata = kept_metadata(image, private)
    original = _of_upright(ImageOps.exif_transpose(image))
    notices = (*original.notices, *metadata.notices)
    return replace(original, exif=metadata.exif, xmp=metadata.xmp, notices=notices)


def _of_upright(image: Image.Image) -> Original:
    notices = (f"it is in {image.mode}; the result is in RGB",) if image.mode in _NOT_RGB else ()
    alpha = None
    if image.mode not in _NOT_RGB and image.has_transparency_data:
        profile, image = image.info.get("icc_profile"), image.convert("RGBA")
        alpha = np.array(image.getchannel("A"))
        image = image.convert("RGB")
        image.info = {"icc_profile": profile} if profile else {}
    foreign = foreign_profile(image) if image.mode == "RGB" else None
    own = np.array(image) if foreign else None
    kept = image.info["icc_profile"] if foreign is not None else b""
    return Original(to_rgb(image), alpha, own, kept, notices=notices)
