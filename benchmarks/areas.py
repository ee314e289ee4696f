"""How well the areas network finds areas: by hand-corrected labels, by its teacher's, on the studio, and how fast.

    INFLUENCER_STYLE_NOBODIES=FOLDER INFLUENCER_STYLE_MODELS=FOLDER python -m benchmarks.areas [--record]

The hand-corrected labels (labels/dev_areas.json) are polygons of person, hair, skin and lips for 28 portraits of
`dev`: the teacher's outlines, looked at enlarged with a grid and corrected by eye. Intersection over union is of the
likeliest area in each pixel, over all pictures together, each picture weighing the same; only what lies in the crop
counts. The segmenter of before sees 64 px, in crops of the margin that it was taught on.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import torch
from tqdm import tqdm

from benchmarks.areas_studio import KEPT, portrait
from benchmarks.destination import PROJECT, Destination, add_destination
from benchmarks.machine import ran_on
from benchmarks.make_areas import face_of, labels
from benchmarks.nobodies import Portrait, portraits
from influencer_style.faces.align import CropTransform, crop_face
from influencer_style.faces.areas import (
    AREA_NAMES,
    AREAS_WEIGHTS,
    CROP_MARGIN,
    CROP_SIDE,
    AreasNetwork,
    load_areas_network,
)
from influencer_style.looks.areas import AREAS
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.segmenter import load_segmenter

HAND = Path(__file__).with_name("labels") / "dev_areas.json"
JUDGED = ("person", "hair", "skin", "lips")
BARS = {
    "hand": {"person": 0.94, "hair": 0.80, "skin": 0.85, "lips": 0.75},
    "teacher": {"person": 0.95, "hair": 0.85, "skin": 0.88, "lips": 0.80},
    "studio_512": {"person": 0.95, "hair": 0.93, "skin": 0.95, "lips": 0.85},
}
SEGMENTER_MARGIN = 2.0
UNSEEN = 100_000  # number of the first studio person that was never taught
Masks = dict[str, np.ndarray]
_HALF = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])


class Overlap:
    """Intersections and unions of masks, summed over pictures as shares of each."""

    def __init__(self) -> None:
        self._both, self._either = dict.fromkeys(JUDGED, 0.0), dict.fromkeys(JUDGED, 0.0)

    def add(self, found: Masks, true: Masks, inside: np.ndarray) -> float:
        """Count one picture; return the mean of its own overlaps, of areas that it shows."""
        own = []
        for name in JUDGED:
            both = float((found[name] & true[name] & inside).sum() / inside.sum())
            either = float(((found[name] | true[name]) & inside).sum() / inside.sum())
            self._both[name] += both
            self._either[name] += either
            if either > 0.001:
                own.append(both / either)
        return float(np.mean(own))

    def figures(self) -> dict[str, float]:
        return {name: self._both[name] / max(self._either[name], 1e-9) for name in JUDGED}


def masks_of(areas: np.ndarray, names: tuple[str, ...]) -> Masks:
    """Return the judged masks, bool (h, w), of soft areas (k, h, w), by the likeliest area in each pixel."""
    likeliest = areas.argmax(0)
    masks = {name: likeliest == names.index(name) for name in JUDGED[1:]}
    return {"person": likeliest != names.index("background"), **masks}


def with_other(kept: np.ndarray) -> np.ndarray:
    """Return areas float32 (7, h, w) of uint8 (6, h, w) in the order of KEPT."""
    soft = kept.astype(np.float32) / 255
    return np.concatenate([soft, (1 - soft.sum(0, keepdims=True)).clip(0)])


def hand_masks(entry: Mapping[str, list]) -> Masks:
    """Return the masks, bool (h, w), of hand-corrected polygons; a polygon inside of another is a hole."""
    width, height = entry["size"]
    masks = {}
    for name in JUDGED:
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [np.array(polygon, np.int32) for polygon in entry[name]], 1)
        masks[name] = mask > 0
    return masks


def level_crop(one: Portrait, margin: float) -> CropTransform:
    """Return the upright crop about a portrait's face, which may reach beyond the photo."""
    (x0, y0), (x1, y1) = one.eyes
    return CropTransform(*one.centre.tolist(), margin * face_of(one), float(np.arctan2(y1 - y0, x1 - x0)))


