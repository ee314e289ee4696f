"""Folders of photos of which some are damaged, in all the ways that files are damaged."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image


def photo(path: Path, seed: int, side: int = 96) -> None:
    """Write a smooth random picture that no other seed resembles, in the format that the suffix says."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC).save(path)


def fill(folder: Path, good: int, bad: int) -> dict[str, str]:
    """Write photos, the damaged ones spread among them; return the code that each damaged one's reason begins with."""
    folder.mkdir(parents=True)
    outside = folder.parent / "outside.jpg"
    photo(outside, 10_000)
    codes = {}
    every = (good + bad) // bad
    for number in range(good + bad):
        kind, done = divmod(number, every)
        if done or kind >= bad:
            photo(folder / f"set-{number % 7}" / f"p{number:04d}{('.jpg', '.png', '.webp')[number % 3]}", number)
            continue
        name, code, write = DAMAGES[kind % len(DAMAGES)]
        path = folder / f"bad{number:04d}-{name}"
        write(path)
        codes[path.name] = code
    return codes


def _cut(path: Path) -> None:
    photo(path, 1)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _holed(path: Path) -> None:
    photo(path, 2)
    data = bytearray(path.read_bytes())
    data[-60:-20] = bytes(40)
    path.write_bytes(data)


def _png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")]
    made = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


def _bomb(path: Path) -> None:
    text = b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9)
    path.write_bytes(_png(96, 96, (b"zTXt", text)))


def _no_rights(path: Path) -> None:
    photo(path, 3)
    path.chmod(0)


def _pipe(path: Path) -> None:
    os.mkfifo(path)  # which Windows lacks


def _picture_as(form: str) -> Callable[[Path], None]:
    return lambda path: Image.new("RGB", (96, 96)).save(path, form)


def _bytes(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data)


# Name, the code that the reason begins with, and how it is made.
DAMAGES: list[tuple[str, str, Callable[[Path], None]]] = [
    ("cut.jpg", "truncated", _cut),
    ("cut.png", "truncated", _cut),
    ("cut.webp", "unreadable", _cut),
    ("empty.jpg", "empty_file", _bytes(b"")),
    ("text.jpg", "not_an_image", _bytes(b"This is no photo.\n" * 50)),
    ("noise.png", "not_an_image", _bytes(bytes(range(1, 251)) * 40)),
    ("gif.jpg", "unsupported_format", _picture_as("GIF")),
    ("bmp.jpg", "unsupported_format", _picture_as("BMP")),
    ("raw.jpg", "unsupported_format", _bytes(b"II*\0\x10\0\0\0CR\x02\0" + bytes(200))),
    ("tiff.jpg", "unreadable", _bytes(b"II*\0\x08\0\0\0" + bytes(200))),
    ("heic.jpg", "truncated", _bytes(b"\0\0\0\x18ftypheic" + bytes(200))),
    ("film.jpg", "unsupported_format", _bytes(b"\0\0\0\x18ftypqt  " + bytes(200))),
    ("pdf.jpg", "unsupported_format", _bytes(b"%PDF-1.7\n" + bytes(200))),
    ("head.jpg", "truncated", _bytes(b"\xff\xd8\xff\xe0\0\x10JFIF")),
    ("head.png", "truncated", _bytes(b"\x89PNG\r\n\x1a\n\0\0")),
    ("huge.png", "too_large", _bytes(_png(60_000, 60_000))),
    ("wide.png", "too_large", _bytes(_png(2**31 - 1, 1))),
    ("bomb.png", "truncated", _bomb),
    ("short.png", "truncated", _bytes(_png(96, 96))),
    ("hole.png", "truncated", _holed),
    ("small.jpg", "too_small", lambda path: photo(path, 4, 8)),
    ("dangling.jpg", "unreadable", lambda path: path.symlink_to("nowhere.jpg")),
    ("loop.jpg", "unreadable", lambda path: path.symlink_to(path.name)),
    ("outside.jpg", "link_outside", lambda path: path.symlink_to("../outside.jpg")),
    ("folder.jpg", "unreadable", lambda path: path.symlink_to("..")),
    ("pipe.jpg", "unreadable", _pipe),
]
if hasattr(os, "geteuid") and os.geteuid():  # the superuser may read everything
    DAMAGES.append(("closed.jpg", "unreadable", _no_rights))
