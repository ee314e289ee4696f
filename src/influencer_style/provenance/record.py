"""A picture's record, in its own file: XMP, which JPEG, PNG and WebP all have room for.

Other programs read from it that a trained model had a hand in the picture (IPTC's digital source type); ours, how.
A program that rewrites the file may drop it: a record that is there is told, one that is not proves nothing.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from influencer_style.photos.files import read_file
from influencer_style.photos.parts import excess

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
SUFFIXES = frozenset(_FORMATS)
# PNG: 2% more bytes than at zlib's own level, 6, in 40% of the time.
_OPTIONS = {"PNG": {"compress_level": 4}, "JPEG": {"quality": 95}, "WEBP": {"quality": 95}}
_PNG_KEY = "XML:com.adobe.xmp"
# IPTC's digital source types: a photo that a trained model changed; a picture that a trained model made.
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:influencer_style="urn:influencer_style" Iptc4xmpExt:DigitalSourceType="{source_type}"
 influencer_style:record="{record}"/></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
_RECORD = re.compile(rb'influencer_style:record="([^"]*)"')


class RecordError(ValueError):
    """A file holds no record that can be read; the message names the file and says what may have become of it."""


class NotAPictureError(RecordError):
    """A file cannot be read as a picture at all."""


def encode(
    picture: Image.Image,
    record: Mapping[str, Any],
    suffix: str,
    exif: bytes | None = None,
    icc: bytes | None = None,
    source_type: str = COMPOSITE,
    quality: int | None = None,
) -> bytes:
    """Return the bytes of a picture's file, with its record in it, and no other metadata than is given here.

    Args:
        picture: RGB; for PNG and WebP also RGBA.
        record: plain numbers and words.
        suffix: one of `SUFFIXES`, which says the format: PNG keeps every pixel, JPEG and WebP nearly.
        exif: EXIF to keep.
        icc: the colour profile that the pixels are in.
        source_type: which of IPTC's digital source types it is.
        quality: of a JPEG or WebP, 1 to 100; None is 95.

    Raises:
        ValueError: for a mode that the format has no room for.
    """
    kind = _FORMATS[suffix]
    if picture.mode != "RGB" and (picture.mode != "RGBA" or kind == "JPEG"):
        raise ValueError(f"a {kind} file has no room for a picture of mode {picture.mode}; convert it to RGB")
    text = json.dumps(record, ensure_ascii=False, default=str)
    packet = _PACKET.format(source_type=source_type, record=html.escape(text).replace("\n", "&#10;"))
    # Given even when empty: Pillow would take what the picture was opened with, and somebody's metadata with it.
    buffer, options = io.BytesIO(), _OPTIONS[kind] | {"exif": exif or b"", "icc_profile": icc or b""}
    if quality is not None and kind != "PNG":
        options["quality"] = quality
    if kind == "PNG":
        options |= {"pnginfo": PngImagePlugin.PngInfo(), "transparency": None}
        options["pnginfo"].add_itxt(_PNG_KEY, packet)
    else:
        options |= {"xmp": packet.encode(), "comment": b""}
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def read_record(path: str | Path) -> dict[str, Any]:
    """Return the record that a picture's file holds; its pixels are not decoded.

    Raises:
        RecordError: when the file is no picture, or holds no record.
    """
    try:
        file = read_file(path)
        if too_much := excess(file):
            raise ValueError(f"has more than {too_much}")
        with Image.open(io.BytesIO(file), formats=sorted(set(_FORMATS.values()))) as opened:
            packet = opened.info.get("xmp") or opened.info.get(_PNG_KEY) or b""
    except Exception as error:  # a decoder given hostile bytes may raise anything
        raise NotAPictureError(
            f"{path} cannot be read as a JPEG, PNG or WebP picture ({error}); name another file"
        ) from error
    found = _RECORD.search(packet if isinstance(packet, bytes) else packet.encode())
    if found is None:
        raise RecordError(
            f"{path} holds no record of this software: it was not made by it, or a program that saved it since has "
            "dropped the record; ask for the file as it was written"
        )
    try:
        record = json.loads(html.unescape(found.group(1).decode()))
    except (ValueError, RecursionError) as error:  # no JSON, no UTF-8, or a number of thousands of digits
        raise RecordError(f"{path} holds a damaged record ({error}); ask for the file as it was written") from error
    if not isinstance(record, dict):
        raise RecordError(f"{path} holds a damaged record (no table); ask for the file as it was written")
    return record
