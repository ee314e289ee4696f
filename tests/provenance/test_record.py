"""A picture's record survives in its file, in every format, and a hostile file gives an error, not a surprise."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from influencer_style.provenance.formats import SUFFIXES
from influencer_style.provenance.record import FileMetadata, RecordError, encode, read_record

RECORD = {"looks": {"nö<i>r": 1.0}, "quote": '"&#10;', "lines": "a\nb", "strength": 0.5, "consents": {"x": ["a", "b"]}}


@pytest.fixture(scope="module")
def picture():
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8))


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_a_record_comes_back_and_the_picture_stays(picture, tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(encode(picture, RECORD, suffix))
    assert read_record(path) == RECORD
    with Image.open(path) as opened:
        assert opened.size == picture.size
        if suffix == ".png":
            assert np.array_equal(np.asarray(opened), np.asarray(picture))
        assert b"compositeWithTrainedAlgorithmicMedia" in path.read_bytes()


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.text(max_size=20), st.text(max_size=200) | st.floats(allow_nan=False) | st.none(), max_size=5)
)
def test_any_words_come_back(tmp_path_factory, record):
    path = tmp_path_factory.mktemp("record") / "a.jpg"
    path.write_bytes(encode(Image.new("RGB", (8, 8)), record, ".jpg"))
    assert read_record(path) == record


def test_files_without_a_record_say_what_became_of_it(picture, tmp_path):
    plain = tmp_path / "plain.png"
    picture.save(plain)
    with pytest.raises(RecordError, match=r"plain\.png holds no record"):
        read_record(plain)
    text = tmp_path / "text.png"
    text.write_text("no picture")
    with pytest.raises(RecordError, match="name another file"):
        read_record(text)
    with pytest.raises(RecordError, match="name another file"):
        read_record(tmp_path / "missing.png")


@pytest.mark.parametrize("inside", ["{broken", "[1]", "&quot;word&quot;"])
def test_a_damaged_record_is_named(picture, tmp_path, inside):
    buffer, path = io.BytesIO(), tmp_path / "a.jpg"
    picture.save(buffer, "JPEG", xmp=f'<x influencer_style:record="{inside}"/>'.encode())
    path.write_bytes(buffer.getvalue())
    with pytest.raises(RecordError, match="damaged record"):
        read_record(path)


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_exif_and_colour_profile_are_kept_when_given(picture, suffix):
    exif, icc = Image.Exif(), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif[0x010F] = "a maker"
    with Image.open(io.BytesIO(encode(picture, RECORD, suffix, FileMetadata(exif.tobytes(), icc=icc)))) as opened:
        assert opened.getexif()[0x010F] == "a maker"
        assert opened.info["icc_profile"] == icc


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_what_a_picture_was_opened_with_is_not_kept(picture, suffix):
    """Pillow writes some of it unasked: where it was taken and by whom are the user's to give."""
    opened_with = picture.copy()
    secret = b"51.5074N"
    kept = {"comment": secret, "exif": b"Exif\0\0" + secret, "icc_profile": secret, "xmp": secret}
    opened_with.info = kept | {"transparency": (1, 2, 3)}
    assert encode(opened_with, RECORD, suffix) == encode(picture, RECORD, suffix)


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_transparency_is_kept(picture, suffix):
    layered = picture.convert("RGBA")
    layered.putalpha(Image.linear_gradient("L").resize(picture.size))
    with Image.open(io.BytesIO(encode(layered, RECORD, suffix))) as opened:
        assert np.array_equal(np.asarray(opened.getchannel("A")), np.asarray(layered.getchannel("A")))


@pytest.mark.parametrize(("mode", "suffix"), [("RGBA", ".jpg"), ("CMYK", ".png"), ("L", ".webp")])
def test_a_mode_without_room_is_an_error(picture, mode, suffix):
    with pytest.raises(ValueError, match=f"cannot hold a picture of mode {mode}; convert it"):
        encode(picture.convert(mode), RECORD, suffix)
