"""Opens a photo's file: its format, bounds and size are checked before any pixel is decoded."""

from __future__ import annotations

import io
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, TiffImagePlugin, UnidentifiedImageError
from PIL.Image import Transpose

from influencer_style.photos.boxes import described
from influencer_style.photos.code_points import UNKNOWN, CodePoints, profile_of
from influencer_style.photos.files import PhotoError, read_file, refuse_size
from influencer_style.photos.formats import AVIF, HEIC, PNG, READ_ONE, TIFF, PhotoFormat, format_of, refused_format
from influencer_style.photos.parts import excess
from influencer_style.photos.tiff import directories
from influencer_style.storage.text import short

MAX_PIXELS = 120_000_000  # above the 108 megapixels of today's phones
MIN_SIDE = 64
_SIZE_TOLERANCE = 64  # pixels by which a sound HEIC's side may differ from what it states: those of a coded block

_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90,
}  # fmt: skip
SIDEWAYS = {_TURNS[5], _TURNS[6], _TURNS[7], _TURNS[8]}

# The pixel count is checked here, against max_pixels, before anything is decoded; Pillow's own warning would only
# repeat that with another limit. Its error for far larger pictures stays, and is translated below.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
# Pillow warns of each of the thousands of tags that broken EXIF may have; see turn.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

# Uncompressed TIFFs too are left to libtiff: Pillow's own reader mixes up 16-bit colours that lie in separate planes.
TiffImagePlugin.READ_LIBTIFF = True

_START = b"\x89PNG\r\n\x1a\n"
_MOST = 1_000_000  # bytes, unfolded; Pillow refuses files with more than 1 MiB of text or profile in a chunk
_TEXT = (b"tEXt", b"zTXt", b"iTXt")
_LONGEST = 80  # bytes of a text's name, with the zero behind it
# What is read, each once: the colour profile, XMP, and EXIF as ImageMagick writes it, which may hold the orientation.
_READ = (b"iCCP", b"XML:com.adobe.xmp", b"Raw profile type exif")


@contextmanager
def opened(photo: str | Path | bytes, max_pixels: int, root: str | Path | None) -> Iterator[tuple[bytes, Image.Image]]:
    """Open and check a photo; whatever goes wrong, also in the block, becomes a PhotoError.

    The file is read once and whole, so that its bytes and its pixels belong together, whoever writes to it meanwhile.
    """
    with photo_errors(max_pixels):
        file = photo if isinstance(photo, bytes) else read_file(photo, root)
        refuse_size(len(file))
        if too_much := excess(file):
            raise PhotoError("too_large", f"has more than {too_much}; export it again from its original")
        with _open_image(file) as image:
            check_size(image, max_pixels)
            yield file, image


@contextmanager
def photo_errors(max_pixels: int = MAX_PIXELS) -> Iterator[None]:
    """Turn whatever a decoder raises in the block into a PhotoError."""
    try:
        yield
    except PhotoError:
        raise
    except MemoryError:
        raise PhotoError("too_large", "needs more memory than there is; make it smaller") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        limit = f"{max_pixels / 1e6:.0f} megapixels"
        raise PhotoError("too_large", f"has far more pixels than the {limit} allowed; make it smaller") from None
    except Exception as error:  # a decoder given hostile bytes may raise anything; the file is to blame, not the run
        text = short(str(error)) or type(error).__name__
        cut = any(word in text.lower() for word in ("truncated", "broken data stream", "unexpected end", "end of file"))
        code = "truncated" if cut else "unreadable"
        raise PhotoError(code, f"cannot be decoded ({text}); export it again from its original") from None


def check_size(image: Image.Image, max_pixels: int) -> None:
    """Refuse an image with too many pixels, or a side with too few, before it is decoded. Raises PhotoError."""
    refuse_too_many(image, max_pixels)
    width, height = image.size
    if min(width, height) < MIN_SIDE:
        raise PhotoError("too_small", f"has {width} x {height} pixels, less than {MIN_SIDE} a side; use a larger copy")


def refuse_too_many(image: Image.Image, max_pixels: int) -> None:
    """Refuse an image with too many pixels; they need not be decoded. Raises PhotoError."""
    width, height = image.size
    if width * height > max_pixels:
        limit = f"{max_pixels / 1e6:.0f} megapixels"
        raise PhotoError("too_large", f"has {width} x {height} pixels, more than {limit}; make it smaller")


