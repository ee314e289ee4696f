"""How the weights of the areas network were made: taught on studio portraits and on labelled pictures of nobodies.

    INFLUENCER_STYLE_NOBODIES=FOLDER INFLUENCER_STYLE_MODELS=FOLDER python -m benchmarks.make_areas [--minutes 60]

Renders and labels first (kept in build/areas, so that a second run goes on), then teaches for that many minutes, with
a checkpoint each minute. Writes src/influencer_style/faces/weights/areas.safetensors (the file is the truth, not the
seed) and benchmarks/results/make_areas.json. `benchmarks.areas` judges the result.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from benchmarks.areas_course import PHOTOS, STUDIO, Course, folded, unweighted
from benchmarks.areas_material import Labelled, example
from benchmarks.areas_studio import KEPT, kept_portrait
from benchmarks.areas_teacher import Models, label
from benchmarks.destination import PROJECT, Destination, add_destination
from benchmarks.machine import ran_on
from benchmarks.nobodies import Portrait, portraits
from influencer_style.examples.grades import apply_grades, photographic_grades, plain_grades, random_grades
from influencer_style.faces.areas import AREA_NAMES, AREAS_WEIGHTS
from influencer_style.storage.atomic import atomic_file

SIDE = 320  # pictures are kept at this side
NOTES = Path(__file__).with_name("labels") / "train_notes.json"  # by eye, on contact sheets of all labels
FACE_SIDE = 1.04  # a face's square box in the root of the area of YuNet's, see faces/detect.py


def face_of(portrait: Portrait) -> float:
    """Return the side of a portrait's square face box, in its own pixels."""
    return FACE_SIDE * float(np.sqrt(portrait.box[2] * portrait.box[3]))


def labelled(portrait: Portrait, areas: np.ndarray) -> Labelled:
    """Return a portrait with its areas, uint8 (6, h, w), both at SIDE."""
    photo = portrait.read()
    scale = SIDE / max(photo.shape[:2])
    planes = np.concatenate([photo.transpose(2, 0, 1), areas])
    mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.stack([cv2.resize(plane, (SIDE, SIDE), interpolation=mode) for plane in planes])
    return Labelled(small, portrait.centre * scale, face_of(portrait) * scale)


def without_low_hair(portrait: Portrait, areas: np.ndarray) -> np.ndarray:
    """Return the areas of somebody with short hair: what was called hair below the jaw is a neck, or clothes."""
    height, width = areas.shape[1:]
    (x0, y0), (x1, y1) = portrait.eyes
    right = np.array([x1 - x0, y1 - y0]) / np.hypot(x1 - x0, y1 - y0)
    down = np.array([-right[1], right[0]])
    y, x = np.mgrid[0:height, 0:width] + 0.5
    middle = portrait.eyes.mean(0)
    low = (x - middle[0]) * down[0] + (y - middle[1]) * down[1]
    side = np.abs((x - portrait.centre[0]) * right[0] + (y - portrait.centre[1]) * right[1])
    chin = portrait.box[1] + portrait.box[3] - middle[1]
    below = low > chin - 0.18 * portrait.box[3]
    neck = below & (side < 0.36 * portrait.box[2]) & (low < chin + 0.3 * portrait.box[3])
    areas = areas.copy()
    hair, skin = areas[KEPT.index("hair")], areas[KEPT.index("skin")]
    skin[neck] = np.minimum(255, skin[neck].astype(int) + hair[neck]).astype(np.uint8)
    hair[below] = 0
    return areas


def labels(part: str, folder: Path) -> list[tuple[Portrait, np.ndarray]]:
    """Return the portraits of a part with the teacher's areas, uint8 (6, h, w); what is labelled already is read."""
    folder = folder / part
    folder.mkdir(parents=True, exist_ok=True)
    found, models = [], None
    for portrait in portraits(part):
        file = folder / f"{portrait.name}.npz"
        if not file.is_file():
            models = models or Models()
            with atomic_file(file) as temporary, Path(temporary).open("wb") as stream:
                np.savez_compressed(stream, areas=label(models, portrait))
        with np.load(file) as kept:
            found.append((portrait, kept["areas"]))
    return found


