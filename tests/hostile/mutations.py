"""Photos damaged as an attacker or a broken disk would: bits, lengths, sizes, parts of the file. All from one seed."""

from __future__ import annotations

import io
import itertools
import random
import re
import struct
import zlib
from collections.abc import Callable, Iterator

import numpy as np
from heic_files import colours, heic, turned
from heic_files import profile as profile_property
from PIL import Image, ImageCms, PngImagePlugin

_PNG = b"\x89PNG\r\n\x1a\n"
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_SIDES = (0, 1, 63, 64, 1000, 16_383, 16_384, 20_000, 65_535)
_MOST = 1_000_000  # bytes of a mutated file
_BOXES = re.compile(
    rb"ftyp|meta|hdlr|pitm|iloc|iinf|infe|iref|iprp|ipco|ipma|ispe|pixi|hvcC|av1C|colr|irot|imir|auxC|auxl|cdsc|mdat|moov|"
    rb"trak|tkhd|mdia|minf|stbl|stsd|stsz|stco"
)


def photo(seed: int, side: int = 96) -> Image.Image:
    """Return a smooth random picture that no other seed resembles."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)


def seeds() -> dict[str, bytes]:
    """Return sound files of every kind that decoders know, by name; only some are of a format that is taken."""
    picture = photo(1)
    exif = Image.Exif()
    exif.update({0x0112: 6, 0x010F: "A maker", 0x0132: "2025:01:31 12:00:00"})
    exif.get_ifd(0x8769).update({0x829A: (1, 125), 0x927C: b"notes of the maker " * 9})
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 1.5)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"s\0R\0G\0B", b"x\0Y\0Z\0A")
    told = {"exif": exif, "icc_profile": profile[:24] + bytes(12) + profile[36:]}  # without the time of making
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "words " * 50, zip=True)
    text.add_itxt("XML:com.adobe.xmp", '<x:xmpmeta tiff:Orientation="3"/>', zip=True)
    grey = Image.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257)
    clear = picture.copy()
    clear.putalpha(Image.linear_gradient("L").resize(picture.size))
    film = {"save_all": True, "append_images": [photo(2), photo(3)]}
    return {
        "baseline.jpg": _file(picture, "JPEG", **told),
        "progressive.jpg": _file(picture, "JPEG", progressive=True, comment=b"a comment"),
        "cmyk.jpg": _file(picture.convert("CMYK"), "JPEG"),
        "views.jpg": _file(picture, "MPO", **film),
        "plain.png": _file(picture, "PNG", **told),
        "palette.png": _file(picture.convert("P"), "PNG", transparency=3, pnginfo=text),
        "deep.png": _file(grey, "PNG"),
        "clear.png": _file(picture.convert("RGBA"), "PNG", pnginfo=text),
        "film.png": _file(picture, "PNG", **film),
        "lossy.webp": _file(picture, "WEBP", **told),
        "lossless.webp": _file(picture.convert("RGBA"), "WEBP", lossless=True),
        "film.webp": _file(picture, "WEBP", **film),
        "picture.gif": _file(picture, "GIF", **film),
        "lossy.avif": _file(picture, "AVIF", **told),
        "clear.avif": _file(clear, "AVIF"),
        "film.avif": _without_times(_file(picture, "AVIF", **film)),
        "lzw.tif": _file(picture, "TIFF", compression="tiff_lzw", **told),
        "deep.tif": _file(grey, "TIFF"),
        "cmyk.tif": _file(picture.convert("CMYK"), "TIFF", compression="tiff_adobe_deflate"),
        "pages.tif": _file(clear, "TIFF", save_all=True, append_images=[photo(4)]),
        **{f"{name}.heic": heic(name) for name in ("plain", "grey", "clear", "deep")},
        "wide.heic": heic("plain", colours(12, 13), turned(1)),
        "profile.heic": heic("plain", profile_property(told["icc_profile"])),
        "picture.bmp": _file(picture, "BMP"),
    }


def mutated(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield so many files as (what they were made from, content); the same for the same seed."""
    rng = random.Random(seed)
    sound = seeds()
    names = list(sound)
    for number in range(count):
        name = names[number % len(names)]
        file = sound[name]
        for _ in range(rng.choice((1, 1, 2, 3))):
            file = rng.choice(_WAYS)(file, sound[rng.choice(names)], rng)[:_MOST]
        # Half of them get past the check sums, to where they can hurt.
        yield name, _with_check_sums(file) if rng.random() < 0.5 else file


