"""What the areas network learns from: crops of labelled pictures, varied so that photographs of all kinds lie between.

A picture and its areas lie together, uint8 (9, side, side): red, green, blue, then KEPT.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.areas_studio import KEPT

HAIR, BACKGROUND = KEPT.index("hair"), KEPT.index("background")
Kinds = tuple[Callable[[np.random.Generator, int], np.ndarray], ...]


@dataclass(frozen=True)
class Labelled:
    """A picture with its areas, uint8 (9, side, side), and its face: centre (2,) and side of the box, in pixels."""

    planes: np.ndarray
    centre: np.ndarray
    face: float


def crop_of(labelled: Labelled, rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut a random crop: picture float32 (size, size, 3) in [0, 1], areas (6, size, size), inside bool (size, size)."""
    share = np.exp(rng.uniform(np.log(0.24), np.log(0.62)))
    if rng.random() < 0.7:  # little of what lies outside of the photo, where nothing is learned
        share = min(0.62, max(share, 0.8 * labelled.face / labelled.planes.shape[1]))
    share *= (256 / size) ** 0.5  # smaller crops are also tighter, so that faces have nearly the same sizes in pixels
    zoom = share * size / labelled.face
    angle = np.radians(rng.choice([rng.normal(0, 5), rng.uniform(-25, 25)]))
    mirror = rng.choice([-1.0, 1.0])
    stretch = np.exp(rng.normal(0, 0.04))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = zoom * turn @ np.diag([mirror * stretch, 1 / stretch])
    target = np.array([0.5, 0.54]) + rng.uniform(-0.12, 0.12, 2)
    planes, centre = labelled.planes, labelled.centre
    if zoom < 0.6:  # averaged down first, so that nothing aliases
        smaller = 0.5
        planes = np.stack([cv2.resize(p, None, fx=smaller, fy=smaller, interpolation=cv2.INTER_AREA) for p in planes])
        linear, centre = linear / smaller, centre * smaller
    matrix = np.concatenate([linear, (target * size - linear @ centre - 0.5 + linear @ np.full(2, 0.5))[:, None]], 1)
    border = (cv2.BORDER_REFLECT, cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT)[rng.integers(3)]

    def warped(part: np.ndarray, mode: int) -> np.ndarray:
        moved = np.ascontiguousarray(part.transpose(1, 2, 0))
        return cv2.warpAffine(moved, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=mode)

    picture = warped(planes[:3], border)
    areas = np.concatenate([warped(planes[3:6], cv2.BORDER_CONSTANT), warped(planes[6:9], cv2.BORDER_CONSTANT)], 2)
    everywhere = np.full((1, *planes.shape[1:]), 255, np.uint8)
    inside = warped(everywhere, cv2.BORDER_CONSTANT).reshape(size, size) > 254
    return picture.astype(np.float32) / 255, areas.transpose(2, 0, 1).astype(np.float32) / 255, inside


def smooth_noise(rng: np.random.Generator, size: int) -> np.ndarray:
    """Return colours that change slowly, float32 (size, size, 3)."""
    cells = int(rng.choice([2, 3, 5, 9, 24]))
    coarse = rng.random((cells, cells, 3), dtype=np.float32) * rng.uniform(0.1, 0.9) + rng.uniform(0, 0.5)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC).clip(0, 1)


def curtain(rng: np.random.Generator, size: int) -> np.ndarray:
    """Return folds of cloth or planks, of any colour but mostly those that hair and skin have too."""
    hue, value = rng.choice([rng.uniform(0, 25), rng.uniform(0, 180)]), rng.uniform(0.15, 0.9)
    colour = np.array([[[hue, rng.uniform(0.1, 0.9) * 255, value * 255]]]).astype(np.uint8)
    colour = cv2.cvtColor(colour, cv2.COLOR_HSV2RGB)[0, 0] / 255
    x, y = np.meshgrid(np.linspace(0, 1, size), np.linspace(0, 1, size))
    along = x * np.cos(a := rng.normal(0, 0.3)) + y * np.sin(a)
    folds = sum(
        np.sin(along * rng.uniform(8, 90) + rng.uniform(0, 6) + rng.uniform(0, 2) * np.sin(3 * y)) for _ in range(3)
    )
    return (colour * (1 + rng.uniform(0.08, 0.25) * folds[..., None])).clip(0, 1).astype(np.float32)


