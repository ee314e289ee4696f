"""How well faces are found on photographs: turned, small, dark, mirrored; and how often where there are none.

    python -m benchmarks.face_detection --photos FOLDER --nobodies FOLDER --without-people FOLDER --mesh-478 FILE

The portraits show one person each. Their eyes are known from another network than the detectors use (MediaPipe's mesh
of 478 points, started at YuNet's box on the picture as it is); a transform of the picture moves them along. A detector
is right where it finds exactly one face with both eyes within a tenth of their distance. The LBP cascade finds no eyes:
for it the place of the square counts, whose centre must lie within a quarter of its side.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from benchmarks.destination import Destination, add_destination
from benchmarks.machine import ran_on
from influencer_style.faces.detect import Detector, YuNet, make_detector
from influencer_style.faces.face import Face, main_faces
from influencer_style.photos.decode import decode_photo

CANVAS = 2048
Truth = np.ndarray  # (2, 2): the eyes' centres, the left one as seen first, x and y in pixels


@dataclass(frozen=True)
class Portrait:
    """A photo of one person, its eyes and the side of its face's square, in pixels."""

    name: str
    photo: np.ndarray
    eyes: Truth
    centre: np.ndarray
    side: float


def portraits(folder: Path, mesh_478: Path) -> Iterator[Portrait]:
    """Yield the portraits of a folder whose eyes are known; sub-folders too, but for `edge` and `train`."""
    locate, yunet = _Eyes(mesh_478), YuNet("")
    files = sorted(file for file in folder.rglob("*.jpg") if not {"edge", "train"} & set(file.parts))
    for file in tqdm(files, desc=f"Portraits of {folder.name}", unit="photo"):
        photo = decode_photo(file)
        found = yunet.find(photo)
        if found:
            face = max(found, key=lambda one: one.side)
            yield Portrait(file.name, photo, locate(photo, face), np.array(face.centre), face.side)


class _Eyes:
    """The eyes of a face by the mesh of 478 points: its irises' centres."""

    def __init__(self, file: Path) -> None:
        self._network = cv2.dnn.readNetFromTFLite(np.fromfile(file, np.uint8))

    def __call__(self, photo: np.ndarray, face: Face) -> Truth:
        side, centre = 1.6 * face.side, np.array(face.centre)
        roll = 0.0 if face.eyes is None else math.atan2(*(np.subtract(face.eyes[1], face.eyes[0])[::-1]))
        for _ in range(2):  # the second time as the first says it is turned
            turn = np.array([[math.cos(roll), -math.sin(roll)], [math.sin(roll), math.cos(roll)]]) * side / 256
            matrix = np.column_stack([turn, centre - turn @ np.array([128, 128])])
            flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
            crop = cv2.warpAffine(photo, matrix, (256, 256), flags=flags, borderMode=cv2.BORDER_REPLICATE)
            self._network.setInput(cv2.dnn.blobFromImage(crop, 1 / 255))
            points = self._network.forward("Identity").reshape(-1, 3)[:, :2]
            eyes = np.stack([points[468:473].mean(0), points[473:478].mean(0)]) @ turn.T + matrix[:, 2]
            roll = math.atan2(eyes[1, 1] - eyes[0, 1], eyes[1, 0] - eyes[0, 0])
        return eyes


def moved(portrait: Portrait, matrix: np.ndarray, size: tuple[int, int], canvas: np.ndarray | None = None) -> Portrait:
    """Return a portrait whose places were moved by an affine map (2, 3), on a canvas or with its edge repeated."""
    scale = math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    photo = portrait.photo
    if scale < 1:
        small = [max(1, round(side * scale)) for side in photo.shape[1::-1]]
        ratio = np.array(small) / photo.shape[1::-1]
        photo = cv2.resize(photo, small, interpolation=cv2.INTER_AREA)
        pixel = np.column_stack([matrix[:, :2] / ratio, matrix[:, 2]])
    else:
        pixel = matrix
    options = {"borderMode": cv2.BORDER_TRANSPARENT, "dst": canvas.copy()} if canvas is not None else {}
    options = options or {"borderMode": cv2.BORDER_REPLICATE}
    made = cv2.warpAffine(photo, pixel, size, flags=cv2.INTER_LINEAR, **options)
    eyes, centre = (places @ matrix[:, :2].T + matrix[:, 2] for places in (portrait.eyes, portrait.centre))
    return Portrait(portrait.name, made, eyes, centre, portrait.side * scale)


def turned(degrees: float) -> Callable[[Portrait, int], Portrait]:
    """Turn portraits, one to the left, the next to the right, with room for their corners."""

    def turn(portrait: Portrait, number: int) -> Portrait:
        height, width = portrait.photo.shape[:2]
        angle = math.radians(degrees if number % 2 else -degrees)
        cos, sin = math.cos(angle), math.sin(angle)
        size = math.ceil(abs(width * cos) + abs(height * sin)), math.ceil(abs(width * sin) + abs(height * cos))
        matrix = np.array([[cos, -sin, 0], [sin, cos, 0]])
        matrix[:, 2] = np.array(size) / 2 - matrix[:, :2] @ np.array([width, height]) / 2
        return moved(portrait, matrix, size)

    return turn


