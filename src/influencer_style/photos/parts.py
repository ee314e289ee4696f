"""The number of parts of a file, counted before a decoder sees it.

Decoders walk through the parts one by one, and a file of a few bytes a part can have any number of them.
"""

from __future__ import annotations

import re
from typing import Literal

from influencer_style.photos.boxes import excess_of_boxes
from influencer_style.photos.formats import AVIF, HEIC, JPEG, PNG, TIFF, WEBP, format_of
from influencer_style.photos.tiff import directories

MAX_SCANS = 100  # of a JPEG, each another way through all of its pixels; cameras and editors write 1 to about 20
MAX_SEGMENTS = 500  # of a JPEG; the largest colour profile has 255, a depth map about 150
MAX_CHUNKS = 100_000  # of a PNG or WebP; a PNG of 200 MB has about 25,000
_MAX_STRAY = 65_536  # bytes between a JPEG's segments, which belong to none

_END, _SCAN = 0xD9, 0xDA
# The end, and what has a length. Anything else stands in a scan's own data, is a fill, or is an error to decoders.
_MARKER = re.compile(rb"\xff([\xc0-\xc7\xc9-\xcf\xd9-\xef\xfe])")
_PNG_HEAD, _WEBP_HEAD = 8, 12  # bytes before the first chunk


def excess(file: bytes) -> str:
    """Return what a photo's file has too much of, such as "100 scans"; empty if there is nothing."""
    known = format_of(file)
    counted = {
        JPEG: lambda: _of_jpeg(file),
        PNG: lambda: _of_chunks(file, _PNG_HEAD, "big", 4, 1),
        WEBP: lambda: _of_chunks(file, _WEBP_HEAD, "little", 0, 2),
        HEIC: lambda: excess_of_boxes(file),
        AVIF: lambda: excess_of_boxes(file),
        TIFF: lambda: directories(file).excess,
    }
    return counted[known]() if known else ""


def _of_jpeg(file: bytes) -> str:
    """Count up to the end marker: what phones append behind it (films, depth maps) does not count."""
    scans = segments = stray = 0
    at = 2
    while (marker := _MARKER.search(file, at)) and not (scans and marker[1][0] == _END):
        stray += 0 if scans else marker.start() - at
        at = marker.end()
        if marker[1][0] == _END:  # before any scan decoders pass over it
            stray += 2
        else:
            segments += 1
            scans += marker[1][0] == _SCAN
            at += max(2, int.from_bytes(file[at : at + 2]))
        if scans > MAX_SCANS:
            return f"{MAX_SCANS} scans"
        if segments > MAX_SEGMENTS:
            return f"{MAX_SEGMENTS} segments"
        if stray > _MAX_STRAY:
            break
    if not scans:
        stray += len(file) - at
    return f"{_MAX_STRAY} stray bytes" if stray > _MAX_STRAY else ""


def _of_chunks(file: bytes, at: int, order: Literal["little", "big"], check: int, even: int) -> str:
    """Count chunks: PNG has length, name, data, check sum; WebP name, length, data of an even number of bytes."""
    length_at = 0 if order == "big" else 4
    for _ in range(MAX_CHUNKS):
        length = int.from_bytes(file[at + length_at : at + length_at + 4], order)
        at += 8 + -(-length // even) * even + check
        if at >= len(file):
            return ""
    return f"{MAX_CHUNKS} chunks"
