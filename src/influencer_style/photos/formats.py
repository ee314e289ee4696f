"""The formats of photos that are read: how each is recognised, and which one is written to keep a photo's format.

Content decides, not the file's name: people and programs give any suffix to any format. docs/formats.md is this table
in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

START = 128  # bytes of a file from which its format is recognised

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis"}
_HEIC_SEQUENCE_BRANDS = {b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF_BRANDS = {b"avif", b"avis"}
_CONTAINER_BRANDS = {b"mif1", b"mif2", b"msf1", b"miaf"}  # which do not say how the pixels are coded
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the latter two are BigTIFF


@dataclass(frozen=True)
class PhotoFormat:
    """A format of photos that is read."""

    name: str  # the common name
    pillow: str  # Pillow's name
    suffixes: tuple[str, ...]  # the usual suffixes of such files; the first is the one to write
    # The suffix of a picture that keeps the format: its own, or that of the nearest one that is written
    written_as: str
    because: str = ""  # why another format is written; empty if its own is


JPEG = PhotoFormat("JPEG", "JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), ".jpg")
PNG = PhotoFormat("PNG", "PNG", (".png",), ".png")
WEBP = PhotoFormat("WebP", "WEBP", (".webp",), ".webp")
AVIF = PhotoFormat("AVIF", "AVIF", (".avif",), ".avif")
HEIC = PhotoFormat("HEIC", "HEIF", (".heic", ".heif", ".hif"), ".jpg", "HEIC is read, but not written")
TIFF = PhotoFormat("TIFF", "TIFF", (".tif", ".tiff"), ".png", "PNG loses nothing either, and is read everywhere")
FORMATS = (JPEG, PNG, WEBP, AVIF, HEIC, TIFF)

READ = f"{', '.join(known.name for known in FORMATS[:-1])} and {FORMATS[-1].name}"
READ_ONE = f"{', '.join(known.name for known in FORMATS[:-1])} or {FORMATS[-1].name}"
SUFFIXES = frozenset(suffix for known in FORMATS for suffix in known.suffixes)

# Formats that are refused by name: how a file starts, and what it is.
_REFUSED: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (lambda start: start.startswith(b"GIF8"), "GIF"),
    (lambda start: start.startswith(b"BM"), "BMP"),
    (lambda start: start[8:10] == b"CR" and start.startswith(b"II*\0"), "camera raw"),
    (lambda start: start.startswith((b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FUJIFILMCCD-RAW")), "camera raw"),
    (lambda start: start.startswith(b"8BPS"), "Photoshop"),
    (lambda start: bool(_brands(start) & _HEIC_SEQUENCE_BRANDS), "a film or burst of HEIC pictures"),
    (lambda start: b"crx " in _brands(start), "camera raw"),
    (lambda start: start[4:8] in (b"ftyp", b"moov", b"wide"), "a film"),
    (lambda start: start.startswith((b"\xff\x0a", b"\0\0\0\x0cJXL ")), "JPEG XL"),
    (lambda start: start.startswith(b"%PDF"), "PDF"),
    (lambda start: start[4:8] == b"jP  ", "JPEG 2000"),
)


def format_of(start: bytes) -> PhotoFormat | None:
    """Return the format of a file by its first bytes, `START` of them or more; None for one that is not read."""
    brands = _brands(start)
    major = start[8:12] if brands else b""
    matches = {
        JPEG: start.startswith(b"\xff\xd8\xff"),
        PNG: start.startswith(b"\x89PNG\r\n\x1a\n"),
        WEBP: start[8:12] == b"WEBP",
        TIFF: start.startswith(_TIFF_STARTS) and not refused_format(start),
        AVIF: major in _AVIF_BRANDS or (major in _CONTAINER_BRANDS and brands & _AVIF_BRANDS),
        HEIC: major in _HEIC_BRANDS or (major in _CONTAINER_BRANDS - {b"msf1"} and brands & _HEIC_BRANDS),
    }
    return next((known for known, matched in matches.items() if matched), None)


def refused_format(start: bytes) -> str:
    """Return the name of a format that is not read, by a file's first bytes; empty if they do not tell."""
    return next((name for matches, name in _REFUSED if matches(start)), "")


def _brands(start: bytes) -> set[bytes]:
    """Return the brands in the first box of a HEIC, AVIF or film; none for another file."""
    if start[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(start[:4]), len(start))
    return {start[8:12], *(start[at : at + 4] for at in range(16, end - 3, 4))}
