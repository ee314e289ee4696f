"""IPTC-IIM, an older form of metadata that agencies still write into JPEG and TIFF files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageFile, IptcImagePlugin

from influencer_style.metadata.xmp_names import DC, PHOTOSHOP

Container = Literal["", "Alt", "Bag", "Seq"]

# By IIM's number of a field: XMP's property of the same meaning, and how it holds its values (IPTC's mapping).
_CREDITS: dict[int, tuple[str, Container]] = {
    80: (f"{DC}creator", "Seq"),
    110: (f"{PHOTOSHOP}Credit", ""),
    115: (f"{PHOTOSHOP}Source", ""),
    116: (f"{DC}rights", "Alt"),
}
_PRIVATE: dict[int, tuple[str, Container]] = {
    5: (f"{DC}title", "Alt"),
    25: (f"{DC}subject", "Bag"),
    90: (f"{PHOTOSHOP}City", ""),
    95: (f"{PHOTOSHOP}State", ""),
    101: (f"{PHOTOSHOP}Country", ""),
    105: (f"{PHOTOSHOP}Headline", ""),
    120: (f"{DC}description", "Alt"),
}


@dataclass(frozen=True)
class IptcProperty:
    """A field of IPTC-IIM as XMP has it: the property's name, how it holds its values, and the values."""

    tag: str
    container: Container
    values: list[str]


def iptc_properties(image: Image.Image, private: bool) -> Iterator[IptcProperty]:
    """Yield the credits that an opened JPEG or TIFF has in IPTC-IIM; if `private`, also title, place and the like.

    Raises:
        Exception: Of any kind, if they are damaged.
    """
    found = (IptcImagePlugin.getiptcinfo(image) if isinstance(image, ImageFile.ImageFile) else None) or {}
    for field, (tag, container) in (_CREDITS | (_PRIVATE if private else {})).items():
        held = found.get((2, field), [])
        values = [text for value in (held if isinstance(held, list) else [held]) if (text := _text(value))]
        if values:
            yield IptcProperty(tag, container, values if container in ("Bag", "Seq") else values[:1])


def _text(value: bytes) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t").strip()
