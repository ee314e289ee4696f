"""What a full-size photo goes through, each way in a process of its own: the Stylist, and StarGAN v2's generator."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, product
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch

from benchmarks.child import Contestant
from benchmarks.our_training import Stopwatch
from benchmarks.stargan_shaped import Generator, Shape, start
from influencer_style.faces import align
from influencer_style.networks import lift
from influencer_style.photos import original
from influencer_style.photos.decode import decode_photo
from influencer_style.provenance import manifest, record
from influencer_style.storage import atomic
from influencer_style.stylist import stylist as stylist_module
from influencer_style.stylist.stylist import Stylist

TILE, STEP = 256, 224  # px: side of a tile, and from one to the next
_STATUS = Path("/proc/self/status")


@dataclass
class _OneWay:
    """What every way has beside its `cycle`: a photo at a time, and no networks to be trained."""

    images = 1
    parameters: dict[str, int] = field(default_factory=dict, init=False)


@dataclass
class Applied(_OneWay):
    """A decoded photo through `Stylist.apply`."""

    model: Path
    photo: Path
    look: str

    def __post_init__(self) -> None:
        self.stylist = Stylist.load(self.model)
        self.pixels = decode_photo(self.photo)

    def cycle(self) -> None:
        """Restyle it."""
        self.stylist.apply(self.pixels, self.look)


@dataclass
class Filed(_OneWay):
    """A photo's file, through the Stylist, to a signed JPEG file."""

    model: Path
    photo: Path
    look: str
    to: Path

    def __post_init__(self) -> None:
        self.stylist = Stylist.load(self.model)

    def cycle(self) -> None:
        """Decode, restyle, encode, sign, write."""
        self.stylist.apply(self.photo, self.look).save(self.to)


@dataclass
class Tiled(_OneWay):
    """A decoded photo through StarGAN v2's generator, some overlapping tiles in a cycle, one after the other."""

    photo: Path
    tiles: int

    def __post_init__(self) -> None:
        torch.manual_seed(0)
        shape = Shape(TILE)
        self.generator = Generator(shape).apply(start).eval()
        self.style = torch.randn(1, shape.style)
        self.pixels = decode_photo(self.photo)
        self.result = np.empty_like(self.pixels)
        self.places = cycle(places(self.pixels.shape))

    @torch.inference_mode()
    def cycle(self) -> None:
        """Restyle so many tiles."""
        for _ in range(self.tiles):
            top, left = next(self.places)
            place = slice(top, top + TILE), slice(left, left + TILE)
            tile = torch.from_numpy(self.pixels[place]).permute(2, 0, 1)[None].float() / 127.5 - 1
            made = (self.generator(tile, self.style)[0] + 1) * 127.5
            self.result[place] = made.clamp(0, 255).round().byte().permute(1, 2, 0).numpy()


def places(shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return top and left of the overlapping tiles that cover a photo of a shape (h, w, ...)."""
    starts = (
        [round(one * (extent - TILE) / max(1, count - 1)) for one in range(count)]
        for extent in shape[:2]
        for count in [math.ceil((extent - TILE) / STEP) + 1]
    )
    return list(product(*starts))


def timed_once(contestant: Contestant) -> tuple[float, float]:
    """Take one cycle; return its seconds by the clock, and of processors, of user and system together."""
    start, processor = time.perf_counter(), time.process_time()
    contestant.cycle()
    return time.perf_counter() - start, time.process_time() - processor


def parts(contestant: Filed) -> dict[str, float]:
    """Take one cycle; return the seconds of its parts by the clock."""
    watch = Stopwatch()
    with _watched(contestant, watch):
        watch.timing("whole", contestant.cycle)()
    return {name: watch.seconds[name] for name in ("whole", *(name for name in watch.seconds if name != "whole"))}


def resident_memory(contestant: Filed, photos: list[Path], each: int) -> list[float]:
    """Restyle and save photos by `apply_many`; return the resident memory in MiB after every so many."""
    resident = []
    many = contestant.stylist.apply_many(photos, contestant.look)
    for number, (_, made) in enumerate(many, 1):
        made.save(contestant.to)
        if number % each == 0:
            resident.append(_resident())
    return resident


def _resident() -> float:
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


@contextmanager
def _watched(contestant: Filed, watch: Stopwatch) -> Iterator[None]:
    watched: list[tuple[Any, str, str]] = [
        (original, "read_original", "decode"),
        (contestant.stylist._detector, "find", "face_detector"),
        (align, "crop_face", "crop"),
        (stylist_module, "change_around", "network"),
        (lift, "apply_to_photo", "lift"),
        (original.Original, "with_pixels", "own_colours"),
        (record, "encode", "encode"),
        (manifest, "signed", "sign"),
        (atomic, "write_bytes", "write"),
    ]
    with ExitStack() as stack:
        for owner, name, part in watched:
            stack.enter_context(patch.object(owner, name, watch.timing(part, getattr(owner, name))))
        yield
