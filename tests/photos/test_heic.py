"""HEIC and AVIF: upright once, in their own colours, and what is lost is said."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from heic_files import box, colours, heic, profile, turned, with_property
from PIL import Image, ImageCms

from influencer_style.photos.boxes import described, excess_of_boxes
from influencer_style.photos.code_points import CodePoints, profile_of
from influencer_style.photos.colour import transform_to_srgb
from influencer_style.photos.decode import PhotoError, decode_photo
from influencer_style.photos.original import read_original

UPRIGHT = decode_photo(heic())  # its EXIF says turn, and its boxes do not


def avif(picture=None, **options) -> bytes:
    buffer = io.BytesIO()
    (picture or Image.fromarray(UPRIGHT)).save(buffer, "AVIF", **options)
    return buffer.getvalue()


def unlike(pixels: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(pixels.astype(int) - other).mean())


def test_a_heic_is_the_picture_that_was_encoded(monkeypatch):
    monkeypatch.syspath_prepend(str(__file__).replace("photos/test_heic.py", "hostile"))
    from mutations import photo

    assert unlike(UPRIGHT, np.asarray(photo(1))) < 6, "and not turned as its EXIF says"


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_boxes_turn_a_picture_and_do_it_once(quarters):
    upright = np.rot90(UPRIGHT, quarters)
    assert unlike(decode_photo(heic("plain", turned(quarters))), upright) == 0
    exif = Image.Exif()
    exif[0x0112] = 6
    xmp = b'<x:xmpmeta tiff:Orientation="3"/>'
    of_boxes = decode_photo(with_property(avif(xmp=xmp), turned(quarters)))
    assert unlike(of_boxes, upright) < 6, "XMP does not turn it again"
    # Pillow writes EXIF's turn as boxes.
    assert unlike(decode_photo(avif(exif=exif, xmp=xmp)), np.rot90(UPRIGHT, 3)) < 6


def test_exif_stays_and_the_turn_in_it_does_not():
    kept = Image.Exif()
    kept.load(read_original(heic()).exif)
    assert kept[0x010F] == "A maker" and 0x0112 not in kept


@pytest.mark.parametrize("make", [heic, lambda name, *more: with_property(avif(), *more)], ids=["HEIC", "AVIF"])
def test_colours_that_are_named_by_numbers_are_honoured_and_kept(make):
    plain = read_original(heic() if make is heic else avif())
    wide = read_original(make("plain", colours(12, 13))) if make is heic else read_original(display_p3())
    assert np.array_equal(wide.own, plain.pixels) and wide.profile and wide.notices == ()
    # A saturated colour of Display P3 is more saturated in sRGB; a grey is the same.
    assert unlike(wide.pixels, plain.pixels) > 3
    assert np.array_equal(np.asarray(wide.with_pixels(wide.pixels)), plain.pixels)
    assert plain.profile == b"" and plain.own is None


def display_p3() -> bytes:
    file = avif()
    at = file.index(b"colrnclx") + 8
    return file[:at] + struct.pack(">2H", 12, 13) + file[at + 4 :]


def test_the_profile_of_two_numbers_is_right():
    def shown(points, *levels):
        transform = transform_to_srgb(profile_of(points), "RGB")
        image = Image.fromarray(np.array([[levels]], np.uint8).reshape(1, 1, 3))
        return np.asarray(ImageCms.applyTransform(image, transform))[0, 0].astype(int)

    # By hand: to light, by the published matrix from Display P3 to sRGB (1.2249, -0.2247, 0; ...), and back to numbers.
    assert np.abs(shown(CodePoints(12, 13), 180, 120, 90) - (190, 117, 84)).max() <= 2
    assert np.abs(shown(CodePoints(1, 8), 55, 55, 55) - 128).max() <= 1, "light is not number"
    assert np.abs(shown(CodePoints(1, 4), 128, 128, 128) - 129).max() <= 1
    assert shown(CodePoints(9, 16), 148, 148, 148).min() >= 254, "PQ of 203 candela is white"
    assert profile_of(CodePoints(1, 13)) == profile_of(CodePoints()) == profile_of(CodePoints(77, 13)) == b""


def test_a_profile_goes_before_numbers_and_hdr_is_said():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = read_original(heic("plain", profile(srgb)))
    assert kept.profile == srgb and unlike(kept.pixels, UPRIGHT) == 0
    for transfer in (16, 18):
        bright = read_original(heic("plain", colours(9, transfer)))
        assert bright.notices == ("it is HDR; what is brighter than white is cut off, and the result is in sRGB",)
        assert bright.profile == b"" and bright.own is None


def test_ten_bits_grey_transparency_and_gain_maps():
    assert read_original(heic("deep")).notices == ("it has 10 bits a colour; the result has 8",)
    assert read_original(heic("grey")).notices == ("it is in shades of grey; the result is in RGB",)
    assert read_original(avif(Image.fromarray(UPRIGHT).convert("L"))).notices == read_original(heic("grey")).notices
    clear = read_original(heic("clear"))
    assert clear.notices == () and clear.alpha.shape == (96, 96)
    assert clear.alpha[0, 0] < 30 and clear.alpha[-1, 0] > 220
    gained = heic("plain", box(b"auxC", bytes(4) + b"urn:com:apple:photo:2020:aux:hdrgainmap\0"))
    assert read_original(gained).notices == ("it has a gain map for HDR screens; the result has none",)
    deep = bytearray(avif())
    deep[deep.index(b"av1C") + 6] |= 0x40
    deep[deep.index(b"pixi") + 9 :][:3] = bytes((10, 10, 10))
    assert described(avif()).bits == 8 and described(bytes(deep)).bits == 10


def in_meta(file: bytes, content: bytes) -> bytes:
    """Put boxes behind a file, in a second `meta` box of their own."""
    return file + box(b"meta", bytes(4) + content)


TOO_MUCH = {
    "boxes": box(b"free", b"") * 20_001,
    "items": box(b"iinf", bytes(6) + box(b"infe", b"") * 5_001),
    "references": box(b"iref", bytes(4) + box(b"dimg", bytes(80_001))),
    "items with properties": box(b"ipma", bytes(4) + struct.pack(">I", 5_001)),
    # No byte a piece: 65,535 of them for each of two items.
    "pieces of items": box(b"iloc", bytes(4) + b"\0\0" + struct.pack(">H", 2) + (struct.pack(">3H", 1, 0, 65_535)) * 2),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_endless_boxes_are_refused_before_a_decoder_sees_them(what, monkeypatch):
    monkeypatch.setattr(Image, "open", None)
    monkeypatch.setattr("pi_heif.HeifImageFile", None)
    for file in (heic(), avif()):
        assert excess_of_boxes(file) == ""
        with pytest.raises(PhotoError, match=f"too_large: has more than 2?[05]000 {what}"):
            decode_photo(in_meta(file, TOO_MUCH[what]))


def test_a_heic_that_lies_about_its_size_is_refused():
    small = heic()
    at = small.index(b"ispe") + 8
    wide = small[:at] + struct.pack(">2I", 4000, 96) + small[at + 8 :]
    with pytest.raises(PhotoError):
        decode_photo(wide)
    vast = small[:at] + struct.pack(">2I", 60_000, 60_000) + small[at + 8 :]
    with pytest.raises(PhotoError, match=r"too_large|unreadable"):
        decode_photo(vast)


@pytest.mark.parametrize("file", [heic(), heic("clear"), avif()], ids=["HEIC", "transparent HEIC", "AVIF"])
def test_every_length_of_a_truncated_file_is_refused_or_decoded(file):
    refused = set()
    for length in range(0, len(file), 13):
        try:
            assert decode_photo(file[:length]).shape == (96, 96, 3)
        except PhotoError as error:
            refused.add(error.code)
    assert refused <= {"empty_file", "not_an_image", "unsupported_format", "truncated", "unreadable"}