def shrunk(share: float, backgrounds: list[np.ndarray]) -> Callable[[Portrait, int], Portrait]:
    """Put portraits on a photograph without people, 2,048 px wide, so that the face takes this share of the width."""

    def put(portrait: Portrait, number: int) -> Portrait:
        rng = np.random.default_rng(number)
        scale = share * CANVAS / portrait.side
        extent = np.array(portrait.photo.shape[1::-1]) * scale
        behind = backgrounds[number % len(backgrounds)]
        canvas = cv2.resize(behind, (CANVAS, CANVAS * 3 // 4), interpolation=cv2.INTER_AREA)
        room = np.array(canvas.shape[1::-1]) - extent
        at = room * rng.random(2) if (room > 0).all() else room / 2
        return moved(portrait, np.column_stack([np.eye(2) * scale, at]), canvas.shape[1::-1], canvas)

    return put


def darkened(portrait: Portrait, number: int) -> Portrait:
    """Return a portrait with a tenth of its linear light."""
    del number
    table = np.round(255 * ((np.arange(256) / 255) ** 2.2 / 10) ** (1 / 2.2)).astype(np.uint8)
    return Portrait(portrait.name, cv2.LUT(portrait.photo, table), portrait.eyes, portrait.centre, portrait.side)


def mirrored(portrait: Portrait, number: int) -> Portrait:
    """Return a mirrored portrait."""
    del number
    width = portrait.photo.shape[1]
    eyes = (portrait.eyes * [-1, 1] + [width, 0])[::-1]
    photo = np.ascontiguousarray(portrait.photo[:, ::-1])
    return Portrait(portrait.name, photo, eyes, portrait.centre * [-1, 1] + [width, 0], portrait.side)


def right(portrait: Portrait, faces: list[Face]) -> bool:
    """Say whether exactly one face was found, where it is."""
    if len(faces) != 1:
        return False
    (face,) = faces
    if face.eyes is None:
        return bool(np.linalg.norm(np.array(face.centre) - portrait.centre) < 0.25 * portrait.side)
    apart = np.linalg.norm(portrait.eyes[1] - portrait.eyes[0])
    return bool((np.linalg.norm(np.array(face.eyes) - portrait.eyes, axis=1) < 0.1 * apart).all())


def false_faces(detector: Detector, photos: list[np.ndarray], crops: int) -> dict[str, float]:
    """Count the faces found in photographs without people, and in random crops of them."""
    rng = np.random.default_rng(0)
    whole = sum(len(main_faces(detector.find(photo))) for photo in tqdm(photos, desc="Without people", unit="photo"))
    found = 0
    for number in tqdm(range(crops), desc="Crops of them", unit="crop"):
        photo = photos[number % len(photos)]
        side = int(min(photo.shape[:2]) * rng.uniform(0.2, 0.9))
        top, left = (rng.integers(0, extent - side + 1) for extent in photo.shape[:2])
        found += len(main_faces(detector.find(photo[top : top + side, left : left + side])))
    return {"photos": len(photos), "faces": whole, "crops": crops, "faces_in_crops": found}


def main() -> None:
    """Try the detectors, print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, help="folder of real portraits, one person each")
    parser.add_argument("--nobodies", type=Path, help="folder of portraits of people who do not exist")
    parser.add_argument("--without-people", type=Path, required=True, help="folder of photographs without people")
    parser.add_argument("--mesh-478", type=Path, required=True, help="MediaPipe's face_landmarks_detector.tflite")
    parser.add_argument("--detectors", nargs="+", default=["auto", "lbp", "yunet"])
    parser.add_argument("--crops", type=int, default=1000)
    parser.add_argument("--only", nargs="*", help="names of the trials to do")
    parser.add_argument("--every", type=int, default=1, help="take every n-th portrait")
    add_destination(parser)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    empty = [decode_photo(file) for file in sorted(options.without_people.iterdir())]
    folders = [folder for folder in (options.photos, options.nobodies) if folder]
    people = [one for folder in folders for one in portraits(folder, options.mesh_478)][:: options.every]
    trials: dict[str, Callable[[Portrait, int], Portrait]] = {"as they are": lambda portrait, _: portrait}
    trials |= {f"turned by {degrees}": turned(degrees) for degrees in (15, 25, 40, 60)}
    trials |= {f"face of {share:.0%}": shrunk(share, empty) for share in (0.3, 0.1, 0.05, 0.03)}
    trials |= {"a tenth of the light": darkened, "mirrored": mirrored}
    detectors = {name: make_detector(name) for name in options.detectors}
    record: dict[str, object] = {"ran_on": ran_on(), "portraits": len(people)}
    for name, detector in detectors.items():
        figures: dict[str, dict[str, Any]] = {}
        for trial, change in trials.items():
            if options.only and trial not in options.only:
                continue
            wrong, all_faces, seconds = [], 0, 0.0
            for number, portrait in enumerate(tqdm(people, desc=f"{name}, {trial}", unit="photo", mininterval=5)):
                made = change(portrait, number)
                began = time.process_time()
                found = detector.find(made.photo)
                seconds += (time.process_time() - began) / len(people)
                all_faces += len(found) == 1
                if not right(made, main_faces(found)):
                    wrong.append(portrait.name)
            figures[trial] = {
                "right": 1 - len(wrong) / len(people),
                "one_face": all_faces / len(people),
                "milliseconds": 1000 * seconds,
                "wrong": wrong[:8],
            }
            print(name, trial, *(f"{value:.3f}" for value in list(figures[trial].values())[:3]), *wrong[:6])
        if options.crops:
            figures["without_people"] = false_faces(detector, empty, options.crops)
            print(name, figures["without_people"])
        record[name] = figures
    Destination.of(options).keep("face_detection", record)


if __name__ == "__main__":
    main()