def over_photo(areas: np.ndarray, crop: CropTransform, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return soft areas (k, s, s) of a crop over the photo (k, h, w), and what of the photo is inside of the crop."""
    size = areas.shape[1]
    matrix = (np.linalg.inv(_HALF) @ np.vstack([crop.matrix(size), [0, 0, 1]]) @ _HALF)[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    target = shape[1], shape[0]
    laid = [cv2.warpAffine(area, matrix, target, flags=flags, borderMode=cv2.BORDER_REPLICATE) for area in areas]
    inside = cv2.warpAffine(np.ones((size, size), np.float32), matrix, target, flags=flags) > 0.99
    return np.stack(laid), inside


def on_dev(network: AreasNetwork, work: Path) -> dict[str, object]:
    """Return the figures on `dev`: by hand, by the teacher, the segmenter's, and the worst pictures."""
    segmenter, hand = load_segmenter(), json.loads(HAND.read_text())
    overlaps = {name: Overlap() for name in ("hand", "teacher", "segmenter_hand", "segmenter_teacher", "teacher_hand")}
    own = {}
    for one, kept in tqdm(labels("dev", work / "labels"), desc="dev", unit="photo"):
        photo, taught = one.read(), masks_of(with_other(kept), AREA_NAMES)
        crop = level_crop(one, CROP_MARGIN)
        areas, inside = over_photo(network.find(crop_face(photo, crop, CROP_SIDE)).masks, crop, photo.shape)
        found = masks_of(areas, AREA_NAMES)
        crop = level_crop(one, SEGMENTER_MARGIN)
        with torch.inference_mode():
            before = segmenter(to_tensor(crop_face(photo, crop, CROP_SIDE)[None]))[0].numpy()
        before, nearer = over_photo(before, crop, photo.shape)
        segmented = masks_of(before, AREAS)
        own[one.path.name] = overlaps["teacher"].add(found, taught, inside)
        overlaps["segmenter_teacher"].add(segmented, taught, nearer)
        if one.path.name in hand:
            true = hand_masks(hand[one.path.name])
            own[one.path.name] = overlaps["hand"].add(found, true, inside)
            overlaps["segmenter_hand"].add(segmented, true, nearer)
            overlaps["teacher_hand"].add(taught, true, inside)
    worst = sorted(own, key=own.__getitem__)[:8]
    figures = {name: overlap.figures() for name, overlap in overlaps.items()}
    return {**figures, "worst_of_dev": {name: own[name] for name in worst}}


def on_studio(network: AreasNetwork, people: int) -> dict[str, float]:
    """Return the overlaps on studio people that were never taught, unstyled and in looks, at 512 px."""
    overlap = Overlap()
    for number in tqdm(range(UNSEEN, UNSEEN + people), desc="Studio", unit="person"):
        pictures, kept = portrait(number, 512)
        true = masks_of(with_other(kept), (*KEPT, "other"))
        for picture in pictures:
            small = cv2.resize(picture, (CROP_SIDE, CROP_SIDE), interpolation=cv2.INTER_AREA)
            areas = np.stack([cv2.resize(area, (512, 512)) for area in network.find(small).masks])
            overlap.add(masks_of(areas, AREA_NAMES), true, np.ones((512, 512), bool))
    return overlap.figures()


def milliseconds(network: AreasNetwork, rounds: int = 40) -> float:
    """Return the processor's time for a crop on one thread, ms: the median."""
    torch.set_num_threads(1)
    crop, taken = np.random.default_rng(0).integers(0, 256, (CROP_SIDE, CROP_SIDE, 3), dtype=np.uint8), []
    for _ in range(rounds):
        began = time.process_time()
        network.find(crop)
        taken.append(time.process_time() - began)
    return float(np.median(taken)) * 1e3


def draw(network: AreasNetwork, folder: Path) -> None:
    """Write every dev picture with its areas over it, to be looked at: never inside of the project's tracked files."""
    colours = np.array([[255, 180, 0], [255, 0, 80], [0, 120, 255], [160, 0, 255], [0, 220, 0], [0, 0, 160], [120] * 3])
    folder.mkdir(parents=True, exist_ok=True)
    for one in portraits("dev"):
        photo, crop = one.read(), level_crop(one, CROP_MARGIN)
        areas, inside = over_photo(network.find(crop_face(photo, crop, CROP_SIDE)).masks, crop, photo.shape)
        drawn = 0.55 * photo + 0.45 * np.einsum("khw,kc->hwc", areas, colours)
        drawn[~inside] *= 0.4
        cv2.imwrite(str(folder / f"{one.name}.png"), np.hstack([photo, drawn.astype(np.uint8)])[:, :, ::-1])


def main() -> None:
    """Judge, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=24, help="studio people (default: %(default)s)")
    parser.add_argument("--work", type=Path, default=PROJECT / "build/areas", help="folder of the teacher's labels")
    parser.add_argument(
        "--draw", type=Path, help="folder for the dev pictures with their areas, outside of the project"
    )
    add_destination(parser)
    options = parser.parse_args()
    if options.draw and options.draw.resolve().is_relative_to(PROJECT):
        raise SystemExit("--draw: choose a folder outside of the project; these pictures must never be committed")
    network = load_areas_network()
    record: dict[str, object] = {
        "what": "intersection over union of areas on nobodies/dev and on the studio, and the processor's time",
        "ran_on": ran_on(),
        "bars": BARS,
        **on_dev(network, options.work),
        "studio_512": on_studio(network, options.people),
        "studio_people": options.people,
        "hand_labelled": len(json.loads(HAND.read_text())),
        "milliseconds_a_crop": milliseconds(network),
        "bytes": Path(str(AREAS_WEIGHTS)).stat().st_size,
    }
    if options.draw:
        draw(network, options.draw)
    Destination.of(options).keep("areas", record)
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
