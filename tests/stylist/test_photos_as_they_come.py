"""Photos as people have them: of any format, from whatever has bytes; and one that is bad spoils no other."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest
from damaged import photo
from heic_files import heic
from PIL import Image

from influencer_style import Stylist
from influencer_style.batches.batch import Batch
from influencer_style.batches.gathering import gather
from influencer_style.photos.decode import PhotoError
from influencer_style.photos.losses import TRANSPARENCY
from influencer_style.photos.original import Original
from influencer_style.stylist.errors import StylistError, UnrecordedError
from influencer_style.stylist.restyling import Restyling
from influencer_style.stylist.result import Result


@pytest.fixture(scope="module")
def stylist(bundle):
    return Stylist(bundle, "model", guard="off")


def file_of(kind="PNG", mode="RGB", **options) -> bytes:
    coarse = np.random.default_rng(0).integers(0, 256, (6, 6, 3), np.uint8)
    picture = Image.fromarray(coarse).resize((96, 96), Image.Resampling.BICUBIC).convert(mode)
    if mode == "RGBA":
        picture.putalpha(128)
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


class Upload:
    """An upload as web frameworks have it, with what its sender calls it."""

    def __init__(self, content):
        self.name, self._content = "me.png", content

    def read(self, size):
        return self._content[:size]


class AsyncUpload:
    async def read(self, size):
        return b""


class Gone:
    def read(self, size):
        raise ConnectionResetError("the sender has left")


@pytest.mark.parametrize("form", [io.BytesIO, Upload, bytearray, memoryview, bytes], ids=lambda form: form.__name__)
def test_whatever_has_bytes_is_a_photo(stylist, form):
    expected = stylist.apply(file_of(), "warm")
    given = form(file_of())
    if form is io.BytesIO:
        given.seek(0, io.SEEK_END)  # as after it was written
    result = stylist.apply(given, "warm")
    assert np.array_equal(np.asarray(result.picture), np.asarray(expected.picture))
    assert result.provenance["source_sha256"] == expected.provenance["source_sha256"]


@pytest.mark.parametrize(
    ("nonsense", "message"),
    [
        (None, "a photo must be a file's name, .* not NoneType"),
        (7, "not int"),
        (["me.jpg"], "not list"),
        (io.StringIO("text"), "gives str, not bytes; open the file as binary"),
        (AsyncUpload(), r"`await photo.read\(\)`"),
    ],
    ids=["None", "number", "list", "text", "asynchronous"],
)
def test_nonsense_is_a_stylist_error(stylist, nonsense, message):
    with pytest.raises(StylistError, match=message):
        stylist.apply(nonsense, "warm")


def test_open_files_are_read_within_bounds(stylist, monkeypatch):
    with pytest.raises(PhotoError, match=r"unreadable: cannot be read .*the sender has left"):
        stylist.apply(Gone(), "warm")
    for module in ("photos.files", "stylist.given_photo"):
        monkeypatch.setattr(f"influencer_style.{module}.MAX_BYTES", 1000)
    with pytest.raises(PhotoError, match="too_large"):
        stylist.apply(io.BytesIO(file_of()), "warm")


def test_an_array_that_may_not_be_written_to_says_nothing_aloud(stylist):
    array = np.asarray(Image.open(io.BytesIO(file_of())))
    assert not array.flags.writeable
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stylist.apply(array, "warm")


def test_whatever_one_photo_raises_is_its_own_outcome(stylist, monkeypatch):
    cut = Image.open(io.BytesIO(file_of("JPEG")[:-300]))
    photos = [cut, None, b"none", *(np.full((96, 96, 3), value, np.uint8) for value in (1, 2, 3, 4))]
    before = Original.with_pixels

    def with_pixels(original, pixels):
        value = original.pixels[0, 0, 0]
        if value == 1:
            raise RuntimeError("a transform\n failed")
        if value == 2:
            raise MemoryError
        if value == 3:
            raise KeyError("tag")
        return before(original, pixels)

    monkeypatch.setattr(Original, "with_pixels", with_pixels)
    outcomes = [outcome for _, outcome in stylist.apply_many(photos, "warm")]
    kinds = [PhotoError, StylistError, PhotoError, StylistError, PhotoError, StylistError, Result]
    assert [type(outcome) for outcome in outcomes] == kinds
    assert str(outcomes[0]).startswith("truncated: cannot be decoded")
    assert str(outcomes[3]) == (
        r"cannot be restyled (RuntimeError: a transform\n failed); export it again from its original"
    )
    assert isinstance(outcomes[3].__cause__, RuntimeError)


def test_what_is_no_photo_s_fault_ends_all(stylist, monkeypatch):
    def restyled(*arguments):
        raise UnrecordedError("the disk is full")

    monkeypatch.setattr(stylist, "_restyled", restyled)
    with pytest.raises(UnrecordedError):
        list(stylist.apply_many([file_of()], "warm"))


def run(stylist, folder, out, **wishes):
    outcomes = {}
    batch = Batch(stylist, Restyling(look="warm", **wishes), out)
    batch.run(gather([folder]), lambda outcome: outcomes.update({outcome.photo.name: outcome}))
    return outcomes


def test_a_kept_format_is_that_of_the_content(stylist, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    files = {
        "jpeg.heic": (file_of("JPEG"), "jpeg-warm.jpg"),
        "no-suffix": (file_of("JPEG"), "no-suffix-warm.jpg"),
        "own.jpeg": (file_of("JPEG"), "own-warm.jpeg"),
        "clear.jpg": (file_of("PNG", "RGBA"), "clear-warm.png"),
        "webp.png": (file_of("WEBP"), "webp-warm.webp"),
        "phone.HEIC": (heic(), "phone-warm.jpg"),
        "scan.tif": (file_of("TIFF", compression="tiff_lzw"), "scan-warm.png"),
        "cut-out.heic": (heic("clear"), "cut-out-warm.jpg"),
    }
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content)
    outcomes = run(stylist, folder, tmp_path / "out")
    assert {name: outcomes[name].picture.name for name in files} == {name: made for name, (_, made) in files.items()}
    for outcome in outcomes.values():
        with Image.open(outcome.picture) as picture:
            suffix = {"JPEG": (".jpg", ".jpeg"), "PNG": (".png",), "WEBP": (".webp",)}[picture.format]
            assert outcome.picture.suffix in suffix
    with Image.open(outcomes["clear.jpg"].picture) as picture:
        assert picture.mode == "RGBA" and picture.getpixel((5, 5))[3] == 128
    said = {name for name, outcome in outcomes.items() if TRANSPARENCY in outcome.notices}
    assert said == {"cut-out.heic"}, "only there transparency is lost"
    as_jpeg = run(stylist, folder, tmp_path / "jpeg", format="jpeg")
    assert {name for name, outcome in as_jpeg.items() if TRANSPARENCY in outcome.notices} == {
        "cut-out.heic",
        "clear.jpg",
    }


def test_a_picture_that_cannot_be_made_a_file_is_a_row_and_the_others_are_made(stylist, tmp_path, monkeypatch):
    for number in range(3):
        photo(tmp_path / "in" / f"p{number}.png", number, 64)
    encode = Result.encode
    calls = []

    def broken(result, suffix, quality=None):
        calls.append(suffix)
        if len(calls) == 2:
            raise RuntimeError("the encoder failed")
        return encode(result, suffix, quality)

    monkeypatch.setattr(Result, "encode", broken)
    outcomes = run(stylist, tmp_path / "in", tmp_path / "out")
    assert [outcome.status for outcome in outcomes.values()] == ["written", "quarantined", "written"]
    assert outcomes["p1.png"].reason == (
        "unwritable: its picture cannot be made a file (RuntimeError: the encoder failed); choose another --format"
    )
