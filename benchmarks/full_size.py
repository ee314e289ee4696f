"""How long a photo of 12 megapixels takes, and in how much memory, beside StarGAN v2's generator tile by tile."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as stylist/stylist.py does; here torch is imported before it

import numpy as np
from tqdm import tqdm

from benchmarks.child import Child, peaks
from benchmarks.destination import Destination, add_destination
from benchmarks.full_size_contestants import (
    STEP,
    TILE,
    Applied,
    Filed,
    Tiled,
    parts,
    places,
    resident_memory,
    timed_once,
)
from benchmarks.large_photo import in_display_p3, phone_photo, varied
from benchmarks.machine import ran_on
from benchmarks.rounding import rounded, spread
from influencer_style.networks.bundle import TransferBundle
from influencer_style.photos.decode import photo_header
from influencer_style.provenance.credentials import FOLDER
from influencer_style.stylist.models import DEFAULT_TRANSFER

WANTED = {"seconds_apply": 2.0, "seconds_file_to_signed_file": 4.0, "peak_memory_gb": 1.5}  # of a 12 MP photo, 2 cores
PHOTOS, EACH = 100, 10  # of the run whose memory is watched
# As short as a program of a user's can be; its memory holds nothing of the benchmark's.
_ALONE = """
import sys
from influencer_style.stylist.stylist import Stylist
Stylist.load(sys.argv[1]).apply(sys.argv[2], sys.argv[3]).save(sys.argv[4])
from benchmarks.child import peak_memory
print(peak_memory())
"""


def measure(model: Path, files: dict[str, Path], look: str, repeats: int, tiles: int, threads: int) -> dict[str, Any]:
    """Let all ways take turns, then one process alone for each file, then many photos; return the figures.

    Args:
        model: its folder.
        files: the photo, as `srgb` and as `p3`.
        look: a look's name.
        repeats: turns of each.
        tiles: of StarGAN's in a turn; the time of a photo is counted from them.
        threads: of torch.
    """
    folder = files["srgb"].parent
    ways: dict[str, tuple] = {"apply": (Applied, (model, files["srgb"], look))}
    for name, file in files.items():
        ways[f"file_{name}"] = Filed, (model, file, look, folder / f"{name}_restyled.jpg")
    ways["stargan_tiles"] = Tiled, (files["srgb"], tiles)
    alone = {name: _alone(model, file, look, folder / f"{name}_alone.jpg") for name, file in files.items()}
    turns: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    with ExitStack() as stack:
        children = {name: stack.enter_context(Child(make, args, threads)) for name, (make, args) in ways.items()}
        for _ in tqdm(range(repeats), desc="Restyling in turns", unit="round"):
            for name, child in children.items():
                turns[name].append(child.ask(timed_once))
        told = {name: [children[name].ask(parts) for _ in range(repeats)] for name in ways if name.startswith("file_")}
        memory = {name: child.ask(peaks)["process"] for name, child in children.items()}
    header = photo_header(files["srgb"])
    whole = len(places((header.height, header.width)))
    turns["stargan_photo"] = [(clock * whole / tiles, busy * whole / tiles) for clock, busy in turns["stargan_tiles"]]
    clock = {name: [turn[0] for turn in of] for name, of in turns.items()}
    return {
        "seconds": {name: spread(of) for name, of in clock.items()},
        "processor_seconds": {name: spread([turn[1] for turn in of]) for name, of in turns.items()},
        "parts_ms": {
            name: {part: 1000 * statistics.median(one[part] for one in of) for part in of[0]}
            for name, of in told.items()
        },
        "peak_memory_mib": {"one_photo_from_start": {name: peak for name, (peak, _) in alone.items()}, "turns": memory},
        "seconds_one_photo_from_start": {name: seconds for name, (_, seconds) in alone.items()},
        "stargan": {
            "tiles_of_a_photo": whole,
            "tiles_timed": tiles * repeats,
            "seconds_over_apply": spread([a / b for a, b in zip(clock["stargan_photo"], clock["apply"], strict=True)]),
            "memory_over_apply": memory["stargan_tiles"] / memory["apply"],
        },
        "many": _many(model, files["srgb"], look, threads),
    }


def _alone(model: Path, file: Path, look: str, to: Path) -> tuple[float, float]:
    """Restyle one file in a new process; return its peak memory in MiB, and its seconds from start to end."""
    start = time.perf_counter()
    command = [sys.executable, "-c", _ALONE, *map(str, (model, file, look, to))]
    peak = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return peak, time.perf_counter() - start


def _many(model: Path, photo: Path, look: str, threads: int) -> dict[str, Any]:
    """Let one process restyle many photos; return its resident memory after every so many, and how it grows."""
    with tempfile.TemporaryDirectory() as name:
        photos = varied(photo.read_bytes(), PHOTOS, Path(name))
        with Child(Filed, (model, photos[0], look, Path(name) / "restyled.jpg"), threads) as child:
            start = time.perf_counter()
            resident = child.ask(resident_memory, photos, EACH)
            seconds = time.perf_counter() - start
    later = resident[1:]  # by the twentieth photo all that is kept for the next one is there
    return {
        "photos": PHOTOS,
        "seconds_a_photo": seconds / PHOTOS,
        "resident_mib": {str(EACH * number): value for number, value in enumerate(resident, 1)},
        "mib_a_photo_from_the_20th": float(np.polyfit(EACH * np.arange(len(later)), later, 1)[0]),
        "last_less_20th_mib": resident[-1] - later[0],
    }


def table(figures: dict[str, Any]) -> str:
    """The figures for reading."""
    lines = []
    for name, told in figures["seconds"].items():
        busy, peak = figures["processor_seconds"][name], figures["peak_memory_mib"]["turns"].get(name)
        lines.append(
            f"{name:>14}: {told['median']:.2f} s ({told['low']:.2f} to {told['high']:.2f}), {busy['median']:.2f} s of "
            "processors" + (f", peak {peak:.0f} MiB" if peak else "")
        )
    for name, of in figures["parts_ms"].items():
        lines.append(f"{name:>14}: " + ", ".join(f"{part} {value:.0f} ms" for part, value in of.items()))
    for name, peak in figures["peak_memory_mib"]["one_photo_from_start"].items():
        seconds = figures["seconds_one_photo_from_start"][name]
        lines.append(f"{name:>14}: one photo in a process of its own: {peak:.0f} MiB, {seconds:.1f} s from its start")
    star, many = figures["stargan"], figures["many"]
    lines.append(
        f"StarGAN v2's generator ({star['tiles_timed']} tiles timed, a photo has {star['tiles_of_a_photo']}) takes "
        f"{star['seconds_over_apply']['median']:.0f} times as long, and {star['memory_over_apply']:.2f} of the memory"
    )
    resident = ", ".join(f"{value:.0f}" for value in many["resident_mib"].values())
    lines.append(f"{many['photos']} photos, {many['seconds_a_photo']:.2f} s each; resident MiB: {resident}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Measure, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--model", type=Path, default=Path(DEFAULT_TRANSFER), help="model folder (default: %(default)s)"
    )
    parser.add_argument("--photo", type=Path, help="a JPEG; without one, a studio portrait of 12 megapixels")
    parser.add_argument("--look", default="", help="name of a look; without one, the model's first")
    parser.add_argument("--repeats", type=int, default=7, help="turns of each way")
    parser.add_argument("--tiles", type=int, default=4, help="tiles of StarGAN's generator in a turn")
    parser.add_argument("--threads", type=int, default=2, help="of torch")
    add_destination(parser)
    options = parser.parse_args(arguments)
    if min(options.repeats, options.tiles, options.threads) < 1:
        parser.error("--repeats, --tiles and --threads must be at least 1")
    look = options.look or TransferBundle.load(options.model).looks.names[0]
    with tempfile.TemporaryDirectory() as name:
        os.environ[FOLDER] = f"{name}/credentials"
        files = {kind: Path(name) / f"{kind}.jpg" for kind in ("srgb", "p3")}
        photo = options.photo.read_bytes() if options.photo else phone_photo()
        files["srgb"].write_bytes(photo)
        files["p3"].write_bytes(in_display_p3(photo))
        header = photo_header(photo)
        kept = {
            "what": "one photo through Stylist.apply, and from a JPEG file to a signed JPEG file, in sRGB and Display "
            "P3; beside it StarGAN v2's generator, tile by tile, untrained, float32, in turns; then many photos",
            "ran_on": ran_on(),
            "settings": {
                "photo": f"{header.width} x {header.height} pixels, {header.format}, {header.bytes} bytes, "
                + ("given" if options.photo else "a studio portrait, turned by its EXIF"),
                "repeats": options.repeats,
                "threads": options.threads,
                "stargan": f"tiles of {TILE} px, {STEP} px apart; a photo's time is counted from the tiles timed",
            },
            "wanted_on_2_cores": WANTED,
            "figures": rounded(measure(options.model, files, look, options.repeats, options.tiles, options.threads)),
        }
    Destination.of(options).keep("full_size", kept)
    print(table(kept["figures"]))


if __name__ == "__main__":
    main()
