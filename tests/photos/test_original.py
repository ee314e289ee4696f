"""What a restyled copy keeps of its photo: its own colours, transparency and metadata, and nothing private."""

from __future__ import annotations

import hashlib
import io

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms

from influencer_style.metadata.kept import kept_exif
from influencer_style.photos.original import of_image, read_original

PIXELS = np.random.default_rng(0).integers(0, 256, (80, 96, 3), dtype=np.uint8)


def file_of(image, kind="PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def wide_profile() -> bytes:
    """sRGB with red's and blue's primaries swapped, under another name: as far from sRGB as a profile can be."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace("sRGB".encode("utf-16-be"), "sXYZ".encode("utf-16-be"))
    for old, new in ((b"rXYZ", b"****"), (b"bXYZ", b"rXYZ"), (b"****", b"bXYZ")):
        profile = profile.replace(old, new, 1)
    return profile


def exif_of(image) -> Image.Exif:
    return Image.open(io.BytesIO(file_of(image))).getexif()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "L", "P", "1"])
def test_the_same_pixels_give_the_file_s_own_colours(mode):
    image = Image.fromarray(PIXELS).convert(mode.removesuffix("A") if mode == "LA" else mode)
    if mode in ("RGBA", "LA"):
        image.putalpha(Image.fromarray(PIXELS[:, :, 0]))
    original = read_original(file_of(image))
    same = original.with_pixels(original.pixels)
    transparent = mode in ("RGBA", "LA")
    assert same.mode == ("RGBA" if transparent else "RGB")
    assert np.array_equal(np.asarray(same), np.asarray(image.convert(same.mode)))
    if transparent:
        assert np.array_equal(original.alpha, PIXELS[:, :, 0])
        assert (original.seen[original.alpha == 0] == 255).all(), "what is transparent lies over white"
    else:
        assert original.alpha is None and original.seen is original.pixels


def test_a_colour_profile_is_honoured_and_kept():
    image = Image.fromarray(PIXELS)
    profile = wide_profile()
    original = read_original(file_of(image, icc_profile=profile))
    assert original.profile == profile and not np.array_equal(original.pixels, PIXELS)
    assert np.array_equal(np.asarray(original.with_pixels(original.pixels)), PIXELS), "exactly, whatever sRGB has not"
    # What is asked for in sRGB is what the picture shows, where the profile can show it.
    calm = np.full((80, 96, 3), 120, np.uint8)
    flat = read_original(file_of(Image.fromarray(calm), icc_profile=profile))
    wanted = np.clip(flat.pixels + np.array([10, -10, 5]), 0, 255).astype(np.uint8)
    again = read_original(file_of(flat.with_pixels(wanted), icc_profile=profile))
    assert np.abs(again.pixels.astype(int) - wanted).max() <= 2


def test_srgb_goes_on_as_it_is_and_a_broken_profile_is_dropped():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = read_original(file_of(Image.fromarray(PIXELS), icc_profile=srgb))
    assert kept.profile == srgb and kept.own is None
    broken = read_original(file_of(Image.fromarray(PIXELS), icc_profile=b"no profile" * 20))
    assert broken.profile == b"" and np.array_equal(broken.pixels, PIXELS)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_turned_photo_is_upright_and_says_so(turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    content = file_of(Image.fromarray(PIXELS), exif=exif.tobytes())
    original = read_original(content)
    assert original.pixels.shape[:2] == ((96, 80) if turn > 4 else (80, 96))
    assert original.exif == b"", "nothing is left to say of it"
    assert np.array_equal(of_image(Image.open(io.BytesIO(content))).pixels, original.pixels)


def test_sixteen_bits_cmyk_and_films_are_said(tmp_path):
    cv2.imwrite(str(tmp_path / "deep.png"), PIXELS[:, :, ::-1].astype(np.uint16) * 257)
    deep = read_original(tmp_path / "deep.png")
    assert np.array_equal(deep.pixels, PIXELS) and deep.notices == ("it has 16 bits a colour; the result has 8",)
    cv2.imwrite(str(tmp_path / "grey.png"), PIXELS[:, :, 0].astype(np.uint16) * 257)
    grey = read_original(tmp_path / "grey.png")
    assert np.array_equal(grey.pixels, np.repeat(PIXELS[:, :, :1], 3, 2)) and "16 bits" in grey.notices[1]
    cmyk = read_original(file_of(Image.fromarray(PIXELS).convert("CMYK"), "JPEG", quality=95))
    assert cmyk.notices == ("it is in CMYK; the result is in RGB",) and cmyk.profile == b""
    others = [Image.fromarray(255 - PIXELS), Image.fromarray(PIXELS // 2)]
    frames = file_of(Image.fromarray(PIXELS), "WEBP", save_all=True, append_images=others)
    assert read_original(frames).notices == ("it moves; the result shows the first of its 3 pictures",)
    assert read_original(file_of(Image.fromarray(PIXELS))).notices == ()


def test_the_digest_is_that_of_the_file(tmp_path):
    content = file_of(Image.fromarray(PIXELS))
    (tmp_path / "a.png").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    assert read_original(content).sha256 == digest == read_original(tmp_path / "a.png").sha256
    assert of_image(Image.fromarray(PIXELS)).sha256 == ""


def phone_photo() -> Image.Image:
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Copyright] = "Camera & Sons", "Anna, 2026"
    exif[ExifTags.Base.Orientation], exif[ExifTags.Base.ImageDescription] = 6, "Anna at home"
    exif[ExifTags.Base.XPAuthor] = "Anna".encode("utf-16-le")
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.ExposureTime: 0.01,
            ExifTags.Base.DateTimeOriginal: "2026:11:24 10:00:00",
            ExifTags.Base.BodySerialNumber: "SN-12345",
            ExifTags.Base.CameraOwnerName: "Anna Secret",
            ExifTags.Base.MakerNote: b"notes of the maker",
            ExifTags.Base.UserComment: b"ASCII\0\0\0my address",
        }
    )
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (48.0, 12.0, 30.0)})
    return Image.open(io.BytesIO(file_of(Image.fromarray(PIXELS), "JPEG", exif=exif.tobytes())))


def test_how_a_photo_was_taken_is_kept_and_where_and_by_whom_is_not():
    written, notice = kept_exif(phone_photo())
    for private in (b"SN-12345", b"Anna Secret", b"notes of the maker", b"my address", b"Anna at home", b"A\0n\0n\0a"):
        assert private not in written
    kept = Image.Exif()
    kept.load(written)
    assert kept[ExifTags.Base.Make] == "Camera & Sons" and kept[ExifTags.Base.Copyright] == "Anna, 2026"
    details = kept.get_ifd(ExifTags.IFD.Exif)
    assert (
        details[ExifTags.Base.DateTimeOriginal] == "2026:11:24 10:00:00" and details[ExifTags.Base.ExposureTime] == 0.01
    )
    assert not kept.get_ifd(ExifTags.IFD.GPSInfo) and ExifTags.Base.Orientation not in kept and notice == ""


def test_everything_is_kept_when_asked_for_but_the_turn():
    kept = Image.Exif()
    kept.load(kept_exif(phone_photo(), private=True)[0])
    assert kept.get_ifd(ExifTags.IFD.GPSInfo)[2] == (48.0, 12.0, 30.0)
    assert kept.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] == "SN-12345"
    assert ExifTags.Base.Orientation not in kept


def test_damaged_or_endless_exif_is_dropped_and_it_is_said():
    image = phone_photo()
    image.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote] = b"x" * 70_000
    assert kept_exif(image, private=True) == (b"", "its EXIF is larger than a file has room for and was dropped")
    image = phone_photo()
    image.getexif()[ExifTags.Base.Make] = object()
    assert kept_exif(image) == (b"", "its EXIF is damaged and was dropped")
