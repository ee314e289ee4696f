"""What a studio portrait costs, whether detectors take it for a face, and whether it is the same every time.

    python -m benchmarks.studio [--yunet FILE] [--portraits 200] [--sheet docs/pictures/studio.png]

Timings are of one thread and of this machine, whatever else it is doing; the
YuNet figures need its weights (an .onnx file, or the environment variable INFLUENCER_STYLE_YUNET).
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from benchmarks.destination import Destination, add_destination
from benchmarks.machine import ran_on
from influencer_style.faces.detect import make_detector
from influencer_style.faces.face import Face
from influencer_style.storage.atomic import atomic_file
from influencer_style.studio.demo_set import render_demo_set
from influencer_style.studio.figure import EYE_RADIUS, PIVOT, WIDEN, Figure
from influencer_style.studio.geometry import CAMERA, FOCUS_Z, FRAME
from influencer_style.studio.identity import Identity, Pose, sample_identity, sample_pose
from influencer_style.studio.look import Look, sample_look, sample_neutral
from influencer_style.studio.population import CREATOR_LOOKS, StudioSettings
from influencer_style.studio.render import march, render, shade

STREAM = 77  # no stream of the demo set's or of training's people
PASSES = 8


def person(number: int) -> tuple[Identity, Pose, np.random.Generator]:
    """One person of this benchmark."""
    rng = np.random.default_rng((STREAM, number))
    return sample_identity(rng), sample_pose(rng), rng


def look_of(number: int, rng: np.random.Generator) -> Look:
    """Half of the portraits are unstyled, the others wear the creators' looks in turn."""
    return sample_neutral(rng) if number % 2 else list(CREATOR_LOOKS.values())[number // 2 % len(CREATOR_LOOKS)]


def detection(portraits: int, yunet: str) -> dict[str, Any]:
    """Share of portraits at 256 px with exactly one face, and with the true one among the faces, by detector."""
    detectors = {"lbp": make_detector("lbp")} | ({"yunet": make_detector("yunet", yunet)} if yunet else {})
    exactly, found = dict.fromkeys(detectors, 0), dict.fromkeys(detectors, 0)
    for number in tqdm(range(portraits), desc="Finding faces", unit="portrait"):
        who, pose, rng = person(number)
        picture = render(who, pose, look_of(number, rng), 256, number)
        places = landmarks(who, pose, 256)
        for name, detector in detectors.items():
            faces = detector.find(picture)
            exactly[name] += len(faces) == 1
            found[name] += any(_shows(face, places) for face in faces)
    return {
        name: {"exactly_one_face": exactly[name] / portraits, "true_face": found[name] / portraits, "n": portraits}
        for name in detectors
    }


@torch.inference_mode()
def landmarks(identity: Identity, pose: Pose, size: int) -> dict[str, tuple[float, float]]:
    """Pixel positions (x, y) of eye_left, eye_right, nose, mouth_left and mouth_right, sides as seen in the picture."""
    figure = Figure(identity, pose)
    ex, ey, ez = figure.eye
    corner = figure.mouth_y + float(figure.smile_line(torch.tensor(figure.mouth_w)))
    places = {
        "eye_left": (-ex, ey, ez + EYE_RADIUS),
        "eye_right": (ex, ey, ez + EYE_RADIUS),
        "nose": figure.nose_tip,
        "mouth_left": (-figure.mouth_w, corner, 0.62),
        "mouth_right": (figure.mouth_w, corner, 0.62),
    }
    world = figure.rotation @ (torch.tensor(list(places.values())).T * WIDEN - PIVOT) + PIVOT
    offset = (world - CAMERA[:, None]) * ((FOCUS_Z - CAMERA[2]) / (world[2] - CAMERA[2]))
    frame = FRAME / pose.scale
    at = torch.stack([offset[0] / frame + 0.5 + pose.dx, -offset[1] / frame + 0.5 + pose.dy]) * size - 0.5
    return {name: (float(x), float(y)) for name, x, y in zip(places, *np.asarray(at), strict=True)}


def _shows(face: Face, places: dict[str, tuple[float, float]]) -> bool:
    """Whether the box holds eyes and nose, and is no more than twice as wide as the face (ear to ear, about)."""
    inside = all(
        face.x < places[name][0] < face.x + face.side and face.y < places[name][1] < face.y + face.side
        for name in ("eye_left", "eye_right", "nose")
    )
    return inside and face.side < 5 * (places["eye_right"][0] - places["eye_left"][0])


def cost(size: int, people: int) -> dict[str, float]:
    """Processor seconds on one thread: of a portrait's geometry, and of each look on it.

    Means over people of the fastest in `PASSES` passes over all of them: a machine that others share is slow for
    seconds at a time, and what they take away is not the studio's cost.
    """
    threads, taken = torch.get_num_threads(), np.zeros((PASSES, people, 2))
    torch.set_num_threads(1)
    try:
        render(*person(0)[:2], Look(), size, 0)  # warm up
        for turn in tqdm(range(PASSES), desc=f"Timing at {size} px", unit="pass"):
            for number in range(people):
                who, pose, rng = person(number)
                looks = [sample_look(rng) for _ in range(4)]
                start = time.process_time()
                seen = march(who, pose, size)
                marched = time.process_time()
                for look in looks:
                    shade(seen, who, look, number)
                taken[turn, number] = marched - start, (time.process_time() - marched) / len(looks)
    finally:
        torch.set_num_threads(threads)
    geometry, look = (float(value) for value in taken.min(0).mean(0))
    return {"geometry": round(geometry, 4), "further_look": round(look, 4), "portrait": round(geometry + look, 4)}


def sameness(people: int) -> int:
    """Largest difference, in steps of 1/255, between portraits rendered on one and on two threads."""
    worst, threads = 0, torch.get_num_threads()
    try:
        for number in range(people):
            who, pose, rng = person(number)
            look, pictures = sample_look(rng), []
            for count in (1, 2):
                torch.set_num_threads(count)
                pictures.append(render(who, pose, look, 128, number).astype(int))
            worst = max(worst, int(np.abs(pictures[0] - pictures[1]).max()))
    finally:
        torch.set_num_threads(threads)
    return worst


def demo_set() -> dict[str, float]:
    """Seconds until the demo set is rendered by two processes, and until it is found to be there already."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = []
        for _ in range(2):
            start = time.perf_counter()
            render_demo_set(Path(folder), StudioSettings(), workers=2)
            seconds.append(round(time.perf_counter() - start, 2))
    return {"first": seconds[0], "again": seconds[1]}


def draw_sheet(size: int = 256, people: int = 8) -> Image.Image:
    """Eight people (rows) in eight looks (columns): unstyled, the four creators', and three drawn for training."""
    rng = np.random.default_rng((STREAM, 1))
    drawn = [sample_look(rng) for _ in range(3)]
    # of a larger crowd, by skin from light to dark, so that the few who are shown span the population
    crowd = sorted((person(1000 + number) for number in range(8 * people)), key=lambda each: -sum(each[0].skin))
    rows = []
    for number, (who, pose, own) in enumerate(tqdm(crowd[4::8], desc="Drawing the sheet", unit="person")):
        seen = march(who, pose, size)
        looks = [sample_neutral(own), *CREATOR_LOOKS.values(), *drawn]
        rows.append(np.concatenate([shade(seen, who, look, number) for look in looks], 1))
    return Image.fromarray(np.concatenate(rows))


def main() -> None:
    """Measure and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--yunet", default=os.environ.get("INFLUENCER_STYLE_YUNET", ""), help="YuNet's .onnx file")
    parser.add_argument("--portraits", type=int, default=200, help="portraits shown to the detectors")
    parser.add_argument("--sheet", type=Path, help="also draw eight people in eight looks into this file")
    add_destination(parser)
    options = parser.parse_args()
    if options.sheet:
        with atomic_file(options.sheet) as part:
            draw_sheet().save(part, "JPEG" if options.sheet.suffix == ".jpg" else "PNG", quality=90)
    record = {
        "what": f"studio portraits: detectors at 256 px, processor seconds of one thread (fastest of {PASSES} passes), "
        "sameness on 1 and 2 threads",
        "ran_on": ran_on(),
        "detection": detection(options.portraits, options.yunet),
        "seconds": {f"{size} px": cost(size, 24) for size in (64, 128, 256)},
        "demo_set_seconds_2_processes": demo_set(),
        "largest_difference_between_thread_counts": sameness(12),
    }
    Destination.of(options).keep("studio", record)
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
