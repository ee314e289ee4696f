"""The bytes in which a file keeps its C2PA manifests, and limits on their number.

The time that the C2PA library takes to read manifests grows with the square of the number of assertions: a file of one
megabyte can keep it busy for a minute. So they are found and counted here before the library sees the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from influencer_style.photos.boxes import walk_boxes

Json = dict[str, Any]  # as the C2PA library writes and reads it
# The purposes of a signing certificate that C2PA names: e-mail protection, document signing, C2PA claim signing.
PURPOSES = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1"
OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}
NO_HOSTS = {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": 16}
# C2PA's codes about who signed and when begin with these. They leave the bytes as they were signed.
ABOUT_THE_SIGNER = ("signingCredential.", "timeStamp.")


MAX_BYTES = 4 * 2**20  # a camera writes 0.1 to 1 MB, mostly a thumbnail
MAX_BOXES = 500  # named boxes, one for each assertion; a manifest has about 8
MAX_REFERENCES = 2_000  # from one assertion or manifest to another; a manifest has about 20

_BMFF_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_TIFF_TAG = 0xCD41
_SEGMENTS_START, _LAST_SEGMENTS = 2, (0xD9, 0xDA)  # a JPEG's end and its first scan


def store_of(file: bytes) -> bytes:
    """Return the manifest store of a JPEG, PNG, WebP, AVIF, HEIC or TIFF file; empty if there is none.

    Several stores, which no sound file has, are concatenated. A JPEG's store keeps the headers of its segments.
    """
    if b"jumb" not in file:  # every store is such a box
        return b""
    return b"".join(file[start:end] for start, end in _pieces(file))


def excess(store: bytes) -> str:
    """Return the limit that a manifest store exceeds, such as "500 assertions"; empty if it exceeds none."""
    if len(store) > MAX_BYTES:
        return f"{MAX_BYTES >> 10} KiB"
    if store.count(b"jumb") > MAX_BOXES:
        return f"{MAX_BOXES} assertions"
    if store.count(b"self#jumbf") > MAX_REFERENCES:
        return f"{MAX_REFERENCES} references"
    return ""


def _pieces(file: bytes) -> Iterator[tuple[int, int]]:
    if file.startswith(b"\xff\xd8\xff"):
        return _of_jpeg(file)
    if file.startswith(b"\x89PNG\r\n\x1a\n"):
        return _of_png(file)
    if file[8:12] == b"WEBP":
        return _of_webp(file)
    if file[4:8] == b"ftyp":
        found = (box for box in walk_boxes(file, 0, len(file)) if box.kind == b"uuid")
        return ((box.start + 16, box.end) for box in found if file[box.start : box.start + 16] == _BMFF_UUID)
    return _of_tiff(file)


def _of_jpeg(file: bytes) -> Iterator[tuple[int, int]]:
    at = _SEGMENTS_START
    while at + 4 <= len(file) and (at := file.find(b"\xff", at)) >= 0 and at + 4 <= len(file):
        marker, length = file[at + 1], int.from_bytes(file[at + 2 : at + 4])
        if marker in _LAST_SEGMENTS:
            return
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:  # a fill, or a marker without content
            at += 1
            continue
        if marker == 0xEB and file[at + 4 : at + 6] == b"JP":
            yield at + 4, at + 2 + length
        at += 2 + max(2, length)


def _of_png(file: bytes) -> Iterator[tuple[int, int]]:
    at = 8
    while at + 12 <= len(file):
        end = at + 12 + int.from_bytes(file[at : at + 4])
        if file[at + 4 : at + 8] == b"caBX":
            yield at + 8, end - 4
        at = end


def _of_webp(file: bytes) -> Iterator[tuple[int, int]]:
    at = 12
    while at + 8 <= len(file):
        length = int.from_bytes(file[at + 4 : at + 8], "little")
        if file[at : at + 4] == b"C2PA":
            yield at + 8, at + 8 + length
        at += 8 + length + length % 2


def _of_tiff(file: bytes) -> Iterator[tuple[int, int]]:
    order = "<" if file.startswith(b"II") else ">"
    try:
        (directory,) = struct.unpack_from(f"{order}I", file, 4)
        (count,) = struct.unpack_from(f"{order}H", file, directory)
        for at in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, _, length, place = struct.unpack_from(f"{order}HHII", file, at)
            if tag == _TIFF_TAG:
                yield place, place + length
    except struct.error:  # the file is cut off
        return