def turn(image: Image.Image) -> Transpose | None:
    """Return how an opened image must be turned to be upright; None if it is upright."""
    if image.format in (HEIC.pillow, TIFF.pillow):
        return None  # the decoder does it
    try:
        if image.format != AVIF.pillow:
            return _TURNS.get(image.getexif().get(0x0112, 1))
        exif = Image.Exif()  # Pillow writes there what the boxes say; XMP, which getexif also reads, does not count
        exif.load(image.info.get("exif", b""))
        return _TURNS.get(exif.get(0x0112, 1))
    except Exception:  # EXIF is decoration: whatever nonsense it holds, the pixels are still a photo
        return None


def load(image: Image.Image) -> None:
    """Decode an opened image. Raises PhotoError if its size turns out to be quite another than it states."""
    stated = image.size
    image.load()
    if any(abs(side - said) > _SIZE_TOLERANCE for side, said in zip(image.size, stated, strict=True)):
        raise PhotoError("unreadable", "has pixels of another size than it states; export it again from its original")


def upright(image: Image.Image) -> Image.Image:
    """Decode an opened image, and turn it as its file says. Raises PhotoError as `load` does."""
    load(image)
    how = turn(image)
    if how is None:
        return image
    turned = image.transpose(how)
    turned.info = dict(image.info)
    return turned


def _open_image(file: bytes) -> Image.Image:
    known = format_of(file)
    if known is None:
        if name := refused_format(file):
            raise PhotoError("unsupported_format", f"is {name}; export it as {READ_ONE}")
        raise PhotoError("not_an_image", f"is not a {READ_ONE} picture; remove it or export it as one")
    if known is TIFF:
        tiff = directories(file)
        if tiff.raw:
            raise PhotoError("unsupported_format", f"is camera raw; export it as {READ_ONE}")
        if not tiff.sound:
            raise PhotoError("unreadable", "has strips or tiles without a length; export it again from its original")
        if tiff.negative and tiff.bits > 8:  # Pillow would show it as its negative
            raise PhotoError("unsupported_format", "is a 16-bit TIFF in which 0 is white; export it as RGB")
    try:
        return _decoder(file, known)
    except (UnidentifiedImageError, SyntaxError) as error:
        if known is TIFF:
            what = "has a damaged header, or pixels of an unusual kind; export it again as RGB of 8 or 16 bits"
            raise PhotoError("unreadable", what) from error
        raise PhotoError("truncated", "has a damaged header; export it again from its original") from error


def _decoder(file: bytes, known: PhotoFormat) -> Image.Image:
    if known is HEIC:
        import pi_heif  # noqa: PLC0415  # takes time that photos in other formats need not

        # Only the main picture is wanted, and each of the others would be opened. libheif decodes it within its own
        # limits of memory, items and tiles, turned and cropped.
        pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False
        image: Image.Image = pi_heif.HeifImageFile(io.BytesIO(file))
        colours = image.info.get("nclx_profile") or {}
        points = CodePoints(colours.get("color_primaries", 2), colours.get("transfer_characteristics", 2))
    else:
        image = Image.open(io.BytesIO(without_text(file) if known is PNG else file), formats=[known.pillow])
        points = described(file).points if known is AVIF else UNKNOWN
    # Two numbers in such a file may name its colours; the decoders do not apply them.
    if not image.info.get("icc_profile") and (profile := profile_of(points)):
        image.info["icc_profile"] = profile
        image.info["hdr"] = points.is_hdr
    return image


def without_text(file: bytes) -> bytes:
    """Return a PNG file without its text, except XMP and EXIF of up to a megabyte, and without a profile of more.

    Chunks that stay are not changed; damaged ones stay as they are, for the decoder to judge.
    """
    kept, at, since, read = [], len(_START), 0, set()
    while at + 12 <= len(file):
        end = at + 12 + int.from_bytes(file[at : at + 4])
        kind = file[at + 4 : at + 8]
        if (kind in _TEXT or kind == b"iCCP") and end <= len(file):
            name = kind if kind == b"iCCP" else file[at + 8 : at + 8 + _LONGEST].partition(b"\0")[0]
            if name not in _READ or name in read or not _is_small(kind, file[at + 8 : end - 4]):
                kept.append(file[since:at])
                since = end
            read.add(name)
        at = end
    return b"".join([*kept, file[since:]]) if kept else file


def _is_small(kind: bytes, content: bytes) -> bool:
    rest = content.partition(b"\0")[2]
    if kind == b"iTXt":
        folded, text = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
    else:
        folded, text = kind != b"tEXt", rest[kind != b"tEXt" :]
    if not folded:
        return len(text) <= _MOST
    unfolding = zlib.decompressobj()
    try:
        unfolding.decompress(text, _MOST)
    except zlib.error:
        return True  # useless, and no danger
    return not unfolding.unconsumed_tail
