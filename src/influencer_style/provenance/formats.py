"""The formats that pictures are written in, and the media types of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from influencer_style.photos.formats import HEIC, START, TIFF, format_of


@dataclass(frozen=True)
class WrittenFormat:
    """A format that pictures are written in."""

    name: str  # the format's usual name
    pillow: str  # Pillow's name for it
    media_type: str  # the media type that C2PA and HTTP use
    most_side: int  # the largest side in pixels that it can hold
    quality: int | None  # the default quality, 1 to 100; None for a format that keeps every pixel and has no quality
    alpha: bool  # whether it supports transparency
    options: Mapping[str, int] = field(default_factory=dict)  # further options of Pillow's encoder


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

_MEDIA_TYPES = {kind.pillow: kind.media_type for kind in WRITTEN.values()}
# Formats that are only read; their files may have Content Credentials.
_READ_MEDIA_TYPES = _MEDIA_TYPES | {HEIC.pillow: "image/heic", TIFF.pillow: "image/tiff"}


def written_media_type(file: bytes) -> str:
    """Return the media type of a file, such as `image/png`; empty for a format that is not written."""
    return _media_type(file, _MEDIA_TYPES)


def media_type(file: bytes) -> str:
    """Return the media type of a photo's file, such as `image/heic`; empty for an unknown format."""
    return _media_type(file, _READ_MEDIA_TYPES)


def _media_type(file: bytes, known: Mapping[str, str]) -> str:
    found = format_of(file[:START])
    return known.get(found.pillow, "") if found else ""
