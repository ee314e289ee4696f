"""How fast the served model answers a portrait, beside the bare Stylist, and what a storm of hostile requests does."""

from __future__ import annotations

import argparse
import base64
import os
import statistics
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as stylist/stylist.py does; here torch is imported before it

import numpy as np
from PIL import Image
from skimage.data import astronaut
from tqdm import tqdm

from benchmarks.destination import Destination, add_destination
from benchmarks.hostile_requests import encoded, hostile_requests, picture_file
from benchmarks.machine import ran_on
from benchmarks.model_server import ModelServer, registered
from benchmarks.our_training import Stopwatch
from benchmarks.rounding import rounded, spread
from influencer_style.networks.bundle import TransferBundle
from influencer_style.photos.decode import decode_photo, photo_header
from influencer_style.stylist import given_photo
from influencer_style.stylist import stylist as stylist_module
from influencer_style.stylist.models import DEFAULT_TRANSFER
from influencer_style.stylist.result import in_base64
from influencer_style.stylist.stylist import Stylist

SIDE, WARM_UP, AT_ONCE = 1024, 5, 4
WANTED = {"seconds": 2.0}  # a request of 1024 px, on 2 cores after warm-up


def default_portrait() -> bytes:
    """Return a JPEG of a portrait that is always there: scikit-image's astronaut, enlarged to 1024 pixels."""
    return picture_file(Image.fromarray(astronaut()).resize((SIDE, SIDE), Image.Resampling.LANCZOS), "JPEG", quality=92)


def as_served(model: Path) -> Stylist:
    """Return the Stylist that the server has, which says of itself what the server says."""
    return Stylist(TransferBundle.load(model), "look-transfer")


def bare(stylist: Stylist, file: bytes, look: str) -> tuple[str, dict[str, float]]:
    """Do in this process what the server does; return the picture, PNG in base64, and seconds by part."""
    watch = Stopwatch()
    with (
        patch.object(given_photo, "read_original", watch.timing("decoding", given_photo.read_original)),
        patch.object(stylist_module, "crop_face", watch.timing("crop", stylist_module.crop_face)),
        patch.object(stylist_module, "change_around", watch.timing("network", stylist_module.change_around)),
        patch.object(stylist_module, "change_by_colour", watch.timing("network", stylist_module.change_by_colour)),
        patch.object(stylist_module, "apply_to_photo", watch.timing("lift", stylist_module.apply_to_photo)),
        patch.object(stylist._detector, "find", watch.timing("face_detector", stylist._detector.find)),
    ):
        result = stylist.apply(file, look)
    return watch.timing("png_signature_and_base64", in_base64)(result), dict(watch.seconds)


def pixels(image: str) -> np.ndarray:
    """Return the pixels of a picture in base64; its file is signed, and no two signatures are the same."""
    return decode_photo(base64.b64decode(image))


def measure(model: Path, file: bytes, look: str, requests: int, hostile: int, seed: int) -> dict[str, Any]:
    """Ask a server and the Stylist in turns, then the server what is hostile, then once more; return the figures.

    Raises:
        RuntimeError: when the server refuses the portrait, answers what it should refuse, or changes its mind.
    """
    stylist = as_served(model)
    look = look or stylist.looks[0]
    good = {"image": encoded(file), "look": look}
    with tempfile.TemporaryDirectory() as name, ModelServer(registered(model, Path(name)), Path(name)) as server:
        memory = {"started": server.peak_memory()}
        start = time.perf_counter()
        (first,) = server.predict(good)
        seconds: dict[str, Any] = {"first": time.perf_counter() - start}
        picture = pixels(first["image"])
        if not np.array_equal(pixels(bare(stylist, file, look)[0]), picture):
            raise RuntimeError("the server's picture is not the Stylist's")
        for _ in range(WARM_UP):
            server.predict(good)
            bare(stylist, file, look)
        served, alone, parts = [], [], []
        computed = {"served": -server.processor_seconds(), "bare": 0.0}
        for _ in tqdm(range(requests), desc="Asking the server and the Stylist in turns", unit="portrait"):
            start = time.perf_counter()
            server.predict(good)
            served.append(time.perf_counter() - start)
            start, processor = time.perf_counter(), time.process_time()
            parts.append(bare(stylist, file, look)[1])
            alone.append(time.perf_counter() - start)
            computed["bare"] += time.process_time() - processor
        computed["served"] += server.processor_seconds()
        memory["after_portraits"] = server.peak_memory()
        storm = _storm(server, look, hostile, seed)
        memory["after_hostile"] = server.peak_memory()
        if not np.array_equal(pixels(server.predict(good)[0]["image"]), picture):
            raise RuntimeError("after the hostile requests the server answers with another picture")
    return {
        "seconds": seconds | {"served": spread(served), "bare": spread(alone)},
        "parts_ms": {part: 1000 * statistics.median(told[part] for told in parts) for part in parts[0]}
        | {"server_and_http": 1000 * (min(served) - min(alone))},  # the least disturbed turn of either
        "processor_seconds": {who: total / requests for who, total in computed.items()},
        "hostile": storm,
        "peak_memory_mib": memory,
    }


