"""The formats that pictures are written in, and how a file's format is recognised by its first bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class WrittenFormat:
    """A format that pictures are written in.

    Attributes:
        name: The format's usual name.
        pillow: Pillow's name for it.
        media_type: The media type that C2PA and HTTP use.
        most_side: The largest side in pixels that it can hold.
        quality: The default quality, 1 to 100; None for a format that keeps every pixel and has no quality.
        alpha: Whether it supports transparency.
        options: Further options of Pillow's encoder.
    """

    name: str
    pillow: str
    media_type: str
    most_side: int
    quality: int | None
    alpha: bool
    options: Mapping[str, int] = field(default_factory=dict)


JPEG = WrittenFormat("JPEG", "JPEG", "image/jpeg", 65_500, 95, False)
# 2% more bytes than at zlib's default level, 6, in 40% of the time.
PNG = WrittenFormat("PNG", "PNG", "image/png", 2**31 - 1, None, True, {"compress_level": 4})
WEBP = WrittenFormat("WebP", "WEBP", "image/webp", 16_383, 95, True)
# At this quality it is as close to the picture as JPEG's 95, in 60% of the bytes. At the encoder's own speed, 6, a
# picture takes twice the time for 5% fewer bytes. Decoders (libavif) refuse a longer side.
AVIF = WrittenFormat("AVIF", "AVIF", "image/avif", 32_768, 90, True, {"speed": 8})
WRITTEN = {".jpg": JPEG, ".jpeg": JPEG, ".png": PNG, ".webp": WEBP, ".avif": AVIF}
SUFFIXES = frozenset(WRITTEN)
NAMES = "JPEG, PNG, WebP or AVIF"

_STARTS = (
    (b"\xff\xd8\xff", 0, JPEG.media_type),
    (b"\x89PNG\r\n\x1a\n", 0, PNG.media_type),
    (b"WEBP", 8, WEBP.media_type),
    (b"ftypavif", 4, AVIF.media_type),
    (b"ftypavis", 4, AVIF.media_type),
)
# Formats that are only read; their files may have Content Credentials.
_READ_STARTS = (
    (b"II*\0", 0, "image/tiff"),
    (b"MM\0*", 0, "image/tiff"),
    *((b"ftyp" + brand, 4, "image/heic") for brand in (b"heic", b"heix", b"mif1", b"msf1")),
)


def written_media_type(file: bytes) -> str:
    """Return the media type of a file, such as `image/png`; empty for a format that is not written."""
    return _of_start(file, _STARTS)


def media_type(file: bytes) -> str:
    """Return the media type of a photo's file, such as `image/heic`; empty for an unknown format."""
    return _of_start(file, _STARTS + _READ_STARTS)


def _of_start(file: bytes, starts: tuple[tuple[bytes, int, str], ...]) -> str:
    for start, at, kind in starts:
        if file[at : at + len(start)] == start:
            return kind
    return ""
