"""Safe decoding: any file that claims to be a photo becomes an upright RGB array or a ``PhotoError``, never a crash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image

from influencer_style.photos.colour import to_rgb
from influencer_style.photos.files import PhotoError
from influencer_style.photos.opening import MAX_PIXELS, MIN_SIDE, SIDEWAYS, load, opened, turn, upright

__all__ = [
    "HASH_SIDE", "MAX_PIXELS", "MIN_SIDE", "PhotoDigest", "PhotoError", "PhotoHeader", "decode_photo", "photo_digest",
    "photo_header", "photo_thumbnail",
]  # fmt: skip

HASH_SIDE = 16  # a 256-bit perceptual hash


@dataclass(frozen=True)
class PhotoHeader:
    """What a photo's header states before its pixels are decoded: upright width and height in pixels, format, bytes."""

    width: int
    height: int
    format: str
    bytes: int


@dataclass(frozen=True)
class PhotoDigest:
    """A fully decoded photo in short: SHA-256 of its file, upright size, 256-bit perceptual hash (64 hex digits)."""

    sha256: str
    width: int
    height: int
    phash: str


def photo_header(
    photo: str | Path | bytes, max_pixels: int = MAX_PIXELS, root: str | Path | None = None
) -> PhotoHeader:
    """Return the header of a photo, a file or a file's bytes, without decoding its pixels. Raises PhotoError."""
    with opened(photo, max_pixels, root) as (file, image):
        width, height = image.size[::-1] if turn(image) in SIDEWAYS else image.size
        return PhotoHeader(width, height, str(image.format), len(file))


def decode_photo(photo: str | Path | bytes, max_pixels: int = MAX_PIXELS, root: str | Path | None = None) -> np.ndarray:
    """Return a photo as a uint8 array (height, width, 3), sRGB, upright.

    The formats of `photos.formats` are recognised by their content, whatever the name. The orientation that the file
    states is honoured, a valid embedded colour profile is converted to sRGB, transparency lies over white, 16 bits
    become 8. Size is checked beforehand. The file must lie inside the folder `root`, if any, once links are followed.
    Raises PhotoError for anything that is not a sound photo; no other exception, whatever the file holds.
    """
    with opened(photo, max_pixels, root) as (_, image):
        return to_rgb(upright(image))


def photo_thumbnail(path: str | Path, side: int, root: str | Path | None = None) -> np.ndarray:
    """Return the photo at ``path`` as ``decode_photo`` does, its longer side at most ``side`` pixels.

    A JPEG is decoded at reduced scale, at a fraction of the cost. Raises PhotoError.
    """
    with opened(Path(path), MAX_PIXELS, root) as (_, image):
        image.draft(None, (side, side))
        small = Image.fromarray(to_rgb(upright(image)))
        small.thumbnail((side, side))
        return np.asarray(small)


def photo_digest(path: str | Path, max_pixels: int = MAX_PIXELS, root: str | Path | None = None) -> PhotoDigest:
    """Return digest, size and perceptual hash of the photo at ``path``; proves that all of it can be decoded.

    A JPEG is decoded at reduced scale, which reads every byte at a fraction of the cost. Raises PhotoError.
    """
    with opened(path, max_pixels, root) as (file, image):
        size = image.size
        reduced = image.draft("L", (8 * HASH_SIDE, 8 * HASH_SIDE))
        load(image)
        size = size if reduced else image.size
        how = turn(image)
        width, height = size[::-1] if how in SIDEWAYS else size
        odd = image.mode == "LAB" or image.mode.startswith(("I", "F"))
        plain = Image.fromarray(to_rgb(image)) if odd else image
        small = plain.convert("RGBA" if plain.has_transparency_data else "RGB").resize(
            (8 * HASH_SIDE,) * 2, Image.Resampling.BOX
        )
        if small.mode == "RGBA":
            small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
        small = small.convert("L")
        if how is not None:
            small = small.transpose(how)
        sha256 = hashlib.sha256(file).hexdigest()
        return PhotoDigest(sha256, width, height, str(imagehash.phash(small, hash_size=HASH_SIDE)))
