"""The catalogue of formats: what a file is, by its content, and what is written when that is kept."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from heic_files import box, heic
from PIL import Image

from influencer_style.photos.decode import PhotoError, decode_photo, photo_digest, photo_header, photo_thumbnail
from influencer_style.photos.formats import FORMATS, START, format_of

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)).resize((120, 80))


def file_of(name: str, picture: Image.Image = PICTURE, **options) -> bytes:
    if name == "HEIC":
        return heic()
    buffer = io.BytesIO()
    picture.save(buffer, name.upper(), **options)
    return buffer.getvalue()


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_each_format_is_recognised_by_its_first_bytes_and_read_by_all_that_read(known, tmp_path):
    file = file_of(known.name)
    assert format_of(file[:START]) is known
    path = tmp_path / "photo.txt"
    path.write_bytes(file)
    header, digest = photo_header(path), photo_digest(path)
    assert header.format == known.pillow and (header.width, header.height) == (digest.width, digest.height)
    assert decode_photo(path).shape == (digest.height, digest.width, 3)
    assert max(photo_thumbnail(path, 64).shape) == 64


def test_the_documentation_has_the_same_table():
    text = (Path(__file__).parents[2] / "docs/formats.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    assert rows[2:] == [
        [known.name, ", ".join(known.suffixes), known.written_as, known.because or "its own format"]
        for known in FORMATS
    ]


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"GIF89a", "GIF"),
        (box(b"ftyp", b"hevc\0\0\0\0mif1heichevc"), "a film or burst of HEIC pictures"),
        (box(b"ftyp", b"msf1\0\0\0\0msf1hevc"), "a film or burst of HEIC pictures"),
        (box(b"ftyp", b"qt  \0\0\0\0qt  "), "a film"),
        (box(b"ftyp", b"crx \0\0\0\x01crx isom"), "camera raw"),
        (b"II*\0\x10\0\0\0CR\x02\0", "camera raw"),
        (b"FUJIFILMCCD-RAW ", "camera raw"),
    ],
)
def test_what_is_not_read_is_refused_by_its_name(start, name):
    with pytest.raises(PhotoError, match=f"unsupported_format: is {name}; export it as JPEG, PNG, WebP, AVIF, HEIC or"):
        decode_photo(start + bytes(200))


@pytest.mark.parametrize(
    ("major", "others", "name"),
    [
        (b"mif1", b"mif1heic", "HEIC"),
        (b"mif1", b"mif1avif", "AVIF"),
        (b"heix", b"mif1", "HEIC"),
        (b"avis", b"", "AVIF"),
    ],
)
def test_containers_are_told_apart_by_their_brands(major, others, name):
    assert format_of(box(b"ftyp", major + bytes(4) + others)).name == name


@pytest.mark.parametrize("kind", ["HEIC", "AVIF", "TIFF"])
def test_bounds_of_size_hold_before_anything_is_decoded(kind, monkeypatch):
    file = file_of(kind)
    monkeypatch.setattr(Image.Image, "load", None)
    with pytest.raises(PhotoError, match=r"too_large: has \d+ x \d+ pixels"):
        decode_photo(file, max_pixels=9000)
