"""Files made to cost a decoder all its time or memory: refused, or decoded at a bounded cost."""

import io
import struct
import zlib

import numpy as np
import pytest
from mutations import jpeg_segment, png_chunk, seeds
from PIL import Image

from influencer_style.photos import opening, parts
from influencer_style.photos.decode import PhotoError, decode_photo, photo_digest, photo_header, photo_thumbnail
from influencer_style.photos.original import read_original

SOUND = seeds()
JPEG, PNG, WEBP = SOUND["baseline.jpg"], SOUND["plain.png"], SOUND["lossy.webp"]
HEAD = 33  # bytes of a PNG's signature and header


def in_jpeg(data):
    return JPEG[:2] + data + JPEG[2:]


def in_webp(data):
    return b"RIFF" + struct.pack("<I", len(WEBP) + len(data) - 8) + WEBP[8:] + data


# Each took Pillow seconds or gigabytes for a few megabytes; the numbers here are the least that is refused.
TOO_MANY = {
    "pieces of EXIF, copied together again and again": in_jpeg(jpeg_segment(0xE1, b"Exif\0\0" + bytes(90)) * 501),
    "empty segments": in_jpeg(jpeg_segment(0xE5, b"") * 501),
    "segments behind an end that decoders pass over": in_jpeg(b"\xff\xd9" + jpeg_segment(0xE5, b"") * 501),
    "quantisation tables": in_jpeg(jpeg_segment(0xDB, bytes(65)) * 501),
    "fill bytes": in_jpeg(b"\xff" * 70_000),
    "markers without length": in_jpeg(b"\xff\xf0" * 40_000),
    "restarts before a scan": in_jpeg(b"\xff\xd0" * 40_000),
    "ends before a scan": in_jpeg(b"\xff\xd9" * 40_000),
    "no segment at all": b"\xff\xd8\xff" + bytes(70_000),
    "chunks": PNG[:HEAD] + png_chunk(b"teSt", b"") * 100_001 + PNG[HEAD:],
    "empty pixels": PNG[:HEAD] + png_chunk(b"IDAT", b"") * 100_001 + PNG[HEAD:],
    "chunks of WebP": in_webp(b"junk\0\0\0\0" * 100_001),
}


@pytest.mark.parametrize("name", TOO_MANY)
def test_a_file_of_endless_parts_is_refused_before_a_decoder_sees_it(name, monkeypatch):
    monkeypatch.setattr(Image, "open", None)
    for read in (decode_photo, photo_header, read_original):
        with pytest.raises(PhotoError, match=r"too_large: has more than .*; export it again"):
            read(TOO_MANY[name])


@pytest.mark.parametrize("name", [name for name in SOUND if name.partition(".")[2] not in ("gif", "bmp")])
def test_sound_files_have_nothing_too_much_nor_have_those_with_much_in_them(name):
    assert parts.excess(SOUND[name]) == ""
    large = {
        "jpg": in_jpeg(jpeg_segment(0xE2, bytes(60_000)) * 300 + b"\xff" * 500),
        "png": PNG[:HEAD] + png_chunk(b"teSt", bytes(8192)) * 2000 + PNG[HEAD:],
        "webp": in_webp(b"junk\0\0\0\0" * 2000),
    }
    if (suffix := name.partition(".")[2]) in large:
        assert decode_photo(large[suffix]).shape == (96, 96, 3)


@pytest.mark.parametrize("file", [JPEG, PNG, WEBP], ids=["jpeg", "png", "webp"])
def test_every_length_of_a_truncated_file_is_refused_or_decoded(file):
    codes = set()
    for length in range(0, len(file), 7):
        try:
            assert decode_photo(file[:length]).shape == (96, 96, 3)
        except PhotoError as error:
            codes.add(error.code)
    assert codes <= {"empty_file", "not_an_image", "truncated", "unreadable"}


BOMB = zlib.compress(bytes(100_000_000), 1)  # made when tests are collected: at level 9 it takes a second


def unfolding(name, head):
    return PNG[:HEAD] + png_chunk(name, head + BOMB) + PNG[HEAD:]


@pytest.mark.parametrize(
    "file",
    [
        unfolding(b"zTXt", b"a\0\0"),
        unfolding(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0"),
        unfolding(b"iCCP", b"a\0\0"),
        PNG[:HEAD] + png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000))) * 100 + PNG[HEAD:],
    ],
    ids=["text", "international text", "profile", "many texts"],
)
def test_text_that_unfolds_to_megabytes_is_not_unfolded(file, monkeypatch):
    unfolded = []
    unfold = opening.zlib.decompressobj

    class Counting:
        def __init__(self):
            self.inner = unfold()

        def decompress(self, data, most):
            unfolded.append(len(text := self.inner.decompress(data, most)))
            return text

        @property
        def unconsumed_tail(self):
            return self.inner.unconsumed_tail

    monkeypatch.setattr(opening.zlib, "decompressobj", Counting)
    assert decode_photo(file).shape == (96, 96, 3)
    assert sum(unfolded) < 3_000_000, "a hundred million bytes were waiting"


