"""Profiles are known by what they do to colours; one that is of no use costs a notice, and never the photo."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms
from test_original import PIXELS, file_of, wide_profile

from influencer_style.photos.code_points import CodePoints, profile_of
from influencer_style.photos.colour import ProfileKind, kind_of
from influencer_style.photos.decode import decode_photo
from influencer_style.photos.original import of_image, read_original

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LINEAR = profile_of(CodePoints(1, 8))
ONE_WAY = "its colour profile only leads away from its colours, not back; the result is in sRGB"
UNUSABLE = "its colour profile is damaged or not made for such a picture, and was ignored"


def called_srgb(profile: bytes) -> bytes:
    """Give a profile the name of GIMP's linear one, which has "sRGB" in it."""
    old = b"Colours of ITU-T H.273"
    assert old in profile
    return profile.replace(old, b"GIMP built-in Lin sRGB")


def input_only() -> bytes:
    """Return a profile that a table leads from, as of a scanner (A2B0), and none leads back to."""
    grid = np.array([[r, g, b] for r in (0, 1) for g in (0, 1) for b in (0, 1)])
    lab = np.empty((8, 3), np.uint8)
    lab[:, 0], lab[:, 1:] = grid.mean(1) * 255, 128
    curve = bytes(range(256))
    table = b"mft1" + bytes(4) + bytes((3, 3, 2, 0))
    table += np.eye(3, dtype=">i4").__mul__(65536).astype(">i4").tobytes() + curve * 3 + lab.tobytes() + curve * 3
    head = bytearray(SRGB[:128])
    head[12:16], head[20:24] = b"scnr", b"Lab "
    tags = {b"A2B0": table, b"desc": b"desc" + bytes(4) + (2).to_bytes(4, "big") + b"s\0" + bytes(79)}
    tags |= {b"wtpt": b"XYZ " + bytes(4) + SRGB[68:80], b"cprt": b"text" + bytes(4) + b"none\0"}
    at, body, places = 132 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        places += name + (at + len(body)).to_bytes(4, "big") + len(content).to_bytes(4, "big")
        body += content + bytes(-len(content) % 4)
    head[0:4] = (at + len(body)).to_bytes(4, "big")
    head[8:12] = b"\x02\x10\0\0"
    return bytes(head) + len(tags).to_bytes(4, "big") + places + body


def test_what_profiles_are():
    assert kind_of(SRGB) is ProfileKind.SRGB
    assert kind_of(SRGB.replace("sRGB".encode("utf-16-be"), "abcd".encode("utf-16-be"))) is ProfileKind.SRGB
    assert kind_of(called_srgb(LINEAR)) is kind_of(LINEAR) is kind_of(wide_profile()) is ProfileKind.FOREIGN
    assert kind_of(profile_of(CodePoints(1, 4))) is ProfileKind.FOREIGN, "gamma 2.2 is not quite sRGB"
    assert kind_of(input_only()) is ProfileKind.ONE_WAY
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for broken in (b"no profile" * 20, lab, SRGB.replace(b"rTRC", b"xTRC"), SRGB[:200]):
        assert kind_of(broken) is ProfileKind.UNUSABLE
    assert kind_of(b"") is kind_of(None) is ProfileKind.NONE


def test_linear_srgb_is_converted_whatever_it_calls_itself():
    """GIMP's is named with "sRGB" in it: taken for sRGB, pictures came out nearly black."""
    dark = Image.fromarray(np.full((80, 80, 3), 55, np.uint8))
    file = file_of(dark, icc_profile=called_srgb(LINEAR))
    assert np.abs(decode_photo(file).astype(int) - 128).max() <= 1
    original = read_original(file)
    assert original.own is not None and original.notices == ()
    brighter = np.full((80, 80, 3), 188, np.uint8)
    assert np.abs(np.asarray(original.with_pixels(brighter)).astype(int) - 128).max() <= 3, "half of all light"


@pytest.mark.parametrize(
    ("profile", "notice"),
    [
        (SRGB.replace(b"rTRC", b"xTRC"), UNUSABLE),
        (SRGB[:200], UNUSABLE),
        (input_only(), ONE_WAY),
    ],
    ids=["no curve of red", "cut", "input only"],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_a_profile_that_leads_nowhere_is_a_notice_and_no_exception(profile, notice, kind):
    file = file_of(Image.fromarray(PIXELS), kind, icc_profile=profile)
    for original in (read_original(file), of_image(Image.open(io.BytesIO(file)))):
        assert original.notices == (notice,) and original.profile == b"" and original.own is None
        assert np.array_equal(np.asarray(original.with_pixels(original.pixels)), original.pixels)


def test_grey_and_cmyk_profiles_are_applied_or_named():
    grey = Image.fromarray(PIXELS[:, :, 0])
    assert UNUSABLE in read_original(file_of(grey, icc_profile=SRGB)).notices
    clear = grey.convert("LA")
    clear.putalpha(200)
    assert UNUSABLE in read_original(file_of(clear, icc_profile=SRGB)).notices
    cmyk = Image.fromarray(PIXELS).convert("CMYK")
    assert UNUSABLE in read_original(file_of(cmyk, "TIFF", icc_profile=b"junk" * 50)).notices


def test_transparency_by_one_grey_of_sixteen_bits():
    values = np.full((80, 80), 30_000, np.uint16)
    values[:40] = 1000
    file = file_of(Image.fromarray(values), transparency=1000)
    original = read_original(file)
    assert (original.alpha[:40] == 0).all() and (original.alpha[40:] == 255).all()
    assert (decode_photo(file)[:40] == 255).all() and np.abs(decode_photo(file)[40:].astype(int) - 117).max() <= 1
