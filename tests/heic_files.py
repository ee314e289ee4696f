"""HEIC files for tests: four that an encoder made, and what is told of their pictures by more boxes."""

from __future__ import annotations

import struct
from pathlib import Path

FOLDER = Path(__file__).parent / "heic"


def heic(name: str = "plain", *properties: bytes) -> bytes:
    """Return a file of 96 x 96 pixels: plain (with EXIF), grey, clear (transparent) or deep (10 bits).

    Args:
        name: which one.
        properties: boxes that its main picture gets.
    """
    file = (FOLDER / f"{name}.heic").read_bytes()
    for content in properties:
        file = with_property(file, content)
    return file


def box(kind: bytes, content: bytes) -> bytes:
    """Return a box with its length."""
    return struct.pack(">I", 8 + len(content)) + kind + content


def turned(quarters: int) -> bytes:
    """Return the property that turns a picture by so many quarters of a circle against the clock."""
    return box(b"irot", bytes((quarters,)))


def colours(primaries: int, transfer: int) -> bytes:
    """Return the property that says which colours are meant, by numbers of ITU-T H.273."""
    return box(b"colr", b"nclx" + struct.pack(">3HB", primaries, transfer, 6, 0x80))


def profile(icc: bytes) -> bytes:
    """Return the property that holds a colour profile."""
    return box(b"colr", b"prof" + icc)


def with_property(file: bytes, content: bytes) -> bytes:
    """Return a HEIC or AVIF file whose first picture has one more property."""
    ipco, ipma = file.index(b"ipco") - 4, file.index(b"ipma") - 4
    end = ipco + _size(file, ipco)
    number, at = 0, ipco + 8
    while at < end:
        number, at = number + 1, at + _size(file, at)
    first = ipma + 18  # behind the number of the first picture: how many properties it has
    count = file[first]
    grown = (
        file[: ipma + 4]
        + file[ipma + 4 : first]
        + bytes((count + 1,))
        + file[first + 1 : first + 1 + count]
        + bytes((0x80 | number + 1,))
        + file[first + 1 + count :]
    )
    grown = grown[:end] + content + grown[end:]
    data = bytearray(grown)
    added = len(content) + 1
    for name, more in ((b"meta", added), (b"iprp", added), (b"ipco", len(content)), (b"ipma", 1)):
        at = data.index(name) - 4
        if name == b"ipma":
            at = end + len(content)
        data[at : at + 4] = struct.pack(">I", _size(data, at) + more)
    return _moved(data, added)


def _moved(data: bytearray, by: int) -> bytes:
    """Add to where the items' bytes lie; the tables of our encoders have 4 bytes for a place and one piece an item."""
    at = data.index(b"iloc") + 8
    base, items = data[at + 1] >> 4, struct.unpack_from(">H", data, at + 2)[0]
    at += 4
    for _ in range(items):
        place = at + 4 + base + 2
        data[place : place + 4] = struct.pack(">I", struct.unpack_from(">I", data, place)[0] + by)
        at = place + 8
    return bytes(data)


def _size(file: bytes | bytearray, at: int) -> int:
    return int.from_bytes(file[at : at + 4])
