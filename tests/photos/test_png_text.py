"""PNG text of any size is skipped, and costs nothing; XMP and EXIF of a sane size stay."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from influencer_style.photos.decode import decode_photo, photo_digest
from influencer_style.photos.opening import MAX_PIXELS, opened, without_text
from influencer_style.photos.original import read_original

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 120, 3), np.uint8))
XMP = '<x:xmpmeta tiff:Orientation="6" dc:creator="Anna"/>'


def png(*texts: tuple[str, str, bool], **options) -> bytes:
    """Return a file with texts (name, text, compressed); those named XML are international."""
    info = PngImagePlugin.PngInfo()
    for name, text, folded in texts:
        (info.add_itxt if name.startswith("XML") else info.add_text)(name, text, zip=folded)
    buffer = io.BytesIO()
    PICTURE.save(buffer, "PNG", pnginfo=info, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize("name", ["XML:com.adobe.xmp", "workflow", "Raw profile type exif"])
def test_megabytes_of_text_are_skipped(name, folded, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png((name, "<x>" + "a" * 3_000_000, folded)))
    assert np.array_equal(decode_photo(path), np.asarray(PICTURE)) and photo_digest(path).width == 120
    assert read_original(path).notices == ()


def test_thousands_of_texts_and_text_behind_the_pixels_are_skipped():
    many = png(*[(f"name {number}", "b" * 900_000, True) for number in range(90)])
    assert np.array_equal(decode_photo(many), np.asarray(PICTURE))
    twice = png(*[("XML:com.adobe.xmp", "b" * 900_000, True)] * 90)
    assert np.array_equal(decode_photo(twice), np.asarray(PICTURE))
    plain = png()
    text = b"workflow\0\0" + zlib.compress(bytes(2_000_000))
    chunk = len(text).to_bytes(4, "big") + b"zTXt" + text + zlib.crc32(b"zTXt" + text).to_bytes(4, "big")
    assert without_text(plain[:-12] + chunk + plain[-12:]) == plain


@pytest.mark.parametrize("folded", [True, False])
def test_xmp_of_a_sane_size_stays_for_its_credits_and_turns_the_photo(folded):
    file = png(("XML:com.adobe.xmp", XMP, folded), ("Comment", "c" * 2_000_000, True))
    with opened(file, MAX_PIXELS, None) as (given, image):
        assert given == file and image.info["XML:com.adobe.xmp"] == XMP and "Comment" not in image.info
    assert np.array_equal(decode_photo(file), np.rot90(np.asarray(PICTURE), 3))


def test_exif_of_imagemagick_still_turns_the_photo():
    exif = Image.Exif()
    exif[0x0112] = 3
    written = exif.tobytes().hex()
    file = png(("Raw profile type exif", f"\nexif\n      {len(written) // 2}\n{written}\n", True))
    assert np.array_equal(decode_photo(file), np.rot90(np.asarray(PICTURE), 2))


def test_a_profile_beyond_a_megabyte_is_a_notice():
    file = png(icc_profile=bytes(1_500_000))
    assert read_original(file).notices == ("its colour profile is larger than a megabyte, and was ignored",)


@pytest.mark.parametrize("file", [png(), png()[:-5], png()[:20], b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXt"])
def test_without_text_nothing_is_copied_and_damage_stays_damage(file):
    assert without_text(file) is file
