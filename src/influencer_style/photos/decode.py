"""Safe decoding: any file that claims to be a photo becomes an upright RGB array or a ``PhotoError``, never a crash."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image, UnidentifiedImageError

from influencer_style.photos.colour import to_rgb
from influencer_style.photos.files import PhotoError, read_file, refuse_size
from influencer_style.photos.parts import excess
from influencer_style.storage.text import short

MAX_PIXELS = 120_000_000  # above the 108 megapixels of today's phones
MIN_SIDE = 64
HASH_SIDE = 16  # a 256-bit perceptual hash

_FORMATS = ("JPEG", "PNG", "WEBP")
_OTHER_FORMATS = (
    (b"GIF8", 0, "GIF"),
    (b"BM", 0, "BMP"),
    (b"II*\0", 0, "TIFF or camera raw"),
    (b"MM\0*", 0, "TIFF or camera raw"),
    (b"8BPS", 0, "Photoshop"),
    (b"ftyp", 4, "HEIC, AVIF or a film"),
    (b"\xff\x0a", 0, "JPEG XL"),
    (b"JXL ", 4, "JPEG XL"),
    (b"%PDF", 0, "PDF"),
    (b"jP  ", 4, "JPEG 2000"),
)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# The pixel count is checked here, against max_pixels, before anything is decoded; Pillow's own warning would only
# repeat that with another limit. Its error for far larger pictures stays, and is translated below.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
# Of broken EXIF, each of thousands of tags; see _turn.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


@dataclass(frozen=True)
class PhotoHeader:
    """What a photo says of itself before its pixels are decoded: upright width and height in pixels, format, bytes."""

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
        width, height = _upright_size(image.size, _turn(image))
        return PhotoHeader(width, height, str(image.format), len(file))


def decode_photo(photo: str | Path | bytes, max_pixels: int = MAX_PIXELS, root: str | Path | None = None) -> np.ndarray:
    """Return a photo as a uint8 array (height, width, 3), sRGB, upright.

    JPEG, PNG and WebP are known by their content, whatever the name. EXIF orientation is honoured, a valid embedded
    colour profile is converted to sRGB, transparency lies over white, 16 bits become 8. Size is checked beforehand.

    Args:
        photo: the file, or its bytes.
        max_pixels: most pixels that are decoded.
        root: when given, the file must lie inside this folder once links are followed.

    Raises:
        PhotoError: for anything that is not a sound photo; no other exception, whatever the file holds.
    """
    with opened(photo, max_pixels, root) as (_, image):
        return to_rgb(upright(image))


def photo_thumbnail(
    path: str | Path, side: int, max_pixels: int = MAX_PIXELS, root: str | Path | None = None
) -> np.ndarray:
    """Return the photo at ``path`` as ``decode_photo`` does, its longer side at most ``side`` pixels.

    A JPEG is decoded at reduced scale, at a fraction of the cost. Raises PhotoError.
    """
    with opened(Path(path), max_pixels, root) as (_, image):
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
        image.draft("L", (8 * HASH_SIDE, 8 * HASH_SIDE))
        image.load()
        turn = _turn(image)
        width, height = _upright_size(size, turn)
        if image.mode.startswith(("I", "F")):
            image = Image.fromarray(to_rgb(image))
        small = image.convert("RGBA" if image.has_transparency_data else "RGB").resize(
            (8 * HASH_SIDE,) * 2, Image.Resampling.BOX
        )
        if small.mode == "RGBA":
            small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
        small = small.convert("L")
        if turn is not None:
            small = small.transpose(turn)
        sha256 = hashlib.sha256(file).hexdigest()
        return PhotoDigest(sha256, width, height, str(imagehash.phash(small, hash_size=HASH_SIDE)))


@contextmanager
def opened(photo: str | Path | bytes, max_pixels: int, root: str | Path | None) -> Iterator[tuple[bytes, Image.Image]]:
    """Open and check a photo; turn whatever goes wrong in the block, too, into a PhotoError.

    The file is read once and whole, so that its bytes and its pixels belong together, whoever writes to it meanwhile.
    """
    try:
        file = photo if isinstance(photo, bytes) else read_file(photo, root)
        refuse_size(len(file))
        if too_much := excess(file):
            raise PhotoError("too_large", f"has more than {too_much}; export it again from its original")
        with _open_image(file, max_pixels) as image:
            yield file, image
    except PhotoError:
        raise
    except MemoryError:
        raise PhotoError("too_large", "needs more memory than there is; make it smaller") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        limit = f"{max_pixels / 1e6:.0f} megapixels"
        raise PhotoError("too_large", f"has far more pixels than the {limit} allowed; make it smaller") from None
    except Exception as error:  # a decoder given hostile bytes may raise anything; the file is to blame, not the run
        text = short(str(error)) or type(error).__name__
        cut = any(word in text.lower() for word in ("truncated", "broken data stream", "unexpected end"))
        code = "truncated" if cut else "unreadable"
        raise PhotoError(code, f"cannot be decoded ({text}); export it again from its original") from None


def _open_image(file: bytes, max_pixels: int) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(file), formats=_FORMATS)
    except UnidentifiedImageError:
        start = file[:32]
        for magic, offset, name in _OTHER_FORMATS:
            if start[offset:].startswith(magic):
                raise PhotoError("unsupported_format", f"is {name}; export it as JPEG, PNG or WebP") from None
        if start.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or start[8:12] == b"WEBP":
            raise PhotoError("truncated", "has a damaged header; export it again from its original") from None
        raise PhotoError("not_an_image", "is not a JPEG, PNG or WebP picture; remove it or export it as one") from None
    width, height = image.size
    if width * height > max_pixels:
        limit = f"{max_pixels / 1e6:.0f} megapixels"
        raise PhotoError("too_large", f"has {width} x {height} pixels, more than {limit}; make it smaller")
    if min(width, height) < MIN_SIDE:
        raise PhotoError("too_small", f"has {width} x {height} pixels, less than {MIN_SIDE} a side; use a larger copy")
    return image


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(0x0112))
    except Exception:  # EXIF is decoration: whatever nonsense it holds, the pixels are still a photo
        return None


def upright(image: Image.Image) -> Image.Image:
    """Decode an opened image, and turn it as its EXIF says."""
    image.load()
    turn = _turn(image)
    if turn is None:
        return image
    turned = image.transpose(turn)
    turned.info = dict(image.info)
    return turned


def _upright_size(size: tuple[int, int], turn: Image.Transpose | None) -> tuple[int, int]:
    sideways = turn is not None and turn in (_TURNS[5], _TURNS[6], _TURNS[7], _TURNS[8])
    return size[::-1] if sideways else size
