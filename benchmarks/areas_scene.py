"""What a face mesh and a person mask say of a photograph, for the teacher of the areas network."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from benchmarks.nobodies import Portrait

LONG_SIDE = 288  # the labels are worked out at this size
OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149,
        150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)  # fmt: skip
LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
MOUTH = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
# a lid above (its crease), the opening's rim below
EYES = ((33, 247, 30, 29, 27, 28, 56, 190, 133, 155, 154, 153, 145, 144, 163, 7),
        (263, 467, 260, 259, 257, 258, 286, 414, 362, 382, 381, 380, 374, 373, 390, 249))  # fmt: skip
BROWS = ((46, 53, 52, 65, 55, 107, 66, 105, 63, 70), (276, 283, 282, 295, 285, 336, 296, 334, 293, 300))


def models_folder() -> Path:
    """Return the folder of the pretrained models. Raises SystemExit if the environment names none."""
    folder = os.environ.get("INFLUENCER_STYLE_MODELS", "")
    if not Path(folder, "face_mesh_478.tflite").is_file():
        raise SystemExit(
            "set INFLUENCER_STYLE_MODELS to a folder with face_mesh_478.tflite, selfie_segmentation.tflite"
        )
    return Path(folder)


class Models:
    """The face mesh and the person mask."""

    def __init__(self) -> None:
        folder = models_folder()
        self._mesh = cv2.dnn.readNetFromTFLite(str(folder / "face_mesh_478.tflite"))
        self._person = cv2.dnn.readNetFromTFLite(str(folder / "selfie_segmentation.tflite"))

    def mesh(self, photo: np.ndarray, portrait: Portrait) -> np.ndarray:
        """Return the 478 points (478, 2), photo pixels, found twice: the second time from where the first lie."""
        left, right = portrait.eyes
        angle = np.arctan2(right[1] - left[1], right[0] - left[0])
        centre, side = portrait.centre, 1.5 * max(portrait.box[2:])
        points = self._mesh_in(photo, centre, side, angle)
        low, high = points.min(0), points.max(0)
        angle = np.arctan2(*(points[263] - points[33])[::-1])
        return self._mesh_in(photo, (low + high) / 2, 1.5 * float((high - low).max()), angle)

    def _mesh_in(self, photo: np.ndarray, centre: np.ndarray, side: float, angle: float) -> np.ndarray:
        size, scale = 256, side / 256
        cos, sin = scale * np.cos(angle), scale * np.sin(angle)
        matrix = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
        matrix[:, 2] = centre - matrix[:, :2] @ np.full(2, size / 2)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        crop = cv2.warpAffine(photo, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        self._mesh.setInput(cv2.dnn.blobFromImage(crop, 1 / 255))
        points = self._mesh.forward("Identity").reshape(478, 3)[:, :2]
        return points @ matrix[:, :2].T + matrix[:, 2]

    def person(self, photo: np.ndarray) -> np.ndarray:
        """Return how surely each pixel shows a person, float32 (h, w) in [0, 1], of photo and mirror image."""
        height, width = photo.shape[:2]
        small = cv2.resize(photo, (256, 256), interpolation=cv2.INTER_AREA)
        found = []
        for picture in (small, small[:, ::-1]):
            self._person.setInput(cv2.dnn.blobFromImage(np.ascontiguousarray(picture), 1 / 255))
            found.append(self._person.forward("activation_10").reshape(256, 256).copy())
        return cv2.resize((found[0] + found[1][:, ::-1]) / 2, (width, height))


@dataclass(frozen=True)
class Scene:
    """A photo of LONG_SIDE pixels (uint8 RGB), its mesh (478, 2) and person mask (h, w), and what was noted of it."""

    photo: np.ndarray
    points: np.ndarray
    person: np.ndarray
    tags: frozenset[str]

    def fill(self, index: tuple[int, ...], hull: bool = False) -> np.ndarray:
        """Return the pixels, bool (h, w), inside of a polygon of mesh points."""
        polygon = self.points[list(index)]
        polygon = cv2.convexHull(polygon.astype(np.float32)) if hull else polygon
        mask = np.zeros(self.photo.shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.round(polygon * 16 - 8).astype(np.int32)], 1, shift=4)
        return mask > 0

    @cached_property
    def height(self) -> float:
        """The face's height in pixels, forehead to chin."""
        return float(np.linalg.norm(self.points[10] - self.points[152]))

    @cached_property
    def width(self) -> float:
        """The face's width in pixels, cheek to cheek."""
        return float(np.linalg.norm(self.points[454] - self.points[234]))

    @cached_property
    def at(self) -> tuple[np.ndarray, np.ndarray]:
        """How far each pixel lies to the side of the face's axis (face widths) and above the chin (face heights)."""
        top, chin = self.points[10], self.points[152]
        up = (top - chin) / self.height
        y, x = np.mgrid[0 : self.photo.shape[0], 0 : self.photo.shape[1]] + 0.5
        above = ((x - chin[0]) * up[0] + (y - chin[1]) * up[1]) / self.height
        middle = (self.points[234] + self.points[454]) / 2
        side = ((x - middle[0]) * -up[1] + (y - middle[1]) * up[0]) / self.width
        return side, above

    @cached_property
    def oval(self) -> np.ndarray:
        return self.fill(OVAL)

    @cached_property
    def features(self) -> dict[str, np.ndarray]:
        """The masks of lips, mouth (open), eyes and brows."""
        mouth = self.fill(MOUTH)
        gap = float(np.linalg.norm(self.points[13] - self.points[14])) / self.height
        lips = self.fill(LIPS)
        open_ = mouth & (gap > 0.015)
        eyes = self.fill(EYES[0]) | self.fill(EYES[1])
        brows = (self.fill(BROWS[0]) | self.fill(BROWS[1])) & ~eyes
        return {"lips": lips & ~open_, "mouth": open_, "eyes": eyes, "brows": brows}

    @cached_property
    def lab(self) -> np.ndarray:
        return cv2.cvtColor(self.photo.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def grown(mask: np.ndarray, pixels: float) -> np.ndarray:
    """Return a mask, larger by some pixels all round; smaller if the number is negative."""
    size = 2 * max(1, round(abs(pixels))) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    change = cv2.dilate if pixels > 0 else cv2.erode
    return change(mask.astype(np.uint8), kernel) > 0


def scene_of(models: Models, portrait: Portrait) -> Scene:
    """Return a portrait at LONG_SIDE with its mesh and person mask."""
    photo = portrait.read()
    scale = LONG_SIDE / max(photo.shape[:2])
    size = round(photo.shape[1] * scale), round(photo.shape[0] * scale)
    large = cv2.resize(photo, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    larger = replace(portrait, box=portrait.box * scale, eyes=portrait.eyes * scale)
    return Scene(large, models.mesh(large, larger), models.person(large), portrait.tags)
