"""What a restyled copy keeps of a photo's XMP: whose work it is, and, on request, all that fits the copy."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder, tostring
from xml.parsers import expat

from PIL import Image

from influencer_style.metadata import xmp_names as ns
from influencer_style.metadata.iptc import iptc_properties

MAX_BYTES = 2**20
_MAX_ELEMENTS = 20_000
_MAX_DEPTH = 40

_MOST = 32_768  # bytes that are kept: JPEG has room for 65,502, and the copy's own record has priority
_ABOUT = f"{ns.RDF}about"
_CONTAINERS = tuple(f"{ns.RDF}{kind}" for kind in ("Alt", "Bag", "Seq", "li"))
_LANGUAGE, _RESOURCE = f"{ns.XML}lang", f"{ns.RDF}resource"
_CREDITS = {
    *(f"{ns.DC}{name}" for name in ("creator", "rights")),
    *(f"{ns.PHOTOSHOP}{name}" for name in ("Credit", "Source")),
    *(f"{ns.XMP_RIGHTS}{name}" for name in ("Certificate", "Marked", "Owner", "UsageTerms", "WebStatement")),
    *(f"{ns.CREATIVE_COMMONS}{name}" for name in ("license", "attributionName", "attributionURL")),
    f"{ns.PLUS}DataMining",
}
# What never stays, since it shows or describes the photo as it was, and its name in a notice. What is written anew, or
# is no longer true of the copy, has no name: nobody misses it.
_DROPPED_AS = {
    "previews": (f"{ns.XMP}Thumbnails", ns.XMP_IMAGE),
    "the history of edits": (ns.XMP_MEDIA, f"{ns.PHOTOSHOP}History", f"{ns.PHOTOSHOP}DocumentAncestors"),
    "settings of a raw converter": (ns.CAMERA_RAW,),
    "a part that is kept elsewhere in the file": (ns.XMP_NOTE,),
    "depth maps and further pictures": [
        f"{ns.GOOGLE}{kind}/" for kind in ("depthmap", "image", "audio", "camera", "container")
    ],
    "": (
        *(ns.GAIN_MAP, ns.APPLE_GAIN_MAP, ns.APPLE_PIXEL_DATA),  # the photo's notices say so
        *(f"{ns.IPTC_EXTENSION}DigitalSourceType", f"{ns.DC_TERMS}provenance", ns.OURS),
        *(f"{ns.TIFF}Orientation", f"{ns.TIFF}ImageWidth", f"{ns.TIFF}ImageLength"),
        *(f"{ns.EXIF}PixelXDimension", f"{ns.EXIF}PixelYDimension"),
    ),
}
_DROPPED = {name: what for what, names in _DROPPED_AS.items() for name in names}
_NEVER = tuple(_DROPPED)


class XmpError(ValueError):
    """A packet of XMP cannot be used; the message says why, as the end of a sentence."""


def parse_xmp(packet: bytes) -> Element:
    """Return the root of a packet's XML; names are `{namespace}name`.

    Raises XmpError when it is too large or too deep, declares entities, or is not well-formed.
    """
    if len(packet) > MAX_BYTES:
        raise XmpError(f"has more than {MAX_BYTES >> 20} MiB")
    builder, parser = TreeBuilder(), expat.ParserCreate(namespace_separator="}")
    elements = depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal elements, depth
        elements, depth = elements + 1, depth + 1
        if elements > _MAX_ELEMENTS or depth > _MAX_DEPTH:
            raise XmpError(f"has more than {_MAX_ELEMENTS} elements, or {_MAX_DEPTH} of them inside each other")
        builder.start(_full(name), {_full(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_full(name))

    def refuse(*_declaration: object) -> None:
        raise XmpError("declares a document type, which XMP has no need of and which can hide entities")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    try:
        wide = packet.startswith((b"\xff\xfe", b"\xfe\xff"))  # UTF-16, where zeros are no padding
        parser.Parse(packet if wide else packet.strip(b"\0 \t\r\n"), True)
        return builder.close()
    except XmpError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an unknown encoding
        raise XmpError(f"is not well-formed ({error})") from error


def _full(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def kept_xmp(image: Image.Image, private: bool = False) -> tuple[str, list[str]]:
    """Return the XMP for a copy of an opened image, and notices, in sentences, about what it lacks.

    The XMP is one element, `rdf:Description`, of at most 32 KiB, or nothing. It holds what only IPTC-IIM says, too. If
    `private`, all that fits the copy is kept (title, keywords, place, ratings and so on), not only credits.
    """
    found, notices = _read(image, private)
    if any(tag == f"{ns.DC_TERMS}provenance" for tag in found):
        notices.append("its Content Credentials are kept on a server and were dropped; nothing is fetched")
    dropped = {_DROPPED[name] for tag in found for name in _NEVER if tag.startswith(name)} - {""}
    if private:
        if dropped:
            notices.append(f"of its XMP was dropped: {', '.join(sorted(dropped))}")
        kept = _description(_without(element) for tag, element in found.items() if not tag.startswith(_NEVER))
        if len(kept.encode()) <= _MOST:
            return kept, notices
        notices.append("its XMP is larger than a file has room for; its credits alone were kept")
    kept = _description(_words(element) for tag, element in found.items() if tag in _CREDITS)
    if len(kept.encode()) <= _MOST:
        return kept, notices
    return "", [*notices, "the credits in its XMP are larger than a file has room for and were dropped"]


def _read(image: Image.Image, private: bool) -> tuple[dict[str, Element], list[str]]:
    """Return the properties by name. If XMP and IPTC-IIM have the same one, XMP's counts."""
    found: dict[str, Element] = {}
    notices = []
    try:
        if image.format == "PNG":
            image.load()  # it may stand behind the pixels
        packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
        for element in _properties(packet.encode() if isinstance(packet, str) else packet) if packet else ():
            found.setdefault(element.tag, element)
    except XmpError as error:
        notices.append(f"its XMP {error} and was dropped")
    except Exception:  # as with EXIF: whatever nonsense it holds, the pixels are still a photo
        notices.append("its XMP is damaged and was dropped")
    try:
        for element in iptc_properties(image, private):
            found.setdefault(element.tag, element)
    except Exception:
        notices.append("its IPTC metadata are damaged and were dropped")
    return found, notices


