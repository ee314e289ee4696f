"""Any file becomes an upright sRGB array or a PhotoError."""

import io
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFile

from influencer_style.photos.decode import PhotoError, decode_photo, photo_digest, photo_header, photo_thumbnail

GRADIENT = np.dstack([np.tile(np.linspace(0, 255, 96), (80, 1))] * 3).astype(np.uint8)


def code_of(path, **options):
    with pytest.raises(PhotoError) as error:
        decode_photo(path, **options)
    with pytest.raises(PhotoError) as same:
        photo_digest(path, **options)
    assert same.value.code == error.value.code
    return error.value.code


def noisy_jpeg():
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def test_files_that_are_no_photos_are_named(tmp_path):
    path = tmp_path / "photo.jpg"
    cases = {
        b"": "empty_file",
        b"hello, I am text": "not_an_image",
        b"GIF89a" + bytes(40): "unsupported_format",
        b"\0\0\0\x20ftypheic" + bytes(40): "truncated",
        b"\0\0\0\x20ftypqt  " + bytes(40): "unsupported_format",
        b"\x89PNG\r\n\x1a\n" + bytes(5): "truncated",
        noisy_jpeg()[:9000]: "truncated",
    }
    for content, code in cases.items():
        path.write_bytes(content)
        assert code_of(path) == code
    assert code_of(tmp_path) == "unreadable"
    assert code_of(tmp_path / "missing.jpg") == "unreadable"


def test_a_jpeg_with_damaged_picture_data_is_refused(tmp_path):
    data = bytearray(noisy_jpeg())
    (tmp_path / "sound.jpg").write_bytes(data)
    data[len(data) // 2 : len(data) // 2 + 2] = b"\xff\x4f"  # no such marker
    (tmp_path / "damaged.jpg").write_bytes(data)
    assert code_of(tmp_path / "damaged.jpg") == "truncated"
    assert decode_photo(tmp_path / "sound.jpg").shape == (200, 300, 3)
    Image.open(tmp_path / "sound.jpg").save(tmp_path / "progressive.jpg", progressive=True)
    assert decode_photo(tmp_path / "progressive.jpg").shape == (200, 300, 3)


def test_size_is_bounded_before_anything_is_decoded(tmp_path, monkeypatch):
    huge = tmp_path / "huge.png"
    Image.new("1", (20_000, 20_000)).save(huge)

    def decoded(image):
        raise AssertionError("it was decoded")

    with monkeypatch.context() as patch:
        patch.setattr(ImageFile.ImageFile, "load", decoded)
        assert code_of(huge) == "too_large"
    Image.new("L", (400, 300)).save(tmp_path / "some.png")
    assert code_of(tmp_path / "some.png", max_pixels=100_000) == "too_large"
    Image.new("L", (63, 300)).save(tmp_path / "small.png")
    assert code_of(tmp_path / "small.png") == "too_small"


def test_links_are_followed_only_inside_the_root(tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir(), outside.mkdir()
    Image.fromarray(GRADIENT).save(outside / "a.png")
    Image.fromarray(GRADIENT).save(inside / "b.png")
    os.symlink(outside / "a.png", inside / "out.png")
    os.symlink(inside / "b.png", inside / "in.png")
    assert code_of(inside / "out.png", root=inside) == "link_outside"
    assert decode_photo(inside / "in.png", root=inside).shape == (80, 96, 3)


def test_named_pipes_do_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    assert code_of(tmp_path / "pipe.jpg") == "unreadable"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_honoured(tmp_path, orientation):
    upright = np.zeros((80, 120, 3), np.uint8)
    upright[:40, :60] = (250, 10, 10)  # red top left, green top right, blue bottom left
    upright[:40, 60:] = (10, 250, 10)
    upright[40:, :60] = (10, 10, 250)
    undo = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(undo[orientation](upright))).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(decode_photo(tmp_path / "a.png"), upright)
    header = photo_header(tmp_path / "a.png")
    assert (header.width, header.height, header.format) == (120, 80, "PNG")
    Image.fromarray(upright).save(tmp_path / "b.png")
    turned, plain = photo_digest(tmp_path / "a.png"), photo_digest(tmp_path / "b.png")
    assert (turned.width, turned.height, turned.phash) == (plain.width, plain.height, plain.phash)


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_thumbnail_is_the_photo_made_small(tmp_path, suffix):
    sideways = Image.fromarray(GRADIENT).resize((1600, 1200))
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways.save(tmp_path / f"a.{suffix}", exif=exif)
    small = photo_thumbnail(tmp_path / f"a.{suffix}", 100)
    whole = Image.fromarray(decode_photo(tmp_path / f"a.{suffix}")).resize((75, 100), Image.Resampling.BOX)
    assert small.shape == (100, 75, 3)
    assert np.abs(small.astype(int) - np.asarray(whole)).mean() < 2
    (tmp_path / "cut.jpg").write_bytes(noisy_jpeg()[:9000])
    with pytest.raises(PhotoError, match="truncated"):
        photo_thumbnail(tmp_path / "cut.jpg", 100)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_absurd_exif_is_ignored(tmp_path, value):
    exif = Image.Exif()
    exif[0x0112] = value
    Image.fromarray(GRADIENT).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(decode_photo(tmp_path / "a.png"), GRADIENT)
    Image.fromarray(GRADIENT).save(tmp_path / "b.jpg", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert decode_photo(tmp_path / "b.jpg").shape == GRADIENT.shape


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_modes_of_png(tmp_path, mode):
    grey = Image.fromarray(GRADIENT[:, :, 0])
    if mode == "I;16":
        picture = Image.fromarray(GRADIENT[:, :, 0].astype(np.uint16) * 257)
    else:
        picture = grey.convert("L").convert(mode)
    picture.save(tmp_path / "a.png")
    decoded = decode_photo(tmp_path / "a.png")
    assert decoded.dtype == np.uint8 and decoded.shape == (80, 96, 3)
    if mode == "1":
        assert set(np.unique(decoded)) == {0, 255}
    else:
        assert np.abs(decoded.astype(int) - GRADIENT).max() <= 1
    photo_digest(tmp_path / "a.png")


def test_transparency_lies_over_white(tmp_path):
    clear = Image.new("RGBA", (80, 80), (200, 0, 0, 0))
    clear.paste((0, 100, 0, 255), (0, 0, 40, 80))
    clear.save(tmp_path / "a.png")
    Image.new("L", (80, 80), 7).save(tmp_path / "key.png", transparency=7)
    decoded = decode_photo(tmp_path / "a.png")
    assert tuple(decoded[5, 5]) == (0, 100, 0) and tuple(decoded[5, 60]) == (255, 255, 255)
    assert (decode_photo(tmp_path / "key.png") == 255).all()


def test_cmyk_becomes_rgb(tmp_path):
    Image.new("CMYK", (80, 80), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=95)
    red = decode_photo(tmp_path / "a.jpg")[40, 40]
    assert red[0] > 200 and red[1] < 60 and red[2] < 60


def test_a_valid_colour_profile_is_applied_and_a_broken_one_ignored(tmp_path):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.fromarray(GRADIENT).save(tmp_path / "of_another_space.png", icc_profile=lab)
    Image.fromarray(GRADIENT).save(tmp_path / "broken.png", icc_profile=b"no profile" * 20)
    for name in ("of_another_space.png", "broken.png"):
        assert np.array_equal(decode_photo(tmp_path / name), GRADIENT)
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "sXYZ".encode("utf-16-be"))
    for old, new in ((b"rXYZ", b"****"), (b"bXYZ", b"rXYZ"), (b"****", b"bXYZ")):  # red's and blue's primaries
        swapped = swapped.replace(old, new, 1)
    red = np.zeros((80, 80, 3), np.uint8)
    red[:, :, 0] = 255
    Image.fromarray(red).save(tmp_path / "swapped.png", icc_profile=swapped)
    decoded = decode_photo(tmp_path / "swapped.png")
    assert tuple(decoded[0, 0]) != (255, 0, 0) and decoded[0, 0, 2] > 200


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_hostile_bytes_raise_nothing_but_photo_errors(tmp_path_factory, data):
    buffer = io.BytesIO()
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "AVIF", "TIFF"]))
    Image.fromarray(GRADIENT).save(buffer, kind)
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "hostile"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    refusals = []
    for read in (decode_photo, photo_digest, photo_header):
        try:
            read(path)
        except PhotoError as error:
            refusals.append(error)
    assert all(refusal.code and refusal.message for refusal in refusals)