def _storm(server: ModelServer, look: str, count: int, seed: int) -> dict[str, Any]:
    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as several:
        asked = several.map(lambda request: (request, server.send(request)), hostile_requests(look, count, seed))
        answers = list(tqdm(asked, total=count, desc="Hostile requests", unit="request"))
    for request, (status, answer) in answers:
        if not 400 <= status < 500 or b"Traceback" in answer:
            raise RuntimeError(f"{request.kind} was answered by {status}: {answer[:500]!r}")
    return {
        "requests": count,
        "at_once": AT_ONCE,
        "kinds": len({request.kind for request, _ in answers}),
        "seconds": time.perf_counter() - start,
        "statuses": dict(sorted(Counter(str(status) for _, (status, _) in answers).items())),
        "longest_answer_bytes": max(len(answer) for _, (_, answer) in answers),
        "same_picture_before_and_after": True,
    }


def table(figures: dict[str, Any]) -> str:
    """The figures for reading."""
    seconds, memory, storm = figures["seconds"], figures["peak_memory_mib"], figures["hostile"]
    lines = [
        f"{who:>16}: {seconds[who]['median']:.2f} s ({seconds[who]['low']:.2f} to {seconds[who]['high']:.2f}), "
        f"{figures['processor_seconds'][who]:.2f} s of processors"
        for who in ("served", "bare")
    ]
    lines += [f"{part:>16}: {value:7.1f} ms" for part, value in figures["parts_ms"].items()]
    lines.append(f"The first request: {seconds['first']:.2f} s")
    lines.append(f"{storm['requests']} hostile requests of {storm['kinds']} kinds: {storm['statuses']}")
    lines.append("Peak memory: " + ", ".join(f"{when} {peak:.0f} MiB" for when, peak in memory.items()))
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Measure, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--model", type=Path, default=Path(DEFAULT_TRANSFER), help="model folder (default: %(default)s)"
    )
    parser.add_argument("--photo", type=Path, help="a portrait; without one, scikit-image's astronaut at 1024 pixels")
    parser.add_argument("--look", default="", help="name of a look; without one, the model's first")
    parser.add_argument("--requests", type=int, default=30, help="portraits that are timed")
    parser.add_argument("--hostile", type=int, default=200, help="hostile requests")
    add_destination(parser)
    options = parser.parse_args(arguments)
    if min(options.requests, options.hostile) < 1:
        parser.error("--requests and --hostile must be at least 1")
    file = options.photo.read_bytes() if options.photo else default_portrait()
    header = photo_header(file)
    seed = 0
    kept = {
        "what": "a portrait over HTTP from `mlflow models serve`, and from the Stylist without it, in turns; then "
        "hostile requests to the server",
        "ran_on": ran_on(),
        "settings": {
            "portrait": f"{header.width} x {header.height} pixels, {header.format}, {header.bytes} bytes, "
            + ("given" if options.photo else "scikit-image's astronaut"),
            "requests": options.requests,
            "warm_up": WARM_UP,
            "hostile_seed": seed,
        },
        "wanted_at_1024_px_on_2_cores": WANTED,
        "figures": rounded(measure(options.model, file, options.look, options.requests, options.hostile, seed)),
    }
    Destination.of(options).keep("serving", kept)
    print(table(kept["figures"]))


if __name__ == "__main__":
    main()