def _properties(packet: bytes) -> Iterator[Element]:
    """Yield the properties of a packet; one written as an attribute becomes the element of the same meaning."""
    graphs = parse_xmp(packet).iter(f"{ns.RDF}RDF")
    for description in (inner for graph in graphs for inner in graph if inner.tag == f"{ns.RDF}Description"):
        for name, value in description.items():
            if name.startswith("{") and not name.startswith((ns.RDF, ns.XML)):
                element = Element(name)
                element.text = value
                yield element
        yield from description


def _description(elements: Iterator[Element]) -> str:
    description = Element(f"{ns.RDF}Description", {_ABOUT: ""})
    description.extend(elements)
    return tostring(description, encoding="unicode") if len(description) else ""


def _words(element: Element) -> Element:
    """Return a credit's words, in their lists and languages, without anything else in it."""
    attributes = {name: value for name, value in element.items() if name in (_LANGUAGE, _RESOURCE)}
    words = Element(element.tag, attributes)
    words.text = element.text
    words.extend(_words(inner) for inner in element if inner.tag in _CONTAINERS)
    return words


def _without(element: Element) -> Element:
    """Return a property without what never stays, at any depth."""
    kept = {name: value for name, value in element.items() if not name.startswith(_NEVER)}
    copy = Element(element.tag, kept)
    copy.text = element.text
    copy.extend(_without(inner) for inner in element if not inner.tag.startswith(_NEVER))
    return copy