def test_bytes_are_a_photo_like_a_file(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(noisy_jpeg())
    assert np.array_equal(decode_photo(noisy_jpeg()), decode_photo(path))
    assert photo_header(noisy_jpeg()) == photo_header(path)
    for content, code in {b"": "empty_file", b"text": "not_an_image"}.items():
        with pytest.raises(PhotoError) as error:
            decode_photo(content)
        assert error.value.code == code


def progressive_jpeg(more_scans=0, behind=b""):
    """A small progressive JPEG whose last scan is there again and again."""
    buffer = io.BytesIO()
    Image.fromarray(GRADIENT).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + more_scans * last + data[-2:] + behind


def test_a_jpeg_with_endless_scans_is_refused_before_it_is_decoded(tmp_path):
    path = tmp_path / "scans.jpg"
    path.write_bytes(progressive_jpeg(90))
    assert decode_photo(path).shape == GRADIENT.shape
    path.write_bytes(progressive_jpeg(91))
    assert code_of(path) == "too_large"
    with pytest.raises(PhotoError, match="100 scans"):
        photo_thumbnail(path, 100)


def test_what_lies_behind_a_jpeg_or_in_its_segments_is_no_scan(tmp_path):
    film = 500 * b"\xff\xda\0\0"
    assert decode_photo(progressive_jpeg(behind=film)).shape == GRADIENT.shape
    buffer = io.BytesIO()
    Image.fromarray(GRADIENT).save(buffer, "JPEG", comment=film)
    assert film in buffer.getvalue()
    assert decode_photo(buffer.getvalue()).shape == GRADIENT.shape
