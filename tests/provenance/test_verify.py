"""Verification says neither more nor less than a file shows, and no file makes it stumble or call out."""

from __future__ import annotations

import io
import random
import socket
import struct
import time
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from signers import FORMATS, RECORD, pem

from influencer_style.photos import files
from influencer_style.provenance import authority, credentials
from influencer_style.provenance.authority import Credentials
from influencer_style.provenance.manifest import signed
from influencer_style.provenance.record import encode
from influencer_style.provenance.verify import AnchorsError, VerificationError, verify


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """Become another user for a while: a function that returns this one's authority."""

    def become() -> bytes:
        here = credentials.known_authorities()
        monkeypatch.setenv(credentials.FOLDER, str(tmp_path / "stranger"))
        return here

    return become


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def pixels_at(data: bytes, suffix: str) -> int:
    """Return where in a file a byte of its pixels is."""
    start = {".jpg": b"\xff\xda", ".png": b"IDAT", ".webp": b"VP8 ", ".avif": b"mdat"}[suffix]
    return data.index(start) + 200


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_as_it_was_written_is_proven(signed_files, write, suffix):
    found = verify(write(signed_files[suffix], f"a{suffix}"))
    assert (found.state, found.record, found.codes) == ("proven", RECORD, [])
    assert len(found.proven) == 2 and "authority of yours" in found.proven[1]
    said = " / ".join(found.known)
    for words in ("nö<i>r 70%, warm 30%", "strength 0.8", "look-transfer version 3", "2026-01-01", "train transfer"):
        assert words in said
    left = " / ".join(found.not_proven)
    for words in ("whose face", "no time stamp", "public trust list", "signer's word", "ca.pem"):
        assert words in left


def test_the_name_of_a_file_does_not_matter(signed_files, write):
    assert verify(write(signed_files[".webp"], "a.jpg")).state == "proven"


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_changed_pixel_is_noticed(signed_files, write, suffix):
    data = signed_files[suffix]
    found = verify(write(flipped(data, pixels_at(data, suffix)), f"a{suffix}"))
    assert (found.state, found.proven) == ("altered", [])
    assert found.codes and found.codes[0] in found.not_proven[0]


@pytest.mark.parametrize(
    "where", [b"influencer_style:record", b'"strength":0.8', b"sha256", b"Atelier", b"c2pa.created"]
)
def test_a_changed_word_is_noticed(signed_files, write, where):
    data = signed_files[".jpg"]
    if where == b"Atelier":
        where = b"self-issued"  # the signer's name, inside the certificate
    found = verify(write(flipped(data, data.index(where) + 4)))
    assert found.state == "altered" and not found.proven


def test_bytes_added_at_the_end_are_noticed(signed_files, write):
    assert verify(write(signed_files[".jpg"] + b"more")).state == "altered"


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_manifest_on_another_picture_is_noticed(signed_files, picture, write, suffix):
    """As a forger would: everything of the signed file but its pixels."""
    other = encode(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), RECORD, suffix)
    data, at = signed_files[suffix], pixels_at(signed_files[suffix], suffix) - 200
    tail = other[other.index(data[at : at + 4]) :]
    forged = data[:at] + tail + data[at + len(tail) :]
    if suffix == ".png":
        start = at - 4
        tail = other[other.index(b"IDAT") - 4 :]
        forged = data[:start] + tail
    assert verify(write(forged, f"a{suffix}")).state == "altered"


def test_a_stranger_is_known_by_the_authority_they_hand_out(signed_files, write, stranger, authorities):
    path, anchors = write(signed_files[".jpg"]), stranger()
    found = verify(path)
    assert found.state == "unknown signer" and len(found.proven) == 1
    assert "nobody" not in found.not_proven[0] and "--anchors" in found.not_proven[0]
    assert "influencer_style signer" in found.not_proven[0]
    assert "ca.pem" not in " ".join(found.not_proven)
    assert verify(path, pem(authorities[0][0])).state == "unknown signer"
    given = verify(path, "# Zoë\n".encode("latin-1") + pem(authorities[0][0]) + anchors)
    assert given.state == "proven" and "authority you gave" in given.proven[1]
    assert not credentials.folder().exists()  # to verify makes nothing


def test_a_namesake_is_not_the_signer(signed_files, picture, write, stranger, monkeypatch):
    """An authority of the same name, made by somebody else, vouches for nothing."""
    path, _ = write(signed_files[".jpg"]), stranger()
    monkeypatch.setattr(authority, "_name", lambda name, real=authority._name: real(name.rpartition(" ")[0]))
    one, other = (authority.issue(datetime.now(UTC)) for _ in range(2))
    path = write(
        signed(encode(picture, {}, ".jpg"), ".jpg", {}, Credentials(one.certificate, one.private_key, "es256", True))
    )
    assert verify(path, one.authority).state == "proven"
    assert verify(path, other.authority).state == "unknown signer"


@pytest.mark.slow
def test_an_expired_signer_is_told_from_an_altered_file(picture, write, monkeypatch):
    monkeypatch.setattr(authority, "LIFE", timedelta(seconds=5))
    issued = authority.issue(datetime.now(UTC))
    made = Credentials(issued.certificate, issued.private_key, "es256", own=False)
    path = write(signed(encode(picture, RECORD, ".jpg"), ".jpg", RECORD, made))
    assert verify(path, issued.authority).state == "proven"
    time.sleep(6)
    found = verify(path, issued.authority)
    assert found.state == "unknown signer" and "has expired" in found.not_proven[0]


