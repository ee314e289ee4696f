"""The directories of a TIFF file: counted before a decoder sees them, and what they say of its first picture."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

MAX_PAGES = 1_000
MAX_TAGS = 50_000  # on all pages together; editors write 20 to 60 on each
MAX_PIECES = 100_000  # strips or tiles of a page; 120 megapixels in rows have about 10,000
MAX_PIECE = 1 << 24  # pixels of a tile: a decoder takes memory for a whole tile, however small the picture is

_SUBFILE, _WIDTH, _LENGTH, _BITS, _PHOTOMETRIC = 254, 256, 257, 258, 262
_STRIPS, _STRIP_LENGTHS, _TILE_WIDTH, _TILE_LENGTH, _TILES, _TILE_LENGTHS = 273, 279, 322, 323, 324, 325
_DNG_VERSION = 50706
_COLOUR_FILTERS = (32803, 34892)  # what a sensor saw, before it is a picture
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}


@dataclass(frozen=True)
class Directories:
    """What the directories of a TIFF say."""

    excess: str = ""  # what exceeds a limit, such as "1000 pages"; empty if there is nothing
    pages: int = 0  # number of pictures
    bits: int = 0  # bits per colour of the first picture
    raw: bool = False  # whether this is a camera's raw file, whose first picture is a thumbnail, or what the sensor saw
    negative: bool = False  # whether 0 is white in the first picture
    sound: bool = True  # whether each of its strips or tiles has a length; libtiff would complain of each that has none


def directories(file: bytes) -> Directories:
    """Return what the directories of a TIFF or BigTIFF file say; of a damaged one, what can be read."""
    order = "<" if file.startswith(b"II") else ">"
    big = int.from_bytes(file[2:4], "little" if order == "<" else "big") == 43
    word, number = ("Q", "Q") if big else ("I", "H")  # types of a place in the file and of the number of tags
    place = _read(file, 8 if big else 4, order + word)
    first, seen, all_tags = Directories(), set[int](), 0
    while place and place not in seen and place < len(file):
        if len(seen) >= MAX_PAGES:
            return Directories(f"{MAX_PAGES} pages")
        seen.add(place)
        tags = _read(file, place, order + number)
        all_tags += tags
        if all_tags > MAX_TAGS:
            return Directories(f"{MAX_TAGS} tags")
        start, wide = place + struct.calcsize(order + number), 20 if big else 12
        found = {}
        for at in range(start, start + tags * wide, wide):
            tag, kind = _read(file, at, order + "H"), _read(file, at + 2, order + "H")
            count = _read(file, at + 4, order + word)
            found[tag] = (count, _value(file, at + (12 if big else 8), kind, count, order, word))
        if any(found.get(tag, (0, 0))[0] > MAX_PIECES for tag in (_STRIPS, _TILES)):
            return Directories(f"{MAX_PIECES} strips or tiles")
        if _one(found, _TILE_WIDTH) * _one(found, _TILE_LENGTH) > MAX_PIECE:
            return Directories(f"{MAX_PIECE} pixels in a tile")
        if len(seen) == 1:
            raw = _DNG_VERSION in found or _one(found, _PHOTOMETRIC) in _COLOUR_FILTERS
            # Scans have their full picture first; raw files have a preview there, and the sensor's further down.
            raw = raw or bool(_one(found, _SUBFILE) & 1)
            negative = _PHOTOMETRIC in found and not _one(found, _PHOTOMETRIC)
            counts = {tag: found.get(tag, (0, 0))[0] for tag in (_STRIPS, _STRIP_LENGTHS, _TILES, _TILE_LENGTHS)}
            sound = counts[_STRIPS] == counts[_STRIP_LENGTHS] and counts[_TILES] == counts[_TILE_LENGTHS]
            first = Directories("", 1, _one(found, _BITS) or 1, raw, negative, sound)
        place = _read(file, start + tags * wide, order + word)
    return replace(first, pages=len(seen))


def _one(found: dict[int, tuple[int, int]], tag: int) -> int:
    return found.get(tag, (0, 0))[1]


def _value(file: bytes, at: int, kind: int, count: int, order: str, word: str) -> int:
    """Return the first number of a tag, which lies in the entry itself or where that points; 0 for other kinds."""
    if kind not in (1, 3, 4, 13, 16, 18):
        return 0
    inside = _SIZES[kind] * count <= struct.calcsize(order + word)
    code = {1: "B", 2: "H", 4: "I", 8: "Q"}[_SIZES[kind]]
    return _read(file, at if inside else _read(file, at, order + word), order + code)


def _read(file: bytes, at: int, code: str) -> int:
    """Return a number; 0 past the end of the file."""
    return struct.unpack_from(code, file, at)[0] if at + struct.calcsize(code) <= len(file) else 0
