"""TIFF: 8 and 16 bits, as editors store them; camera raw and endless directories are refused."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image

from influencer_style.photos import tiff
from influencer_style.photos.decode import PhotoError, decode_photo, photo_digest, photo_header
from influencer_style.photos.original import read_original

PIXELS = np.random.default_rng(0).integers(0, 256, (80, 120, 3), np.uint8)
DEEP = PIXELS.astype(np.uint16) * 257


def tiff_of(pixels=PIXELS, **options) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, **({"photometric": "rgb"} if pixels.ndim == 3 else {}) | options)
    return buffer.getvalue()


def saved(picture: Image.Image, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "TIFF", **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "zlib"},
        {"tile": (32, 32)},
        {"tile": (32, 32), "compression": "zlib"},
        {"planarconfig": "separate"},
        {"planarconfig": "separate", "compression": "zlib"},
        {"bigtiff": True},
        {"byteorder": ">"},
        {"rowsperstrip": 7},
    ],
    ids=str,
)
@pytest.mark.parametrize("bits", [8, 16])
def test_every_way_of_storing_gives_the_same_pixels(options, bits):
    pixels = PIXELS if bits == 8 else DEEP
    file = tiff_of(pixels.transpose(2, 0, 1) if "planarconfig" in options else pixels, **options)
    original = read_original(file)
    assert np.array_equal(original.pixels, PIXELS)
    assert original.notices == (() if bits == 8 else ("it has 16 bits a colour; the result has 8",))


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate", "jpeg"])
def test_compressed_by_pillow(compression):
    calm = np.repeat(np.repeat(PIXELS[::16, ::16], 16, 0), 16, 1)[:80, :120]
    decoded = decode_photo(saved(Image.fromarray(calm), compression=compression))
    assert np.abs(decoded.astype(int) - calm).mean() < (20 if compression == "jpeg" else 0.01)


def test_grey_cmyk_lab_and_transparency():
    grey = read_original(tiff_of(DEEP[:, :, 0]))
    assert np.array_equal(grey.pixels, np.repeat(PIXELS[:, :, :1], 3, 2))
    assert grey.notices == (
        "it is in shades of grey; the result is in RGB",
        "it has 16 bits a colour; the result has 8",
    )
    cmyk = read_original(saved(Image.fromarray(PIXELS).convert("CMYK")))
    assert cmyk.notices == ("it is in CMYK; the result is in RGB",) and np.array_equal(cmyk.pixels, PIXELS)
    lab = read_original(saved(Image.new("LAB", (80, 80), (128, 128, 128))))  # L of 50, and no colour
    assert lab.notices == ("it is in LAB; the result is in RGB",) and np.abs(lab.pixels.astype(int) - 119).max() <= 1
    alpha = tiff_of(np.dstack([DEEP, DEEP[:, :, 0]]), extrasamples=["unassalpha"])
    assert np.array_equal(read_original(alpha).alpha, PIXELS[:, :, 0])


def test_the_first_page_is_taken_and_it_is_said(tmp_path):
    path = tmp_path / "pages.tif"
    path.write_bytes(saved(Image.fromarray(PIXELS), save_all=True, append_images=[Image.fromarray(255 - PIXELS)] * 2))
    original = read_original(path)
    assert np.array_equal(original.pixels, PIXELS)
    assert original.notices == ("it holds 3 pictures; the result shows the first",)
    assert photo_digest(path).width == 120


@pytest.mark.parametrize("turn", [3, 6, 8])
def test_it_is_turned_once(turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    file = saved(Image.fromarray(PIXELS), exif=exif)
    upright = np.rot90(PIXELS, {3: 2, 6: 3, 8: 1}[turn])
    header = photo_header(file)
    assert (header.height, header.width) == upright.shape[:2]
    assert np.array_equal(decode_photo(file), upright)
    assert read_original(file, private=True).exif == b"", "how the pixels were stored is no metadata"


@pytest.mark.parametrize(
    ("tag", "what"),
    [((50706, "B", 4, b"\x01\x04\0\0"), "DNG"), ((254, "I", 1, 1), "a thumbnail first")],
    ids=["DNG", "thumbnail first"],
)
def test_camera_raw_is_refused_by_its_name(tag, what):
    file = tiff_of(extratags=[(*tag, True)]) if what == "DNG" else tiff_of(subfiletype=1)
    with pytest.raises(PhotoError, match="unsupported_format: is camera raw; export it as JPEG"):
        decode_photo(file)


def test_unusual_pixels_are_refused_with_what_to_do():
    with pytest.raises(PhotoError, match="pixels of an unusual kind; export it again as RGB of 8 or 16 bits"):
        decode_photo(tiff_of((PIXELS / 255).astype(np.float32)))
    with pytest.raises(PhotoError, match="in which 0 is white; export it as RGB"):
        decode_photo(tiff_of(DEEP[:, :, 0], photometric="miniswhite"))
    assert np.array_equal(
        decode_photo(tiff_of(PIXELS[:, :, 0], photometric="miniswhite"))[:, :, 0], 255 - PIXELS[:, :, 0]
    )


def chain(pages: int, entries: bytes = b"") -> bytes:
    """Return a file of so many pages, each of which has these entries."""
    wide = 2 + len(entries) + 4
    page = struct.pack("<H", len(entries) // 12) + entries
    places = (8 + (number + 1) * wide if number + 1 < pages else 0 for number in range(pages))
    return b"II*\0" + struct.pack("<I", 8) + b"".join(page + struct.pack("<I", place) for place in places)


ENDLESS = {
    "1000 pages": chain(1001),
    "50000 tags": chain(1, struct.pack("<HHII", 1, 3, 1, 0) * 50_001),
    "100000 strips or tiles": chain(1, struct.pack("<HHII", 273, 4, 100_001, 8)),
    "16777216 pixels in a tile": chain(
        1, struct.pack("<HHII", 322, 4, 1, 4097) + struct.pack("<HHII", 323, 4, 1, 4096)
    ),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_endless_directories_are_refused_before_a_decoder_sees_them(what, monkeypatch):
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(PhotoError, match=f"too_large: has more than {what}; export it again"):
        decode_photo(ENDLESS[what])


def test_a_chain_of_pages_that_leads_back_ends():
    circle = chain(2)[:-4] + struct.pack("<I", 8)
    assert tiff.directories(circle).pages == 2
    assert tiff.directories(b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + b"\xff" * 8).excess == "50000 tags"


def test_every_length_of_a_truncated_file_is_refused_or_decoded():
    file = saved(Image.fromarray(PIXELS[:64, :64]), compression="tiff_lzw")
    refused = set()
    for length in range(0, len(file), 97):
        try:
            assert decode_photo(file[:length]).shape == (64, 64, 3)
        except PhotoError as error:
            refused.add(error.code)
    assert refused <= {"empty_file", "not_an_image", "truncated", "unreadable"}
