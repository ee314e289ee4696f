"""Damage that a file's signature does not cover: to the manifest itself, and to the bytes around it."""

from __future__ import annotations

import io
import zlib

from PIL import Image

from influencer_style.provenance.formats import PNG, WRITTEN, written_media_type
from influencer_style.storage.text import short


def damage(file: bytes) -> str:
    """Return why other programs may not open a picture's file; empty if it is sound. No pixels are decoded.

    Args:
        file: A JPEG, PNG, WebP or AVIF file whose signature holds.
    """
    kind = next(kind for kind in WRITTEN.values() if kind.media_type == written_media_type(file))
    if kind is PNG:
        return _of_png(file)
    try:
        Image.open(io.BytesIO(file), formats=[kind.pillow]).close()
    except Image.DecompressionBombError:
        return ""  # large, not damaged
    except Exception as error:  # a decoder given hostile bytes may raise anything
        return short(str(error))
    return ""


def _of_png(file: bytes) -> str:
    """Compare each chunk's checksum (a chunk is length, name, data, checksum). Decoders refuse a file with a wrong one.

    This does not use Pillow, which also refuses sound files with long texts.
    """
    view, at = memoryview(file), 8
    while at + 12 <= len(file):
        end = at + 8 + int.from_bytes(view[at : at + 4])
        if zlib.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4]):
            return f"the checksum of its part {short(str(file[at + 4 : at + 8], 'latin-1'))} is wrong"
        at = end + 4
    return ""
