"""A picture's record, in its own file: XMP, which JPEG, PNG, WebP and AVIF all have room for.

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
from influencer_style.provenance.formats import JPEG, NAMES, PNG, WRITTEN

_PNG_KEY = "XML:com.adobe.xmp"
# IPTC's digital source types: a photo that a trained model changed; a picture that a trained model made.
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:influencer_style="urn:influencer_style" Iptc4xmpExt:DigitalSourceType="{source_type}"
 influencer_style:record="{record}"/>{xmp}</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
_JPEG_ROOM = 65_502  # bytes of XMP
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
    xmp: str = "",
    quality: int | None = None,
) -> bytes:
    """Return the bytes of a picture's file, with its record in it, and no other metadata than is given here.

    Args:
        picture: RGB; where the format can be transparent also RGBA.
        record: plain numbers and words.
        suffix: one of `formats.WRITTEN`: PNG keeps every pixel, JPEG, WebP and AVIF nearly.
        exif: EXIF to keep.
        icc: the colour profile that the pixels are in.
        source_type: which of IPTC's digital source types it is.
        xmp: an element `rdf:Description` that is kept of a photo; it goes behind the record.
        quality: 1 to 100; None is the format's default. Not for PNG.

    Raises:
        ValueError: for a mode, a size or a quality that the format has no room for.
    """
    kind = WRITTEN[suffix]
    if picture.mode != "RGB" and (picture.mode != "RGBA" or not kind.alpha):
        raise ValueError(f"a {kind.name} file has no room for a picture of mode {picture.mode}; convert it to RGB")
    if max(picture.size) > kind.most_side:
        raise ValueError(f"a {kind.name} file has room for {kind.most_side} px a side at most; choose PNG")
    if quality is not None and (kind.quality is None or not 1 <= quality <= 100):
        room = "1 to 100" if kind.quality else "none: it keeps every pixel"
        raise ValueError(f"quality is {quality}; for {kind.name} choose {room}")
    text = json.dumps(record, ensure_ascii=False, default=str)
    packet = _PACKET.format(source_type=source_type, record=html.escape(text).replace("\n", "&#10;"), xmp=xmp).encode()
    if kind is JPEG and len(packet) > _JPEG_ROOM:
        raise ValueError(
            f"its record and credits have {len(packet)} bytes, a JPEG file has room for {_JPEG_ROOM}; choose PNG"
        )
    # Given even when empty: Pillow would take what the picture was opened with, and somebody's metadata with it.
    buffer, options = io.BytesIO(), {**kind.options, "exif": exif or b"", "icc_profile": icc or b""}
    if kind.quality is not None:
        options["quality"] = quality or kind.quality
    if kind is PNG:
        options |= {"pnginfo": PngImagePlugin.PngInfo(), "transparency": None}
        options["pnginfo"].add_itxt(_PNG_KEY, packet)
    else:
        options |= {"xmp": packet, "comment": b""}
    picture.save(buffer, kind.pillow, **options)
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
        with Image.open(io.BytesIO(file), formats=sorted({kind.pillow for kind in WRITTEN.values()})) as opened:
            packet = opened.info.get("xmp") or opened.info.get(_PNG_KEY) or b""
    except Exception as error:  # a decoder given hostile bytes may raise anything
        raise NotAPictureError(f"{path} cannot be read as a {NAMES} picture ({error}); name another file") from error
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
