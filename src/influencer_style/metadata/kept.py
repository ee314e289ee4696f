"""What a restyled copy may keep of a photo's metadata: how it was taken and whose work it is, not where or of whom."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import ExifTags, Image

from influencer_style.metadata.xmp import kept_xmp

_ORIENTATION = 0x0112  # the copy is upright
_IFDS = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.Interop)
# In a TIFF: how its pixels are stored, and what is kept elsewhere (profile, XMP, notes of editors).
_STRUCTURE = {
    *(254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 277, 278, 279, 284, 288, 289, 290, 291, 292, 293),
    *(297, 317, 320, 321, 322, 323, 324, 325, 330, 332, 333, 334, 336, 337, 338, 339, 340, 341, 342, 343, 347),
    *(*range(512, 522), 529, 530, 531, 532, 559, 700, 33723, 34377, 34675, 37724),
}
_MOST = 65_000  # bytes that a JPEG has room for

# What is kept; the rest may reveal place, name or device, or belong to another picture (maker notes, thumbnails).
_KEPT = {
    ExifTags.Base[name].value
    for name in (
        *("Make", "Model", "DateTime", "Artist", "Copyright", "XResolution", "YResolution", "ResolutionUnit"),
        *("ExposureTime", "FNumber", "ExposureProgram", "ISOSpeedRatings", "SensitivityType", "ExifVersion"),
        *("DateTimeOriginal", "DateTimeDigitized", "OffsetTime", "OffsetTimeOriginal", "OffsetTimeDigitized"),
        *("SubsecTime", "SubsecTimeOriginal", "SubsecTimeDigitized", "ShutterSpeedValue", "ApertureValue"),
        *("BrightnessValue", "ExposureBiasValue", "MaxApertureValue", "MeteringMode", "LightSource", "Flash"),
        *("FocalLength", "FocalLengthIn35mmFilm", "ExposureMode", "WhiteBalance", "DigitalZoomRatio"),
        *("SceneCaptureType", "LensMake", "LensModel", "LensSpecification"),
    )
}


@dataclass(frozen=True)
class Metadata:
    """What goes back into a file: EXIF and XMP, which may both be empty, and what of them is lost, in sentences.

    XMP is one element, `rdf:Description`, for a packet that holds other elements as well.
    """

    exif: bytes = b""
    xmp: str = ""
    notices: tuple[str, ...] = ()


def kept_metadata(image: Image.Image, private: bool = False) -> Metadata:
    """Return what an upright copy of an image keeps. Arguments are those of `kept_exif` and `kept_xmp`."""
    exif, notice = kept_exif(image, private)
    xmp, notices = kept_xmp(image, private)
    return Metadata(exif, xmp, (*([notice] if notice else []), *notices))


def kept_exif(image: Image.Image, private: bool = False) -> tuple[bytes, str]:
    """Return the EXIF, which may be empty, for an upright copy of an opened image, and a notice if it is left out.

    If `private`, place, names, serial numbers and the camera's own notes are kept, too; never the thumbnail, which
    would show the photo as it was.
    """
    try:
        found = image.getexif()
        kept = Image.Exif()
        dropped = {_ORIENTATION, *_STRUCTURE, *_IFDS}  # the places of IFDs change: they are written anew
        kept.update({tag: value for tag, value in found.items() if tag not in dropped and (private or tag in _KEPT)})
        for ifd in _IFDS if private else _IFDS[:1]:
            if tags := {tag: value for tag, value in found.get_ifd(ifd).items() if private or tag in _KEPT}:
                kept.get_ifd(ifd).update(tags)
        written = kept.tobytes() if kept or any(kept.get_ifd(ifd) for ifd in _IFDS) else b""
    except Exception:  # EXIF is decoration: whatever nonsense it holds, the pixels are still a photo
        return b"", "its EXIF is damaged and was dropped"
    if len(written) > _MOST:
        return b"", "its EXIF is larger than a file has room for and was dropped"
    return written, ""
