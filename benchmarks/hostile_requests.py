"""Requests that no sensible client sends a served model: each has to be refused, and none may hurt the server."""

from __future__ import annotations

import base64
import io
import json
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from influencer_style.serving.request import MAX_BODY, MAX_INPUTS

JSON = "application/json"


@dataclass(frozen=True)
class Hostile:
    """A request, as it goes over the wire; `kind` says what is wrong with it."""

    kind: str
    body: bytes
    content_type: str | None = JSON
    method: str = "POST"
    path: str = "/invocations"


def encoded(file: bytes) -> str:
    """Return a file in base64."""
    return base64.b64encode(file).decode("ascii")


def picture_file(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return a picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims so many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1 + 3 * min(width, 50_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def endless(scans: int) -> bytes:
    """Return a JPEG of some kilobytes that is to be decoded so many times over."""
    file = picture_file(Image.new("RGB", (2048, 2048), "grey"), "JPEG", progressive=True)
    last = file[file.rindex(b"\xff\xda") : -2]
    return file[:-2] + scans * last + file[-2:]


def hostile_requests(look: str, count: int = 200, seed: int = 0) -> Iterator[Hostile]:
    """Yield hostile requests of all kinds in turns, shuffled; the same for the same seed.

    Args:
        look: name of a look that the served model knows.
        count: how many.
        seed: of the chance.
    """
    rng = random.Random(seed)
    pixels = np.random.default_rng(seed).integers(0, 256, (96, 80, 3), np.uint8)
    photo = Image.fromarray(pixels)
    good = {"image": encoded(picture_file(photo)), "look": look, "strength": 0.5}
    kinds = _wrong_values(good, photo, rng) | _wrong_requests(good, rng)
    names = [name for turn in range(-(-count // len(kinds))) for name in kinds][:count]
    rng.shuffle(names)
    for name in names:
        made = kinds[name]()
        if not isinstance(made, Hostile):
            made = Hostile(name, made if isinstance(made, bytes) else json.dumps(made).encode())
        yield made


def _wrong_values(good: dict[str, Any], photo: Image.Image, rng: random.Random) -> dict[str, Callable[[], Any]]:
    """Inputs of the right shape with something in them that cannot be used, the good one before them at times."""
    jpeg, png = picture_file(photo, "JPEG"), picture_file(photo)
    values: dict[str, dict[str, Callable[[], Any]]] = {
        "look": {
            "nobody's": lambda: f"look-{rng.randrange(10**6)}",
            "a path": lambda: rng.choice(["../../etc/passwd", "/proc/self/environ", "..\\..\\x", "file:///etc/hosts"]),
            "endless": lambda: "x" * rng.randrange(10**5, 10**6),
            "control characters": lambda: "".join(map(chr, rng.choices(range(32), k=9))),
            "half a character": lambda: "\ud800",
            "of another type": lambda: rng.choice([None, 5, True, ["a"], {"a": 1.0}]),
        },
        "strength": {
            "out of range": lambda: rng.choice([-1, 1.0001, -1e-9, 1e308, 10**400]),
            "no number": lambda: rng.choice([float("nan"), float("inf"), -float("inf")]),
            "of another type": lambda: rng.choice(["0.5", None, True, [0.5], {}]),
        },
        "image": {
            "of another type": lambda: rng.choice([None, 7, ["x"], {}]),
            "not base64": lambda: rng.choice(["{}!", "é" * 40, "data:image/png;base64," + good["image"], "A"]),
            "empty": lambda: "",
            "a cut JPEG": lambda: encoded(jpeg[: rng.randrange(20, len(jpeg) - 200)]),
            "a cut PNG": lambda: encoded(png[: rng.randrange(40, len(png) - 200)]),
            "noise behind a JPEG's start": lambda: encoded(b"\xff\xd8\xff\xe0" + rng.randbytes(5000)),
            "noise behind a PNG's start": lambda: encoded(b"\x89PNG\r\n\x1a\n" + rng.randbytes(5000)),
            "another format": lambda: encoded(picture_file(photo, rng.choice(["GIF", "PCX", "BMP", "PPM"]))),
            "no picture": lambda: encoded(rng.choice([b"<svg/>", b"<html>", b"%PDF-1.7", b"PK\3\4", bytes(99)])),
            "tiny": lambda: encoded(picture_file(photo.resize((rng.randrange(1, 64), 1)))),
            "a bomb": lambda: encoded(bomb(rng.randrange(10_000, 2**31), 50_000)),
            "a small bomb": lambda: encoded(bomb(8_000, 8_000)),
            "a bomb of scans": lambda: encoded(endless(20_000)),
        },
    }
    return {
        f"{field}: {what}": lambda field=field, make=make: {
            "inputs": [good] * rng.randrange(2) + [good | {field: make()}]
        }
        for field, makers in values.items()
        for what, make in makers.items()
    }


def _wrong_requests(good: dict[str, Any], rng: random.Random) -> dict[str, Callable[[], Any]]:
    """Requests that are wrong as a whole."""
    whole = json.dumps({"inputs": [good]}).encode()
    large = encoded(picture_file(Image.new("RGB", (2000, 2000))))
    columns = {"columns": list(good), "data": [list(good.values())]}

    def typed(kind: str | None, body: bytes) -> Hostile:
        return Hostile(f"content type {kind}", body, kind)

    return {
        "empty": lambda: b"",
        "no JSON": lambda: rng.choice([b"{inputs:", whole[:-1], b"\0" * 50, rng.randbytes(500)]),
        "not UTF-8": lambda: b'{"inputs": "\xff\xfe"}',
        "deep": lambda: b'{"inputs": ' + b"[" * 10**5 + b"]" * 10**5 + b"}",
        "much in little": lambda: b'{"inputs": [' + b"{}," * 10**6 + b"{}]}",
        "an endless number": lambda: b'{"inputs": [' + b"9" * 10**5 + b"]}",
        "no object": lambda: rng.choice([[good], 5, None, "inputs"]),
        "no list": lambda: {"inputs": rng.choice([good, None, "x", 5, {}, []])},
        "no objects in the list": lambda: {"inputs": rng.choice([["x"], [None], [[good]], [5]])},
        "something missing": lambda: {"inputs": [rng.choice([{}, {"look": good["look"]}, {"image": "AAAA"}])]},
        "something more": lambda: rng.choice([{"inputs": [good | {"x" * 10**5: 1}]}, {"inputs": [good], "more": 1}]),
        "parameters": lambda: {"inputs": [good], "params": rng.choice([{"seed": 1}, "x", [1]])},
        "MLflow's other forms": lambda: rng.choice([{"instances": [good]}, {"dataframe_split": columns}]),
        "too many": lambda: {"inputs": [good] * rng.choice([MAX_INPUTS + 1, 1000])},
        "too many pixels together": lambda: {"inputs": [good | {"image": large}] * MAX_INPUTS},
        "a large image": lambda: {"inputs": [good | {"image": "A" * 20_000_000}]},
        "a body over the limit": lambda: b" " * (MAX_BODY + 1),
        "CSV": lambda: typed("text/csv", rng.choice([b"image,look\na,b\n", b'a,b\n"x\n1,2,3,4\n', b""])),
        "Parquet": lambda: typed("application/vnd.apache.parquet", b"PAR1" + rng.randbytes(200) + b"PAR1"),
        "another content type": lambda: typed(rng.choice([None, "text/plain", "multipart/form-data"]), whole),
        "another method": lambda: Hostile("method", b"", method=rng.choice(["GET", "PUT", "DELETE", "PATCH"])),
        "another address": lambda: Hostile("address", whole, path=rng.choice(["/x", "/../../etc/passwd", "/%00"])),
    }
