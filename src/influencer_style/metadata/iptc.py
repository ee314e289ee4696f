"""IPTC-IIM, an older form of metadata that agencies still write into JPEG and TIFF files."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from PIL import Image, ImageFile, IptcImagePlugin

from influencer_style.metadata.xmp_names import DC, PHOTOSHOP, RDF, XML

# By IIM's number of a field: XMP's property of the same meaning, and how it holds its values (IPTC's mapping).
_CREDITS = {
    80: (f"{DC}creator", "Seq"), 110: (f"{PHOTOSHOP}Credit", ""), 115: (f"{PHOTOSHOP}Source", ""),
    116: (f"{DC}rights", "Alt"),
}  # fmt: skip
_PRIVATE = {
    5: (f"{DC}title", "Alt"), 25: (f"{DC}subject", "Bag"), 90: (f"{PHOTOSHOP}City", ""),
    95: (f"{PHOTOSHOP}State", ""), 101: (f"{PHOTOSHOP}Country", ""), 105: (f"{PHOTOSHOP}Headline", ""),
    120: (f"{DC}description", "Alt"),
}  # fmt: skip


def iptc_properties(image: Image.Image, private: bool) -> Iterator[Element]:
    """Yield, as XMP, the credits that an opened JPEG or TIFF has in IPTC-IIM; if `private`, also title and place.

    Raises an exception of any kind if they are damaged.
    """
    found = (IptcImagePlugin.getiptcinfo(image) if isinstance(image, ImageFile.ImageFile) else None) or {}
    for field, (tag, container) in (_CREDITS | (_PRIVATE if private else {})).items():
        held = found.get((2, field), [])
        values = [text for value in (held if isinstance(held, list) else [held]) if (text := _text(value))]
        element = Element(tag)
        if values and not container:
            element.text = values[0]
        elif values:
            items = SubElement(element, f"{RDF}{container}")
            for value in values if container in ("Bag", "Seq") else values[:1]:
                language = {f"{XML}lang": "x-default"} if container == "Alt" else {}
                SubElement(items, f"{RDF}li", language).text = value
        if values:
            yield element


def _text(value: bytes) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t").strip()