def strands(rng: np.random.Generator, size: int) -> np.ndarray:
    """Return a texture of fine lines, like hair, grass or fur."""
    noise = rng.normal(0, 1, (size, size)).astype(np.float32)
    long, short = (0, 0), rng.uniform(4, 20)
    fine = cv2.GaussianBlur(noise, long, sigmaX=0.8, sigmaY=short)
    fine = (fine if rng.random() < 0.5 else fine.T) / fine.std()
    base = smooth_noise(rng, size)
    return (base * (1 + 0.3 * fine[..., None])).clip(0, 1)


def swapped(picture: np.ndarray, areas: np.ndarray, others: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Return the person before another background: made, or that of another picture (h, w, 3)."""
    size, draw = len(picture), rng.random()
    if draw < 0.35 and others:
        other = others[rng.integers(len(others))]
        at = rng.integers(0, other.shape[0] // 3, 2)
        part = other[at[0] : at[0] + other.shape[0] // 2, at[1] : at[1] + other.shape[0] // 2]
        behind = cv2.resize(part, (size, size), interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
        behind = cv2.GaussianBlur(behind, (0, 0), rng.uniform(2, 8)) if rng.random() < 0.5 else behind
    else:
        behind = (smooth_noise, curtain, strands)[rng.integers(3)](rng, size)
    back = np.clip(1.15 * areas[BACKGROUND] - 0.05, 0, 1)[..., None]
    return picture * (1 - back) + behind * back


def dyed(picture: np.ndarray, areas: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the picture with its hair lighter, darker or of another hue."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    change = lab.copy()
    change[..., 0] = np.clip(lab[..., 0] * rng.uniform(0.5, 1.6) + rng.uniform(-10, 25), 0, 100)
    natural = rng.random() < 0.5
    change[..., 1:] = lab[..., 1:] * rng.uniform(0, 1.2) + (rng.normal(0, 6, 2) if natural else rng.normal(0, 28, 2))
    other = cv2.cvtColor(change, cv2.COLOR_LAB2RGB).clip(0, 1)
    share = areas[HAIR][..., None]
    return picture * (1 - share) + other * share


def worn_down(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the picture as cameras and files leave it: dark, grey, blurred, noisy, in JPEG's blocks."""
    if rng.random() < 0.12:
        picture = np.repeat(picture @ np.float32([0.299, 0.587, 0.114])[:, None], 3, 2)
    if rng.random() < 0.15:  # dark, in linear light
        picture = picture * np.float32(rng.uniform(0.1, 0.6) ** (1 / 2.2))
    if rng.random() < 0.2:  # light from a side
        slope = np.linspace(*rng.uniform(0.35, 1.3, 2), len(picture), dtype=np.float32)
        picture = (picture * (slope[None, :, None] if rng.random() < 0.7 else slope[:, None, None])).clip(0, 1)
    if rng.random() < 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.6))
    if rng.random() < 0.35:
        picture = picture + rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(rng.uniform(0.005, 0.05))
    if rng.random() < 0.3:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(25, 90))]
        _, coded = cv2.imencode(".jpg", (picture.clip(0, 1) * 255).astype(np.uint8), quality)
        picture = cv2.imdecode(coded, cv2.IMREAD_COLOR).astype(np.float32) / 255
    return picture.clip(0, 1)


def example(
    labelled: Labelled, others: list[np.ndarray], rng: np.random.Generator, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a varied crop: picture float32 (3, s, s), soft areas (7, s, s), other last, inside bool (s, s)."""
    picture, areas, inside = crop_of(labelled, rng, size)
    if rng.random() < 0.25:
        picture = dyed(picture, areas, rng)
    if rng.random() < 0.35:
        picture = swapped(picture, areas, others, rng)
    picture = worn_down(picture, rng)
    other = (1 - areas.sum(0, keepdims=True)).clip(0)
    return picture.transpose(2, 0, 1), np.concatenate([areas, other]), inside
