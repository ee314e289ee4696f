"""Is a JPEG sound? libjpeg paints over damaged data without a word, and a look would be learned from the grey."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

_IN_SCAN = frozenset((0x00, 0xFF, *range(0xD0, 0xD8)))  # a stuffed byte, fill, restart markers
_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD9)))
# What may follow a scan: tables, another scan, line counts, hierarchical parts, application data, comments, the end.
_AFTER_SCAN = frozenset((0xC4, 0xCC, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDF, *range(0xE0, 0xF0), 0xFE))


def first_damage(file: BinaryIO) -> int | None:
    """Return the offset of the first marker that cannot stand in a JPEG's picture data, or None when there is none.

    Markers are followed from the start to the end of the (first) picture; what cameras append after it is not looked
    at. A picture that stops without an end, or oddities between its segments, are the decoder's to judge.
    """
    file.seek(0)
    data = np.frombuffer(file.read(), np.uint8)
    markers = np.flatnonzero((data[:-1] == 0xFF) & (data[1:] != 0xFF))
    at, last = 2, len(data) - 1
    while at < last:
        if data[at] != 0xFF:
            return None
        kind = int(data[at + 1])
        if kind == 0xFF:  # fill
            at += 1
        elif kind == 0xD9:
            return None
        elif kind in _WITHOUT_LENGTH:
            at += 2
        elif at + 4 > len(data):
            return None
        else:
            at += 2 + int(data[at + 2]) * 256 + int(data[at + 3])
            if kind == 0xDA:
                found = _scan_end(data, markers, at)
                if found is None:
                    return None
                at = found
                if int(data[at + 1]) not in _AFTER_SCAN:
                    return at
    return None


def _scan_end(data: np.ndarray, markers: np.ndarray, start: int) -> int | None:
    """Return where the entropy-coded data from ``start`` ends: at the first marker that is not part of it."""
    rest = markers[np.searchsorted(markers, start) :]
    ends = rest[~np.isin(data[rest + 1], tuple(_IN_SCAN))]
    return int(ends[0]) if len(ends) else None