def exif_of(tags, kind, count, offset=8):
    entries = b"".join(struct.pack("<HHLL", tag, kind, count, offset) for tag in tags)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + struct.pack("<L", offset)


ABSURD = {
    "thousands of tags that each hold all of it": exif_of(range(1, 5000), 1, 50_000),
    "a directory within itself": exif_of([0x8769, 0x8825, 0xA005], 4, 1),
    "counts of billions": exif_of([0x0112, 0x010F, 0x829A], 12, 2**32 - 1),
    "nothing over nothing": exif_of([0x011A, 0x829A], 5, 1, 2**32 - 1),
    "orientation in words": exif_of([0x0112], 2, 4),
    "orientation of two numbers": exif_of([0x0112], 3, 2),
    "a type that there is not": exif_of([0x0112], 99, 1),
    "no directory": b"Exif\0\0II*\0\xff\xff\xff\xff",
}


@pytest.mark.parametrize("kind", ["TIFF", "HEIC"])  # Pillow writes an AVIF's as a box
def test_an_orientation_in_words_is_ignored_wherever_exif_lies(kind):
    exif = Image.Exif()
    exif[0x0112] = 3
    buffer = io.BytesIO()
    if kind == "HEIC":
        buffer.write(SOUND["plain.heic"])
    else:
        Image.open(io.BytesIO(SOUND["deep.png"])).convert("RGB").save(buffer, kind, exif=exif)
    big, little = b"\x01\x12\0\x03", b"\x12\x01\x03\0"
    file = buffer.getvalue()
    assert big in file or little in file
    words = file.replace(big, b"\x01\x12\0\x02").replace(little, b"\x12\x01\x02\0")
    assert read_original(words, private=True).pixels.shape == (96, 96, 3)


@pytest.mark.parametrize("name", ABSURD)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_absurd_exif_leaves_the_photo_as_it_is_and_says_nothing_aloud(name, kind, recwarn):
    buffer = io.BytesIO()
    if name == "orientation in words" and kind in ("AVIF", "TIFF"):
        pytest.skip("Pillow does not write it; see above")
    Image.open(io.BytesIO(SOUND["deep.png"])).convert("RGB").save(buffer, kind, exif=ABSURD[name])
    for private in (False, True):
        original = read_original(buffer.getvalue(), private)
        assert original.pixels.shape == (96, 96, 3) and len(original.exif) < 65_536
    header = photo_header(buffer.getvalue())
    assert (header.width, header.height) == (96, 96)


def test_sixteen_bits_a_grey_need_no_gigabytes(tmp_path):
    side = 2000
    rows = zlib.compress(bytes((1 + 2 * side) * side), 9)
    header = struct.pack(">IIBBBBB", side, side, 16, 0, 0, 0, 0)
    file = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    import tracemalloc

    tracemalloc.start()  # counts what NumPy's arrays ask for, the same at each run; not Pillow's
    try:
        assert not decode_photo(file).any()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 7 * side * side, "was 24 bytes a pixel"


def test_what_is_behind_the_pixels_of_a_png_turns_it_in_the_manifest_too(tmp_path):
    sideways = png_chunk(b"eXIf", exif_of([0x0112], 3, 1, 6)[6:])
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 120, 3), np.uint8)).save(buffer, "PNG")
    (tmp_path / "a.png").write_bytes(buffer.getvalue()[:-12] + sideways + buffer.getvalue()[-12:])
    digest = photo_digest(tmp_path / "a.png")
    assert decode_photo(tmp_path / "a.png").shape == (digest.height, digest.width, 3) == (120, 80, 3)
    assert photo_thumbnail(tmp_path / "a.png", 60).shape == (60, 40, 3)


@pytest.mark.parametrize("kind", ["EPS", "PDF", "SVG", "PPM", "ICO", "JPEG2000", "TGA", "PCX", "WMF", "DDS"])
def test_only_formats_of_the_catalogue_are_ever_opened_whatever_the_name_says(kind, tmp_path, monkeypatch):
    """Pillow knows fifty, and would call Ghostscript for one of them."""
    import subprocess

    monkeypatch.setattr(subprocess, "Popen", None)
    starts = {"SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "WMF": b"\xd7\xcd\xc6\x9a" + bytes(200)}
    buffer = io.BytesIO(starts.get(kind, b""))
    if kind not in starts:
        Image.open(io.BytesIO(PNG)).convert("RGB").save(buffer, kind)
    path = tmp_path / "photo.jpg"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(PhotoError) as refused:
        photo_digest(path)
    assert refused.value.code in ("not_an_image", "unsupported_format")