def test_without_a_manifest_a_record_is_only_said(picture, write):
    found = verify(write(encode(picture, RECORD, ".png"), "a.png"))
    assert (found.state, found.proven, found.record) == ("no manifest", [], RECORD)
    assert "anybody can write" in found.not_proven[0] and any("warm 30%" in said for said in found.known)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_program_that_saves_the_file_drops_the_proof(signed_files, write, tmp_path, suffix):
    with Image.open(io.BytesIO(signed_files[suffix])) as opened:
        opened.save(tmp_path / f"saved{suffix}")
    found = verify(tmp_path / f"saved{suffix}")
    assert (found.state, found.proven) == ("no manifest", [])
    assert "dropped by a program" in found.not_proven[1]


def test_another_programs_manifest_is_no_record_of_ours(picture, write):
    import c2pa

    made = credentials.credentials()
    info = c2pa.C2paSignerInfo(made.algorithm, made.certificates, made.private_key, None)
    created = {"action": "c2pa.created", "digitalSourceType": "http://c2pa.org/digitalsourcetype/empty"}
    actions = {"label": "c2pa.actions.v2", "data": {"actions": [created]}}
    definition = {"claim_generator_info": [{"name": "Other\x1b[31m", "version": "9"}], "assertions": [actions]}
    out = io.BytesIO()
    with c2pa.Context.from_dict({}, c2pa.Signer.from_info(info)) as context:
        c2pa.Builder(definition, context=context).sign("image/png", io.BytesIO(encode(picture, {}, ".png")), out)
    found = verify(write(out.getvalue(), "a.png"))
    assert found.record is None
    assert found.known[0] == "made by Other\\x1b[31m 9" and "no record of this software" in " ".join(found.known)


def test_words_of_a_stranger_do_not_reach_the_terminal_as_they_are(picture, write):
    record = {"looks": {"\x1b[2J": 1.0}, "strength": "\n" * 9, "consents": {"x": "y" * 9999}, "seed": [[[]]] * 99}
    data = signed(encode(picture, record, ".png"), ".png", record, credentials.credentials())
    said = verify(write(data, "a.png")).known
    assert all(line.isprintable() and len(line) < 300 for line in said)


@pytest.mark.parametrize("looks", [[1], "a", {"a": {"b": 1}}, 5])
def test_a_record_of_another_shape_is_told(picture, write, looks):
    record = {"looks": looks, "consents": looks, "model_fingerprint": looks}
    assert verify(write(encode(picture, record, ".png"), "a.png")).state == "no manifest"


def test_what_is_no_picture_is_named(write, tmp_path, monkeypatch):
    for name, data, match in (
        ("words.jpg", b"words", "not a JPEG, PNG, WebP or AVIF"),
        ("empty.png", b"", "has no bytes"),
        ("start.jpg", b"\xff\xd8\xff", "cannot be read"),
        ("start.webp", b"RIFF\x04\0\0\0WEBP", "cannot be read"),
    ):
        with pytest.raises(VerificationError, match=f"{name}.*{match}"):
            verify(write(data, name))
    with pytest.raises(VerificationError, match="is not a regular file"):
        verify(tmp_path)
    with pytest.raises(VerificationError, match=r"missing\.png cannot be read"):
        verify(tmp_path / "missing.png")
    with pytest.raises(VerificationError, match="cannot be read"):
        verify("a\0b.png")
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    with pytest.raises(VerificationError, match=r"large\.jpg has .* MB, more than"):
        verify(write(b"\xff\xd8\xff" + bytes(98), "large.jpg"))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_that_was_cut_or_garbled_proves_nothing(signed_files, write, suffix):
    """Whatever was done to a manifest: no crash, and never `proven` with other pixels or another record."""
    data, dice = signed_files[suffix], random.Random(0)
    start = data.index(b"jumb")
    for number in range(60):
        broken = bytearray(data)
        if number % 6 == 0:
            del broken[dice.randrange(20, len(data)) :]
        for _ in range(dice.choice((1, 3, 20))):
            at = dice.randrange(start, start + 3000) % len(broken)
            broken[at] = dice.randrange(256)
        try:
            found = verify(write(bytes(broken), f"a{suffix}"))
        except VerificationError:
            continue
        assert found.state != "proven" or found.record == RECORD


def test_a_deeply_nested_record_is_no_trouble(picture, write):
    packet = b'<x influencer_style:record="{&quot;a&quot;:' + b"[" * 20_000 + b'"/>'
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    chunk = b"iTXt" + b"XML:com.adobe.xmp\0\0\0\0\0" + packet
    data = buffer.getvalue()
    extra = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    assert verify(write(data[:33] + extra + data[33:], "a.png")).state == "no manifest"


def test_a_manifest_elsewhere_is_not_fetched(picture, write):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        packet = (
            '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
            'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
            'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="http://127.0.0.1:'
            f'{server.getsockname()[1]}/m.c2pa"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
        )
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", xmp=packet.encode())
        found = verify(write(buffer.getvalue()))
        with pytest.raises(TimeoutError):
            server.accept()
    assert found.state == "no manifest" and "nothing is fetched" in found.not_proven[1]


@pytest.mark.parametrize("anchors", [b"", b"words", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_anchors_that_are_none_are_an_error(signed_files, write, anchors):
    with pytest.raises(AnchorsError, match="holds no certificate"):
        verify(write(signed_files[".jpg"]), anchors)
