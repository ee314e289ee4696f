"""Credits stay, private metadata when they are wanted, and nothing that XMP can hold is a danger."""

from __future__ import annotations

import io
import random
import struct
from xml.etree import ElementTree

import pytest
from PIL import Image

from influencer_style.metadata.xmp import MAX_BYTES, XmpError, kept_xmp, parse_xmp
from tests.metadata.packets import CREDITS, FORMATS, NAMESPACES, WHOLE, packet, photo_with

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def opened(xmp: bytes, kind: str = "JPEG") -> Image.Image:
    return Image.open(io.BytesIO(photo_with(xmp, kind)))


def values(kept: str) -> dict[str, list[str]]:
    """Return the properties of an element, as `prefix:name`, with their texts."""
    prefixes = {f"{{{name}}}": prefix for prefix, name in NAMESPACES.items()}
    found = {}
    for element in ElementTree.fromstring(kept) if kept else ():
        namespace, name = element.tag[: element.tag.index("}") + 1], element.tag[element.tag.index("}") + 1 :]
        found[f"{prefixes[namespace]}:{name}"] = [text for text in element.itertext() if text.strip()]
    return found


CREDIT_VALUES = {
    "dc:creator": ["Åsa & Sons", "Bo"],
    "dc:rights": ["(c) A", "(c) A, alle"],
    "xmpRights:WebStatement": ["https://example.org/terms"],
    "photoshop:Credit": ['Agency "A"'],
}


@pytest.mark.parametrize("kind", FORMATS)
def test_credits_stay_in_every_format_and_nothing_private_does(kind):
    kept, notices = kept_xmp(opened(WHOLE, kind))
    assert values(kept) == CREDIT_VALUES and notices == []
    assert 'xml:lang="de"' in kept and "xmlns:dc=" in kept


def test_with_private_all_stays_that_fits_the_copy():
    kept, notices = kept_xmp(opened(WHOLE), private=True)
    assert values(kept) == CREDIT_VALUES | {
        "dc:title": ["Anna at home"],
        "dc:subject": ["kitchen"],
        "exif:GPSLatitude": ["48,8N"],
        "xmp:Rating": ["5"],
    }
    assert "SECRET" not in kept
    lost = "a part that is kept elsewhere in the file, previews, settings of a raw converter, the history of edits"
    assert notices == [f"of its XMP was dropped: {lost}"]


def test_previews_inside_other_properties_never_stay():
    inside = (
        "<xmp:Mine><rdf:Bag><rdf:li><xmpGImg:image>SECRET</xmpGImg:image><xmp:A>1</xmp:A></rdf:li></rdf:Bag></xmp:Mine>"
    )
    kept, _ = kept_xmp(opened(packet(inside)), private=True)
    assert values(kept) == {"xmp:Mine": ["1"]}


def test_only_words_are_taken_from_a_credit():
    hidden = "<dc:rights>mine<exif:GPSLatitude>48,8N</exif:GPSLatitude></dc:rights>"
    assert values(kept_xmp(opened(packet(hidden)))[0]) == {"dc:rights": ["mine"]}


def test_credentials_on_a_server_are_not_fetched_and_it_is_said():
    kept, (notice,) = kept_xmp(opened(packet("", 'dcterms:provenance="https://example.org/m.c2pa"')), private=True)
    assert kept == "" and "kept on a server" in notice


def iptc(*fields: tuple[int, bytes], utf8: bool = True) -> bytes:
    """Return a JPEG with IPTC-IIM in its APP13."""
    records = [(1, 90, b"\x1b%G")] if utf8 else []
    records += [(2, field, value) for field, value in fields]
    data = b"".join(struct.pack(">BBBH", 0x1C, record, field, len(value)) + value for record, field, value in records)
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)
    content = b"Photoshop 3.0\0" + resource
    buffer = io.BytesIO()
    Image.new("RGB", (80, 80)).save(buffer, "JPEG")
    file = buffer.getvalue()
    return file[:2] + b"\xff\xed" + struct.pack(">H", len(content) + 2) + content + file[2:]


