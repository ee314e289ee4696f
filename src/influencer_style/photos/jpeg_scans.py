"""How many scans a JPEG has: each is another way through all of its pixels, and a file of 40 bytes a scan can ask for
any number."""

from __future__ import annotations

import re

MAX_SCANS = 100  # cameras and editors write 1 to about 20

_END, _SCAN = 0xD9, 0xDA
# What follows 0xFF in a scan's own data (0x00, restarts), fills (0xFF), or stands without a length.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])", re.DOTALL)


def scans(jpeg: bytes) -> int:
    """Return the number of scans of a JPEG file up to its end marker; at most one more than MAX_SCANS.

    What phones append behind the end (films, depth maps) does not count, nor what lies in other segments.
    """
    count, at = 0, 0
    while count <= MAX_SCANS and (marker := _MARKER.search(jpeg, at)) and (kind := marker[1][0]) != _END:
        count += kind == _SCAN
        at = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2])
    return count
