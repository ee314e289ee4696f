"""A picture's record, in its own file as XMP, which JPEG, PNG, WebP and AVIF all support.

Other programs read from it that a trained model was involved (IPTC's digital source type); this software reads how.
A program that rewrites the file may drop it, so the absence of a record proves nothing.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
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
    """A file holds no readable record; the message names the file and the likely cause."""


class NotAPictureError(RecordError):
    """A file cannot be read as a picture at all."""


@dataclass(frozen=True)
class FileMetadata:
    """The metadata that is written into a picture's file alongside its record."""

    exif: bytes = b""  # the EXIF of a photo to keep
    xmp: str = ""  # an element `rdf:Description` of a photo's XMP to keep; it follows the record
    icc: bytes = b""  # the colour profile of the pixels
    source_type: str = COMPOSITE  # the term of IPTC's digital source types for the picture


NO_METADATA = FileMetadata()


def encode(
    picture: Image.Image,
    record: Mapping[str, object],
    suffix: str,
    metadata: FileMetadata = NO_METADATA,
    quality: int | None = None,
) -> bytes:
    """Return the bytes of a picture's file, with its record and the given metadata, and no other.

    Args:
        picture: The picture, RGB, or RGBA if the format supports transparency.
        record: The record, plain numbers and words.
        suffix: One of `formats.WRITTEN`: PNG keeps every pixel, JPEG, WebP and AVIF nearly.
        metadata: The metadata to write.
        quality: The quality, 1 to 100; None is the format's default. Not for PNG.

    Raises:
        ValueError: for a mode, a size or a quality that the format does not support.
    """
    kind = WRITTEN[suffix]
    if picture.mode != "RGB" and (picture.mode != "RGBA" or not kind.alpha):
        raise ValueError(f"a {kind.name} file cannot hold a picture of mode {picture.mode}; convert it to RGB")
    if max(picture.size) > kind.most_side:
        raise ValueError(f"a {kind.name} file can hold at most {kind.most_side} px a side; choose PNG")
    if quality is not None and (kind.quality is None or not 1 <= quality <= 100):
        room = "1 to 100" if kind.quality else "none: it keeps every pixel"
        raise ValueError(f"quality is {quality}; for {kind.name} choose {room}")
    text = json.dumps(record, ensure_ascii=False, default=str)
    escaped = html.escape(text).replace("\n", "&#10;")
    packet = _PACKET.format(source_type=metadata.source_type, record=escaped, xmp=metadata.xmp).encode()
    if kind is JPEG and len(packet) > _JPEG_ROOM:
        size = f"its record and credits have {len(packet)} bytes"
        raise ValueError(f"{size}, but a JPEG file can hold only {_JPEG_ROOM}; choose PNG")
    # Given even if empty: otherwise Pillow would write the metadata that the picture was opened with.
    options: dict[str, object] = {**kind.options, "exif": metadata.exif, "icc_profile": metadata.icc}
    if kind.quality is not None:
        options["quality"] = quality or kind.quality
    if kind is PNG:
        info = PngImagePlugin.PngInfo()
        info.add_itxt(_PNG_KEY, packet.decode())
        options |= {"pnginfo": info, "transparency": None}
    else:
        options |= {"xmp": packet, "comment": b""}
    buffer = io.BytesIO()
    picture.save(buffer, kind.pillow, **options)
    return buffer.getvalue()


def read_record(path: str | Path) -> dict[str, Any]:
    """Return the record that a picture's file holds; its pixels are not decoded.

    Raises RecordError when the file is no picture, or holds no record.
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
        why = "it was not made by it, or a program that saved it since dropped the record"
        raise RecordError(f"{path} holds no record of this software: {why}; ask for the original file")
    try:
        record = json.loads(html.unescape(found.group(1).decode()))
    except (ValueError, RecursionError) as error:  # no JSON, no UTF-8, or a number of thousands of digits
        raise RecordError(f"{path} holds a damaged record ({error}); ask for the original file") from error
    if not isinstance(record, dict):
        raise RecordError(f"{path} holds a damaged record (no table); ask for the original file")
    return record