def test_credits_of_iptc_stay_as_xmp():
    fields = (80, "Åsa".encode()), (80, b"Bo"), (116, b"(c) \x01A"), (110, b"Agency"), (5, b"Anna at home"), (25, b"x")
    image = Image.open(io.BytesIO(iptc(*fields)))
    credits = {"dc:creator": ["Åsa", "Bo"], "dc:rights": ["(c) A"], "photoshop:Credit": ["Agency"]}
    assert values(kept_xmp(image)[0]) == credits
    private = values(kept_xmp(image, private=True)[0])
    assert private == credits | {"dc:title": ["Anna at home"], "dc:subject": ["x"]}
    latin = Image.open(io.BytesIO(iptc((80, "Åsa".encode("latin-1")), utf8=False)))
    assert values(kept_xmp(latin)[0]) == {"dc:creator": ["Åsa"]}


def test_xmp_goes_before_iptc():
    image = Image.open(io.BytesIO(iptc((116, b"old"), (110, b"Agency"))))
    image.info["xmp"] = packet("<dc:rights>new</dc:rights>")
    assert values(kept_xmp(image)[0]) == {"dc:rights": ["new"], "photoshop:Credit": ["Agency"]}


def test_the_packets_encoding_may_be_utf_16():
    text = packet(CREDITS).decode().replace("\ufeff", "")
    image = Image.new("RGB", (9, 9))
    image.info["xmp"] = text.encode("utf-16")
    assert values(kept_xmp(image)[0])["dc:creator"] == ["Åsa & Sons", "Bo"]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(30))
HOSTILE = {
    "billion laughs": f"<!DOCTYPE x [{LAUGHS}]><x>&l29;</x>".encode(),
    "a file": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "a server": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>',
    "depth": b"<a>" * 100_000 + b"</a>" * 100_000,
    "elements": packet("<dc:rights/>" * 30_000),
    "size": packet(f"<dc:rights>{'x' * MAX_BYTES}</dc:rights>"),
    "no prefix": b"<x:xmpmeta><rdf:RDF/></x:xmpmeta>",
    "cut": WHOLE[:900],
    "an encoding that is none": b'<?xml version="1.0" encoding="none-such"?><x/>',
    "two roots": b"<a/><b/>",
    "zeros": bytes(100),
    "noise": bytes(range(256)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xmp_is_dropped_and_it_is_said(name):
    with pytest.raises(XmpError):
        parse_xmp(HOSTILE[name])
    image = Image.new("RGB", (9, 9))
    image.info["xmp"] = HOSTILE[name]
    for private in (False, True):
        kept, (notice,) = kept_xmp(image, private)
        assert kept == "" and notice.startswith("its XMP") and notice.endswith("and was dropped")
        assert len(notice) < 200


def test_what_a_file_has_no_room_for_is_left_out_and_it_is_said():
    large = packet("<dc:rights>mine</dc:rights><dc:description>" + "x" * 40_000 + "</dc:description>")
    kept, (notice,) = kept_xmp(opened(large), private=True)
    assert values(kept) == {"dc:rights": ["mine"]} and "credits alone were kept" in notice
    kept, (notice,) = kept_xmp(opened(packet(f"<dc:rights>{'x' * 40_000}</dc:rights>")))
    assert kept == "" and "larger than a file has room for" in notice


def test_mutated_xmp_never_raises_and_is_always_well_formed():
    dice, image = random.Random(0), Image.new("RGB", (9, 9))
    for _ in range(400):
        xmp = bytearray(WHOLE)
        for _ in range(dice.choice((1, 3, 10))):
            xmp[dice.randrange(len(xmp))] = dice.randrange(256)
        image.info["xmp"] = bytes(xmp)
        for private in (False, True):
            kept, _ = kept_xmp(image, private)
            assert not kept or ElementTree.fromstring(kept).tag == f"{RDF}Description"


def test_xmp_behind_the_pixels_of_a_png_is_found():
    with_xmp, without = photo_with(WHOLE, "PNG"), photo_with(b"", "PNG")
    start = with_xmp.index(b"iTXt") - 4
    chunk = with_xmp[start : start + 12 + int.from_bytes(with_xmp[start : start + 4])]
    end = without.index(b"IEND") - 4
    late = Image.open(io.BytesIO(without[:end] + chunk + without[end:]))
    assert values(kept_xmp(late)[0]) == CREDIT_VALUES
