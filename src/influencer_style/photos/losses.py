"""What a photo has and its restyled copy will not have, in sentences. This module makes all such notices."""

from __future__ import annotations

from PIL import Image

from influencer_style.photos.boxes import described
from influencer_style.photos.colour import ProfileKind
from influencer_style.photos.formats import AVIF, HEIC, PNG, START, TIFF
from influencer_style.photos.tiff import directories

TRANSPARENCY = "it is transparent, and a JPEG shows white there; --format png or webp keeps the transparency"

_GREY = ("1", "L", "LA", "La")  # and I and F, which have more than 8 bits
_DEPTH = 24  # place in a PNG file of the number of bits of a colour
_GAIN_MAPS = (  # Ultra HDR in XMP, the ISO standard, and Apple's
    b"http://ns.adobe.com/hdr-gain-map/1.0/",
    b"urn:iso:std:iso:ts:21496:-1",
    b"urn:com:apple:photo:2020:aux:hdrgainmap",
)
_NO_PROFILE_KEPT = {
    ProfileKind.UNUSABLE: "its colour profile is damaged or not made for such a picture, and was ignored",
    ProfileKind.ONE_WAY: "its colour profile only leads away from its colours, not back; the result is in sRGB",
}


def losses_of_image(image: Image.Image, profile: ProfileKind) -> tuple[str, ...]:
    """Return what a copy of an image with that kind of profile loses, whatever file it came from."""
    found = []
    if image.mode in ("CMYK", "LAB"):
        found.append(f"it is in {image.mode}; the result is in RGB")
    if image.mode in _GREY or image.mode.startswith(("I", "F")):
        found.append("it is in shades of grey; the result is in RGB")
    if image.info.get("hdr"):
        found.append("it is HDR; what is brighter than white is cut off, and the result is in sRGB")
    elif profile is ProfileKind.UNUSABLE or (profile is ProfileKind.ONE_WAY and image.mode in ("RGB", "RGBA", "P")):
        found.append(_NO_PROFILE_KEPT[profile])
    return tuple(found)


def losses_of_file(file: bytes, image: Image.Image) -> tuple[str, ...]:
    """Return what else a copy of a photo's file, which was opened as ``image``, loses."""
    found = []
    if (bits := _bits(file, image)) > 8:
        found.append(f"it has {bits} bits a colour; the result has 8")
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format in (TIFF.pillow, HEIC.pillow):
        shown = "first" if image.format == TIFF.pillow else "main one"
        found.append(f"it holds {frames} pictures; the result shows the {shown}")
    elif frames > 1 and image.format != "MPO":  # phones keep a depth map or a second view with the photo
        found.append(f"it moves; the result shows the first of its {frames} pictures")
    in_boxes = image.format in (AVIF.pillow, HEIC.pillow) and b"tmap" in file[:START]
    if in_boxes or any(name in file for name in _GAIN_MAPS):
        found.append("it has a gain map for HDR screens; the result has none")
    if image.format == PNG.pillow and "icc_profile" not in image.info and b"iCCP" in file[: file.find(b"IDAT")]:
        found.append("its colour profile is larger than a megabyte, and was ignored")
    return tuple(found)


def _bits(file: bytes, image: Image.Image) -> int:
    if image.format == PNG.pillow:
        return file[_DEPTH]
    if image.format == TIFF.pillow:
        return directories(file).bits
    if image.format == AVIF.pillow:
        return described(file).bits
    return int(image.info.get("bit_depth", 8))
