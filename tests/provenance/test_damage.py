"""A file whose signature holds may be damaged all the same, where no signature reaches."""

from __future__ import annotations

import io

import pytest
from PIL import Image, UnidentifiedImageError
from signers import FORMATS, RECORD

from influencer_style.provenance.record import encode
from influencer_style.provenance.verify import damage, verify


def test_a_wrong_check_sum_of_the_manifests_own_chunk_is_damage(signed_files, write):
    data = bytearray(signed_files[".png"])
    start = data.index(b"caBX") - 4
    data[start + 8 + int.from_bytes(data[start : start + 4])] ^= 1
    with pytest.raises(UnidentifiedImageError):
        Image.open(io.BytesIO(data))
    found = verify(write(bytes(data), "a.png"))
    assert (found.state, found.proven, found.codes) == ("altered", [], [])
    assert "the file is damaged (the checksum of its part caBX is wrong)" in found.not_proven[0]
    assert found.record == RECORD, "what it says is shown"


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_cannot_be_opened_is_damaged_and_what_was_written_is_not(signed_files, suffix):
    assert damage(signed_files[suffix]) == ""
    assert damage(signed_files[suffix][:40]) != "" or suffix == ".png"


def test_a_large_picture_is_not_damaged(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert damage(encode(Image.new("RGB", (64, 64)), {}, ".jpg")) == ""


def test_a_long_text_is_not_damage(picture):
    from PIL import PngImagePlugin

    text, buffer = PngImagePlugin.PngInfo(), io.BytesIO()
    text.add_itxt("note", "a" * 3_000_000, zip=True)
    picture.save(buffer, "PNG", pnginfo=text)
    assert damage(buffer.getvalue()) == ""