def taught(folder: Path, people: int) -> tuple[list[Labelled], list[Labelled]]:
    """Return the photos, without those whose labels are wrong to the eye, and the studio's portraits."""
    notes = {name: set(files) for name, files in json.loads(NOTES.read_text()).items()}
    photos = []
    for portrait, areas in labels("train", folder / "labels"):
        if portrait.path.name in notes["wrong"]:
            continue
        short = portrait.path.name not in notes["hair_below_the_chin"]
        photos.append(labelled(portrait, without_low_hair(portrait, areas) if short else areas))
    studio = []
    (folder / "studio").mkdir(exist_ok=True)
    for number in range(people):
        pictures, areas = kept_portrait(number, folder / "studio")
        face = 0.45 * pictures.shape[1]  # about: of the middle of the range
        for picture in pictures:
            planes = np.concatenate([picture.transpose(2, 0, 1), areas])
            studio.append(Labelled(planes, np.array([0.5, 0.52]) * pictures.shape[1], face))
    return photos, studio


def batch(photos: list[Labelled], studio: list[Labelled], step: int, size: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return pictures (n, 3, s, s), areas (n, 7, s, s) and inside (n, s, s) of a step."""
    rng = np.random.default_rng((11, step))
    chosen = [photos[rng.integers(len(photos))] for _ in range(PHOTOS)]
    chosen += [studio[rng.integers(len(studio))] for _ in range(STUDIO)]
    others = [photos[rng.integers(len(photos))].planes[:3].transpose(1, 2, 0) for _ in range(3)]
    parts = [example(one, others, rng, size) for one in chosen]
    pictures, areas, inside = (torch.from_numpy(np.stack(part)) for part in zip(*parts, strict=True))
    generator = torch.Generator().manual_seed(step)
    n = len(pictures)
    kinds = torch.randint(4, (n, 1), generator=generator)
    grades = torch.where(kinds == 0, random_grades(n, generator), photographic_grades(n, generator))
    grades = torch.where(kinds == 3, plain_grades(n), grades)
    return apply_grades(pictures, grades), areas, inside


def teach(course: Course, file: Path, options: argparse.Namespace, folder: Path) -> None:
    """Teach until the minutes are over; the last third at the full side of crops."""
    photos, studio = taught(folder, options.people)
    print(f"{len(photos)} photos, {len(studio)} studio pictures", flush=True)
    course.network.train()
    last = began = time.monotonic()
    before, mean = course.seconds, 0.0
    while (share := course.seconds / (60 * options.minutes)) < 1:
        warm = min(1.0, (course.step + 1) / 100)
        course.optimizer.param_groups[0]["lr"] = (
            options.rate * warm * (0.01 + 0.99 * math.cos(share * math.pi / 2) ** 2)
        )
        size = 160 if share < options.small else 256
        loss = course.take_step(*batch(photos, studio, course.step + options.seed * 10**6, size), options.trust)
        mean = loss if not mean else 0.98 * mean + 0.02 * loss
        course.seconds = before + time.monotonic() - began
        if time.monotonic() - last > 60:
            last = time.monotonic()
            course.keep(file)
            print(f"step {course.step}, {course.seconds / 60:.1f} min, loss {mean:.3f}", flush=True)
    course.keep(file)


def main() -> None:
    """Render, label, teach, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--people", type=int, default=400, help="studio portraits (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--small", type=float, default=0.65, help="share of the time at 160 px (default: %(default)s)")
    parser.add_argument(
        "--trust", type=float, default=1.0, help="in labels of photos, against what was learned, 0 to 1"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--work", type=Path, default=PROJECT / "build/areas", help="folder of what is kept between runs"
    )
    parser.add_argument("--name", default="course", help="the checkpoint's name")
    parser.add_argument("--start", type=Path, help="checkpoint of another course, to begin with its weights")
    help_unweighted = "how much of the loss's weights of areas is taken out of the likelihoods, 0 to 1.5 (default: all)"
    parser.add_argument("--unweighted", type=float, default=1.0, help=help_unweighted)
    add_destination(parser)
    options = parser.parse_args()
    destination = Destination.of(options)
    options.work.mkdir(parents=True, exist_ok=True)
    file = options.work / f"{options.name}.pt"
    course = Course.begin(options.start, options.rate)
    if file.is_file():
        course.resume(file)
    teach(course, file, options, options.work)
    network = unweighted(folded(course.mean.eval()), options.unweighted)
    with atomic_file(destination.weights(str(AREAS_WEIGHTS))) as part:
        save_file({key: value.half().contiguous() for key, value in network.state_dict().items()}, str(part))
    record = {
        "what": "how the weights of the areas network were made; benchmarks.areas judges them",
        "ran_on": ran_on(),
        "areas": list(AREA_NAMES),
        "steps": course.step,
        "minutes": course.seconds / 60,
        "studio_people": options.people,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
    }
    destination.keep("make_areas", record)


if __name__ == "__main__":
    main()
