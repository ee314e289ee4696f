"""A photo as a phone takes it, in size, bytes, metadata and colour profile, made from a studio portrait."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import cv2
import numpy as np
from PIL import ExifTags, Image, ImageCms

from influencer_style.studio.identity import sample_identity, sample_pose
from influencer_style.studio.look import sample_neutral
from influencer_style.studio.render import render

WIDTH, HEIGHT = 4000, 3000  # px, as the file has them
_RENDERED = 1024  # px
_STREAM = 78  # no stream of the demo set's, of training's or of another benchmark's people
_QUARTER = 6  # EXIF: turn a quarter clockwise to see it upright
_QUALITY = 92
# Display P3's primaries, adapted to D50 as ICC profiles have them; its tone curve is sRGB's.
_PRIMARIES = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}


def phone_photo(seed: int = 1) -> bytes:
    """Return a JPEG of 12 megapixels: a studio portrait, enlarged, with texture and noise; lying on its side, as its
    EXIF says."""
    rng = np.random.default_rng((_STREAM, seed))
    portrait = render(sample_identity(rng), sample_pose(rng), sample_neutral(rng), _RENDERED, seed)
    aside = _RENDERED * (1 - HEIGHT / WIDTH) / 2
    upright = cv2.resize(
        portrait[:, round(aside) : _RENDERED - round(aside)], (HEIGHT, WIDTH), interpolation=cv2.INTER_CUBIC
    )
    noisy = upright.astype(np.float32)
    for coarse, strength in ((1, 4.0), (2, 4.0), (4, 3.0)):  # levels of 255
        noise = rng.standard_normal((WIDTH // coarse, HEIGHT // coarse, 1), np.float32)
        noisy += strength * cv2.resize(noise, (HEIGHT, WIDTH), interpolation=cv2.INTER_CUBIC)[:, :, None]
    stored = Image.fromarray(np.rint(noisy).clip(0, 255).astype(np.uint8)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = _QUARTER
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Maker", "Phone"
    exif.get_ifd(ExifTags.IFD.Exif).update({ExifTags.Base.FNumber: 1.8, ExifTags.Base.ISOSpeedRatings: 100})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLongitudeRef: "E"})
    return _jpeg(stored, exif.tobytes())


def in_display_p3(photo: bytes) -> bytes:
    """Return a photo's JPEG whose colours are said to be Display P3's, as those of phones are."""
    with Image.open(io.BytesIO(photo)) as image:
        return _jpeg(image.convert("RGB"), image.getexif().tobytes(), display_p3())


def display_p3() -> bytes:
    """Return an ICC profile with Display P3's primaries: sRGB's, with these in the place of its own."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (tags,) = struct.unpack_from(">I", profile, 128)
    for tag in range(tags):
        name, offset, length = struct.unpack_from(">4sII", profile, 132 + 12 * tag)
        if name in _PRIMARIES:  # of the type XYZ: four letters, four bytes, then fixed-point numbers of 16 + 16 bits
            struct.pack_into(">3i", profile, offset + 8, *(round(65536 * value) for value in _PRIMARIES[name]))
        if name == b"desc":  # programs that know sRGB by its name must not take it for that
            text = bytes(profile[offset : offset + length])
            profile[offset : offset + length] = text.replace("sRGB".encode("utf-16-be"), "P3  ".encode("utf-16-be"))
    return bytes(profile)


def varied(photo: bytes, count: int, folder: Path) -> list[Path]:
    """Write photos of 2 to 3 megapixels, parts of one, no two alike in size, side, light or shape; return the files."""
    rng = np.random.default_rng((_STREAM, 0))
    with Image.open(io.BytesIO(photo)) as image:
        image.draft("RGB", (image.width // 2, image.height // 2))
        whole = image.convert("RGB")
        if image.getexif().get(ExifTags.Base.Orientation) == _QUARTER:
            whole = whole.transpose(Image.Transpose.ROTATE_270)
    paths = []
    for number in range(count):
        kept = rng.uniform(0.9, 1.0, 2)  # of width and height
        left, top = rng.uniform(0, 1 - kept) * whole.size
        box = left, top, left + kept[0] * whole.width, top + kept[1] * whole.height
        scale = np.sqrt(rng.uniform(2.0e6, 3.0e6) / ((box[2] - box[0]) * (box[3] - box[1])))
        size = round(scale * (box[2] - box[0])), round(scale * (box[3] - box[1]))
        light, mirrored = rng.uniform(0.8, 1.1), rng.random() < 0.5
        one = whole.resize(size, Image.Resampling.BILINEAR, box).point(lambda value, by=light: by * value)
        if mirrored:
            one = one.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        paths.append(folder / f"{number:03}.jpg")
        paths[-1].write_bytes(_jpeg(one, b""))
    return paths


def _jpeg(image: Image.Image, exif: bytes, profile: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY, exif=exif, icc_profile=profile)
    return buffer.getvalue()