def parts(file: bytes) -> list[bytes]:
    """Return a file in the parts that its format has: segments, chunks; the start and what is no part among them."""
    if file.startswith(b"\xff\xd8"):
        return _cut(file, 2, lambda at: 2 + int.from_bytes(file[at + 2 : at + 4]) if file[at] == 0xFF else len(file))
    if file.startswith(_PNG):
        return _cut(file, 8, lambda at: 12 + int.from_bytes(file[at : at + 4]))
    if file[8:12] == b"WEBP":
        return _cut(file, 12, lambda at: 8 + (int.from_bytes(file[at + 4 : at + 8], "little") + 1) // 2 * 2)
    if file[4:8] == b"ftyp":
        return _between(file, [found.start() - 4 for found in _BOXES.finditer(file) if found.start() >= 4])
    if file.startswith(b"II*\0"):
        first = int.from_bytes(file[4:8], "little")
        count = int.from_bytes(file[first : first + 2], "little")
        return _between(file, [4, first, *(first + 2 + 12 * number for number in range(count + 1))])
    return [file[at : at + 64] for at in range(0, len(file), 64)]


def png_chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk with its length and check sum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpeg_segment(marker: int, data: bytes) -> bytes:
    """Return a segment with its length."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def _file(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def _without_times(file: bytes) -> bytes:
    """Blank the times of making in the heads of a film and its tracks."""
    for name in (b"mvhd", b"tkhd", b"mdhd"):
        at = file.find(name) + 8
        file = file[:at] + bytes(16) + file[at + 16 :]
    return file


def _cut(file: bytes, start: int, length: Callable[[int], int]) -> list[bytes]:
    found, at = [file[:start]], start
    while at < len(file):
        end = at + max(1, length(at))
        found.append(file[at:end])
        at = end
    return found


def _between(file: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place for place in places if 0 < place < len(file)} | {0, len(file)})
    return [file[start:end] for start, end in itertools.pairwise(ends)] or [file]


def _with_check_sums(file: bytes) -> bytes:
    if not file.startswith(_PNG):
        return file
    return b"".join(
        part[:-4] + struct.pack(">I", zlib.crc32(part[4:-4])) if number and len(part) >= 12 else part
        for number, part in enumerate(parts(file))
    )


def _flip(file: bytes, other: bytes, rng: random.Random) -> bytes:
    data = bytearray(file)
    for _ in range(rng.choice((1, 2, 8, 64))):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def _flip_start(file: bytes, other: bytes, rng: random.Random) -> bytes:
    return _flip(file[:600], other, rng) + file[600:]


def _truncate(file: bytes, other: bytes, rng: random.Random) -> bytes:
    return file[: rng.randrange(len(file) + 1)]


def _splice(file: bytes, other: bytes, rng: random.Random) -> bytes:
    at, of = rng.randrange(len(file) + 1), rng.randrange(len(other))
    return file[:at] + other[of : of + rng.choice((4, 200, 5000))] + file[at + rng.choice((0, 200)) :]


def _repeat_part(file: bytes, other: bytes, rng: random.Random) -> bytes:
    found = parts(file)
    number = rng.randrange(len(found))
    return b"".join((*found[:number], found[number] * rng.choice((2, 3, 40, 2000)), *found[number + 1 :]))


def _drop_part(file: bytes, other: bytes, rng: random.Random) -> bytes:
    found = parts(file)
    del found[rng.randrange(len(found))]
    return b"".join(found)


def _move_parts(file: bytes, other: bytes, rng: random.Random) -> bytes:
    start, *rest = parts(file)
    rng.shuffle(rest)
    return b"".join((start, *rest))


def _lie_about_length(file: bytes, other: bytes, rng: random.Random) -> bytes:
    found = [bytearray(part) for part in parts(file)]
    part = rng.choice(found)
    little = file[8:12] == b"WEBP" or file.startswith(b"II*\0")
    wide, order = (2, ">") if file.startswith(b"\xff\xd8") else (4, "<" if little else ">")
    at = {">2": 2, ">4": 0, "<4": 4}[f"{order}{wide}"]
    part[at : at + wide] = struct.pack(f"{order}Q", rng.choice(_NUMBERS))[-wide if order == ">" else 0 :][:wide]
    return b"".join(found)


def _lie_about_size(file: bytes, other: bytes, rng: random.Random) -> bytes:
    """Write other sides where the format has them; the sizes that decoders take fright at are among them."""
    width, height = rng.choice(_SIDES), rng.choice(_SIDES)
    data = bytearray(file)
    if file.startswith(_PNG):
        data[16:24] = struct.pack(">II", width, height)
    elif (at := max(file.find(b"\xff\xc0\0\x11"), file.find(b"\xff\xc2\0\x11"))) > 0:
        data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    elif (at := file.find(b"VP8 ")) > 0:
        data[at + 14 : at + 18] = struct.pack("<HH", width & 0x3FFF, height & 0x3FFF)
    elif file[12:16] == b"VP8X":
        data[24:30] = struct.pack("<I", width)[:3] + struct.pack("<I", height)[:3]
    elif (at := file.find(b"ispe")) > 0:
        data[at + 8 : at + 16] = struct.pack(">II", width, height)
    elif file.startswith(b"II*\0"):
        for entry in parts(file):
            if len(entry) == 12 and (tag := int.from_bytes(entry[:2], "little")) in (256, 257):
                side = struct.pack("<HHII", tag, 4, 1, width if tag == 256 else height)
                data = data.replace(entry, side)
    return bytes(data)


def _hurt_profile(file: bytes, other: bytes, rng: random.Random) -> bytes:
    """Change a colour profile where it lies open in the file: names and places of its parts, and numbers in them."""
    at = file.find(b"acsp") - 36
    if at < 0:
        return _flip(file, other, rng)
    data = bytearray(file)
    for _ in range(rng.choice((1, 2, 8))):
        place = at + rng.choice((rng.randrange(128), 132 + rng.randrange(110), 132 + rng.randrange(500)))
        if place < len(data):
            data[place] = rng.choice((0, 0xFF, data[place] ^ 1 << rng.randrange(8)))
    return bytes(data)


def _numbers(file: bytes, other: bytes, rng: random.Random) -> bytes:
    data = bytearray(file)
    for _ in range(rng.choice((1, 4))):
        wide = rng.choice((1, 2, 4))
        at = rng.randrange(min(len(data), 4000) + 1)
        data[at : at + wide] = (rng.choice(_NUMBERS) & (256**wide - 1)).to_bytes(wide, rng.choice(("big", "little")))
    return bytes(data)


def _blank(file: bytes, other: bytes, rng: random.Random) -> bytes:
    at, length = rng.randrange(len(file) + 1), rng.choice((1, 16, 500))
    return file[:at] + bytes((rng.choice((0, 0xFF)),)) * length + file[at + rng.choice((0, length)) :]


_WAYS = (
    *(_flip, _flip_start, _truncate, _splice, _repeat_part, _drop_part, _move_parts),
    *(_lie_about_length, _lie_about_size, _hurt_profile, _numbers, _blank),
)
