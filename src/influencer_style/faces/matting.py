"""Soft areas of a face crop, refined along the photo's own edges: which share of a pixel is hair, which is not.

Coarse areas, as a segmentation network finds them, end some pixels beside the true edge, and know nothing of single
strands. Around each place a linear function of the colour is therefore fitted to the areas that are sure, as in a
guided filter (He, Sun and Tang 2013) and in the local classifiers of Bai et al. (2009, Video SnapCut). It is learned on
a coarse grid, where it takes a few milliseconds, and read at any size with the photo's own colours (He and Sun 2015).
Where colours do not tell the areas apart, the coarse areas stay as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from influencer_style.faces.align import CropTransform
from influencer_style.faces.covariance import PAIRS, inverse

_CELLS = 128  # of the grid that is learned on, across the crop's side
_REACH = 0.22  # of a crop's side beyond its edge: the edge's areas continue there, less and less
_CALM = 2e-3  # variance of colour, of full scale, below which a window counts as flat
_APART = (0.3, 0.7)  # share of the areas' variance that colour explains: nothing is believed below, all above
_SURER = 1.4  # contrast of what is fitted: shadows on the skin beside hair are skin
_SIDE = 0.6  # weight of the side of the coarse edge that a place lies on, where colour explains nothing
_UNLIKELY = 0.1  # an area that is nowhere likelier than this is not there
_LEAST = 1e-3


@dataclass(frozen=True)
class SoftAreas:
    """Soft areas over a crop of a photo.

    Attributes:
        shares: (k, h, w) float32: how far a place belongs to each area, 0 to 1; they sum to 1.
        transform: The place of the crop in the photo.
        names: (k,) the number of each area in `looks.areas.AREAS`; several may have one, such as skin and brows, which
            are told apart by colour and changed alike.
    """

    shares: np.ndarray
    transform: CropTransform
    names: tuple[int, ...] = (0, 1, 2, 3, 4, 5)

    def over(self, transform: CropTransform, size: int) -> np.ndarray:
        """Return the areas over another crop of the same photo, (k, size, size), averaged; edges are continued."""
        finer = max(1, round(transform.side / size * self.shares.shape[-1] / self.transform.side))
        x = y = (np.arange(size * finer) + 0.5) / (size * finer)
        matrix = np.linalg.inv(np.vstack([transform.matrix(1), [0, 0, 1]]))
        across, down = np.meshgrid(x, y)
        places = np.stack([across, down, np.ones_like(across)], -1) @ matrix[:2].T
        read = _sampled(self.shares, self.transform, places)
        return read.reshape(len(read), size, finer, size, finer).mean((2, 4))


@dataclass(frozen=True)
class Box:
    """An upright rectangle of a photo, in pixels: left, top, right and bottom; right and bottom lie outside."""

    left: int
    top: int
    right: int
    bottom: int

    def centres(self, cell: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the places (x, y) of the centres of about square cells that divide it, in photo pixels."""
        sides = self.right - self.left, self.bottom - self.top
        return self.divided(*(max(1, math.ceil(side / cell)) for side in sides))

    def divided(self, across: int, down: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the places (x, y) of the centres of cells that divide it, of a number in each direction."""
        x = self.left + (np.arange(across) + 0.5) * (self.right - self.left) / across
        return x, self.top + (np.arange(down) + 0.5) * (self.bottom - self.top) / down


@dataclass(frozen=True)
class Matte:
    """Areas as linear functions of the colour, on a grid over a part of the photo.

    Attributes:
        box: The part of the photo, which the grid divides into equal cells.
        planes: (k, 4, h, w) float32: for each area the weights of red, green, blue (sRGB in [0, 1]) and 1. What they
            give is clipped to [0, 1], and divided by its sum over the areas.
        possible: (k, h, w) bool: where an area can be at all; elsewhere its planes are 0.
    """

    box: Box
    planes: np.ndarray
    possible: np.ndarray


def reach(transform: CropTransform, shape: tuple[int, ...]) -> Box:
    """Return the part of a photo of `shape` (height, width, ...) in which a crop's areas count."""
    half = transform.side * (0.5 + _REACH) * (abs(math.cos(transform.angle)) + abs(math.sin(transform.angle)))
    left, right = (min(max(round(transform.cx + sign * half), 0), shape[1]) for sign in (-1, 1))
    top, bottom = (min(max(round(transform.cy + sign * half), 0), shape[0]) for sign in (-1, 1))
    return Box(min(left, shape[1] - 1), min(top, shape[0] - 1), max(right, left + 1), max(bottom, top + 1))


def refine(areas: SoftAreas, photo: np.ndarray) -> Matte:
    """Refine coarse areas along the edges of a photo.

    Args:
        areas: The coarse areas, of any size.
        photo: The photo, uint8 RGB (height, width, 3).
    """
    side, box = areas.transform.side, reach(areas.transform, photo.shape)
    x, y = box.centres(max(1.0, side / _CELLS))
    finer = max(1, round(areas.shares.shape[-1] / min(_CELLS, side)))  # than the grid the coarse areas are
    coarse = _sampled(areas.shares, areas.transform, np.stack(np.meshgrid(x, y), -1))
    part = photo[box.top : box.bottom, box.left : box.right]
    guide = cv2.resize(part, (len(x), len(y)), interpolation=cv2.INTER_AREA).astype(np.float32).transpose(2, 0, 1) / 255
    learned = _learn(guide, coarse, round(2 + 1.5 / finer), round(6 + 3 / finer))
    planes = learned.functions
    planes[:, 3] += (1 - learned.trust) * coarse
    possible = learned.near > 0
    planes *= possible[:, None]
    return Matte(box, planes, possible)


@dataclass(frozen=True)
class _Learned:
    """What colours say about areas, on a grid (h, w).

    Attributes:
        functions: (k, 4, h, w) the areas as linear functions of the colour, times `trust`.
        trust: (h, w) how far to believe them rather than the coarse areas.
        near: (k, h, w) how near an area is, 0 to 1.
    """

    functions: np.ndarray
    trust: np.ndarray
    near: np.ndarray


def _learn(guide: np.ndarray, areas: np.ndarray, band: int, radius: int) -> _Learned:
    """Learn the areas as linear functions of the colour.

    Args:
        guide: (3, h, w) the colours, in [0, 1].
        areas: (k, h, w) the coarse areas.
        band: The distance from an area's coarse edge, in cells, up to which nothing is sure.
        radius: The radius of the windows that are fitted.
    """
    disc, small = _disc(band), _disc(max(1, band - 2))
    sure, taught = (np.max([cv2.erode(plane, shape) for plane in areas], 0) for shape in (disc, small))
    near = _blurred(np.stack([cv2.dilate(plane, disc) for plane in areas]), band // 2)
    near = np.clip(2 * near - 2 * _UNLIKELY, 0, 1)
    products = np.stack([guide[i] * guide[j] for i, j in PAIRS])
    along = (areas[:, None] * guide).reshape(-1, *taught.shape)
    moments = np.concatenate([np.ones_like(guide[:1]), guide, products, areas, along]) * (taught * taught + 1e-4)
    moments = _blurred(moments, radius)
    moments = moments[1:] / (moments[:1] + 1e-6)
    colour, second, share, along = np.split(moments, [3, 9, 9 + len(areas)])
    covariance = [second[n] - colour[i] * colour[j] + (_CALM if i == j else 0) for n, (i, j) in enumerate(PAIRS)]
    along = along.reshape(-1, *guide.shape) - share[:, None] * colour
    slopes = (np.stack(inverse(covariance)).reshape(3, 3, *taught.shape) * along[:, None]).sum(2)
    # The fit's share of the variance; a fit explains too little of a difference by just that factor.
    explained = (slopes * along).sum(1) / (share * (1 - share) + _LEAST)
    slopes *= (_SURER / np.clip(explained, 0.05, 1))[:, None]
    constants = 0.5 + _SURER * (share - 0.5) - (slopes * colour).sum(1)
    # The less colour explains, the more it counts on which side of the coarse edge a place lies.
    constants += _SIDE * (1 - explained.clip(0, 1)) * (2 * _blurred(areas, band) - 1)
    believed = np.clip((explained - _APART[0]) / (_APART[1] - _APART[0]), 0, 1)
    believed = believed * believed * (3 - 2 * believed)
    trust = (believed * share).sum(0) / share.sum(0).clip(_LEAST)
    trust *= np.clip(1.6 * _blurred((1 - sure)[None], band // 2)[0], 0, 1)
    functions = np.concatenate([slopes, constants[:, None]], 1) * (trust * near[:, None])
    return _Learned(functions, trust, near)


def _blurred(planes: np.ndarray, radius: int) -> np.ndarray:
    """Average planes (n, h, w) over windows."""
    size = 2 * radius + 1, 2 * radius + 1
    return np.stack([cv2.blur(plane, size, borderType=cv2.BORDER_REFLECT) for plane in planes])


def _disc(radius: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _sampled(shares: np.ndarray, transform: CropTransform, places: np.ndarray) -> np.ndarray:
    """Read areas (k, h, w) of a crop at places (n, m, 2) of the photo, in pixels; beyond the crop its edge counts."""
    matrix = transform.matrix(1)
    at = places @ matrix[:, :2].T + matrix[:, 2]
    across, down = (at * shares.shape[:0:-1] - 0.5).astype(np.float32).transpose(2, 0, 1)
    return np.stack(
        [cv2.remap(plane, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for plane in shares]
    )
