"""The boxes of HEIC and AVIF files: counted before a decoder sees them, and read for the main picture's colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from influencer_style.photos.code_points import UNKNOWN, CodePoints

MAX_BOXES = 20_000  # of a file; a phone's photo of 200 megapixels has about 2,000
MAX_ENTRIES = 5_000  # items, tiles, extents and references, each; the same photo has about 800 tiles

_FULL = {b"meta", b"iref", b"iinf", b"dref", b"stsd"}  # have a version and flags first
_INSIDE = {
    *(b"meta", b"iprp", b"ipco", b"iref", b"iinf", b"dinf", b"grpl"),
    *(b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"),
}
_DEPTH = 8  # boxes within boxes


@dataclass(frozen=True)
class Box:
    """A box: its type, and where its content lies in the file."""

    kind: bytes
    start: int
    end: int


@dataclass(frozen=True)
class Described:
    """What the boxes of an AVIF say of its main picture."""

    bits: int = 0  # bits per colour; 0 if they do not say
    points: CodePoints = UNKNOWN  # the colours that are meant


def excess_of_boxes(file: bytes) -> str:
    """Return what a file has too much of, such as "5000 items"; empty if there is nothing."""
    items = 0
    for number, box in enumerate(walk_boxes(file, 0, len(file), 0), 1):
        items += box.kind == b"infe"
        if number > MAX_BOXES:
            return f"{MAX_BOXES} boxes"
        if items > MAX_ENTRIES:
            return f"{MAX_ENTRIES} items"
        if box.kind == b"iref" and box.end - box.start > 16 * MAX_ENTRIES:
            return f"{MAX_ENTRIES} references"
        if box.kind == b"ipma" and int.from_bytes(file[box.start + 4 : box.start + 8]) > MAX_ENTRIES:
            return f"{MAX_ENTRIES} items with properties"
        if box.kind == b"iloc" and _extents(file[box.start : box.end]) > MAX_ENTRIES:
            return f"{MAX_ENTRIES} pieces of items"
    return ""


def _extents(content: bytes) -> int:
    """Return in how many pieces the items lie, at least one more than MAX_ENTRIES if there are more than that.

    A piece may take no byte at all, so that any number of them costs a file nothing.
    """
    version, sizes = content[0] if content else 0, int.from_bytes(content[4:6])
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 2 if version < 2 else 4
    items, at, found = int.from_bytes(content[6 : 6 + wide]), 6 + wide, 0
    # Item, construction method (from version 1 on), data reference, where the pieces' places are counted from.
    head, piece = wide + 2 * (version > 0) + 2 + base, offset + length + (index if version else 0)
    for _ in range(items):
        count = int.from_bytes(content[at + head : at + head + 2])
        found += max(1, count)
        at += head + 2 + count * piece
        if found > MAX_ENTRIES or at >= len(content):
            break
    return found


def described(file: bytes) -> Described:
    """Return what the boxes of an AVIF say of its main picture, as far as they can be read."""
    boxes = {box.kind: box for box in reversed(list(walk_boxes(file, 0, len(file), 0)))}
    if not {b"pitm", b"ipco", b"ipma"} <= boxes.keys():
        return Described()
    properties = list(walk_boxes(file, boxes[b"ipco"].start, boxes[b"ipco"].end))
    main = file[boxes[b"pitm"].start : boxes[b"pitm"].end]
    item = int.from_bytes(main[4:6] if main[:1] == b"\0" else main[4:8])
    numbers = _properties_of(file, boxes[b"ipma"], item)
    own = [properties[number - 1] for number in numbers if 0 < number <= len(properties)]
    bits, points = 0, UNKNOWN
    for box in own:
        content = file[box.start : box.end]
        if box.kind == b"pixi" and len(content) > 5:
            bits = max(content[5:])
        elif box.kind == b"av1C" and len(content) > 2:
            bits = (8, 8, 10, 12)[content[2] >> 5 & 3]
        elif box.kind == b"colr" and content.startswith(b"nclx") and len(content) >= 8:
            points = CodePoints(int.from_bytes(content[4:6]), int.from_bytes(content[6:8]))
    return Described(bits, points)


def walk_boxes(file: bytes, at: int, end: int, depth: int = _DEPTH) -> Iterator[Box]:
    """Yield the boxes from ``at`` to ``end``, and those inside of them where ``depth`` is less than 8."""
    while at + 8 <= end:
        size, kind, head = int.from_bytes(file[at : at + 4]), file[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(file[at + 8 : at + 16]), 16
        last = min(end, at + size) if size else end  # size 0: to the end
        start = min(at + head, last)
        yield Box(kind, start, last)
        if kind in _INSIDE and depth < _DEPTH:
            skipped = 4 * (kind in _FULL)
            if kind == b"iinf":
                skipped += 2 if file[start : start + 1] == b"\0" else 4
            yield from walk_boxes(file, start + skipped, last, depth + 1)
        at = last if last > at + 8 else at + 8


def _properties_of(file: bytes, box: Box, item: int) -> list[int]:
    """Return the numbers of an item's properties, from 1."""
    content = file[box.start : box.end]
    wide_item, wide_number = (4 if content[:1] != b"\0" else 2), (2 if content[3:4] and content[3] & 1 else 1)
    at = 8
    for _ in range(min(int.from_bytes(content[4:8]), MAX_ENTRIES)):
        found, at = int.from_bytes(content[at : at + wide_item]), at + wide_item
        count, at = int.from_bytes(content[at : at + 1]), at + 1
        if found == item:
            cut = range(at, at + count * wide_number, wide_number)
            mask = 0x7FFF if wide_number == 2 else 0x7F
            return [int.from_bytes(content[place : place + wide_number]) & mask for place in cut]
        at += count * wide_number
    return []
