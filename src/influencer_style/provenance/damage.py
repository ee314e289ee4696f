"""Damage to a file that its signature does not cover: where the manifest itself lies, and what frames it."""

from __future__ import annotations

import io
import zlib

from PIL import Image

from influencer_style.provenance.formats import PNG, WRITTEN, written_media_type
from influencer_style.storage.text import short


def damage(file: bytes) -> str:
    """Return why other programs may not open a picture's file; empty when it is sound. No pixel is decoded.

    Args:
        file: a JPEG, PNG, WebP or AVIF file whose signature holds.
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
    """Compare the check sum of each chunk: length, name, data, check sum. Decoders refuse a file that has a wrong one.

    Pillow is not asked, since it also refuses sound files with long texts.
    """
    view, at = memoryview(file), 8
    while at + 12 <= len(file):
        end = at + 8 + int.from_bytes(view[at : at + 4])
        if zlib.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4]):
            return f"the check sum of its part {short(str(file[at + 4 : at + 8], 'latin-1'))} is wrong"
        at = end + 4
    return ""
