"""Parses XMP from strangers: bounded, and without anything that XML can unfold or fetch."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MAX_BYTES = 2**20
_MAX_ELEMENTS = 20_000
_MAX_DEPTH = 40


class XmpError(ValueError):
    """A packet of XMP cannot be used; the message says why, as the end of a sentence."""


def parse_xmp(packet: bytes) -> Element:
    """Return the root of a packet's XML; names are `{namespace}name`.

    Raises:
        XmpError: when it is too large or too deep, declares entities, or is not well-formed.
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
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an encoding that is none
        raise XmpError(f"is not well-formed ({error})") from error


def _full(name: str) -> str:
    return f"{{{name}" if "}" in name else name
