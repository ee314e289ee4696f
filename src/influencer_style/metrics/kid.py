"""The distance of two sets of pictures: the kernel inception distance of Binkowski et al. (2018), on own features.

It needs no inception network: `kid_features` are measured by hand. Nothing is learnt, so nothing that training used can
grade itself, and figures stay comparable from one release to the next. They do not compare with figures that others
measured on inception features.
"""

from __future__ import annotations

import cv2
import numpy as np

from influencer_style.metrics.colour import lab_thumbnails
from influencer_style.metrics.intervals import Interval, around, require_finite, weights_of_draws

LEAST_PICTURES = 4
LEAST_PHOTOS = 2  # of a look, for a difference
_SIDE, _CELLS, _ORIENTATIONS, _BANDS = 64, 4, 8, 4
# The unit of each part: the deviation among 48 studio and 57 real portraits, so that none drowns the others. Beyond
# three units values are bent towards a limit: a blue room should not outweigh everything else.
_LAB_CENTRE, _LAB_UNIT = np.array([48, 5, 8], np.float32), np.array([18, 7, 9], np.float32)
_DEVIATION_CENTRE, _DEVIATION_UNIT = np.array([14, 4, 5], np.float32), np.array([7, 2.5, 3], np.float32)
_DIRECTION_UNIT, _LIMIT = 0.065, 3.0
_CONTRAST_CENTRE, _CONTRAST_UNIT = np.array([1.75, 1.85, 2.1, 2.25]), 0.3


def kid(features_a: np.ndarray, features_b: np.ndarray, subsets: int = 200, seed: int = 0) -> Interval:
    """Return the squared maximum mean discrepancy of two sets under the cubic kernel (x . y / f + 1) ** 3.

    The estimate is unbiased (it may be below 0) and takes as many pictures of one set as of the other. Its 95% interval
    comes from halves: over random subsets of n / 2 pictures the estimate spreads around that of all n as the latter
    does around the truth (the delete-half jackknife, Shao and Wu 1989), and wider if both sets are alike. 0 means
    alike; compare with two halves of the same real photos at this n.

    Features are (n, f) from `kid_features`, one row a picture; `subsets` is the number of halves that are drawn, `seed`
    also that of the choice of pictures from the larger set. Raises ValueError if a set has fewer than 4 pictures,
    shapes do not fit, or a feature is not finite.
    """
    a, b = (np.asarray(features, np.float64) for features in (features_a, features_b))
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise ValueError(f"features must be (n, f) with one f, not {a.shape} and {b.shape}")
    n = min(len(a), len(b))
    if n < LEAST_PICTURES:
        raise ValueError(f"a kernel distance needs at least {LEAST_PICTURES} pictures in each set, got {n}")
    if subsets < 1:
        raise ValueError(f"subsets must be at least 1, got {subsets}")
    require_finite(a, b)
    rng = np.random.default_rng(seed)
    a, b = (features[rng.permutation(len(features))[:n]] for features in (a, b))
    kernels = _kernel(a, a), _kernel(b, b), _kernel(a, b)
    everyone = np.arange(n)
    estimate = _discrepancy(*kernels, everyone, everyone)
    halves = [_discrepancy(*kernels, *(rng.permutation(n)[: n // 2] for _ in range(2))) for _ in range(subsets)]
    return around(estimate, np.array(halves), n)


def kid_difference(
    one: list[np.ndarray], other: list[np.ndarray], photos: list[np.ndarray], draws: int = 1000, seed: int = 0
) -> Interval:
    """Return by how much one set of results is further from photos than another of the same people: below 0, nearer.

    The difference of two distances to the same photos is more certain than either: what photos and people have in
    common cancels. It is the mean over looks with its 95% interval over n people. All are features by look: (n, f) of
    results, the same n people in all, and (m, f) of the creators' photos. Raises ValueError if there are fewer than 4
    people, or fewer than 2 photos of a look.
    """
    count = len(one[0])
    # The photos' distances from each other cancel, so that few of them will do.
    if count < LEAST_PICTURES or min(map(len, photos)) < LEAST_PHOTOS:
        raise ValueError(f"a difference needs at least {LEAST_PICTURES} people, and {LEAST_PHOTOS} photos of each look")
    weights = _with_everybody(count, draws, seed)
    differences = []
    for number, (first, second, own) in enumerate(zip(one, other, photos, strict=True)):
        a, b, c = (np.asarray(features, np.float64) for features in (first, second, own))
        within, across = _kernel(a, a) - _kernel(b, b), _kernel(a, c) - _kernel(b, c)
        np.fill_diagonal(within, 0)  # nobody meets themselves
        pairs = 1 - np.square(weights).sum(1)
        pictures = _with_everybody(len(c), draws, seed + 1 + number)
        differences.append(((weights @ within) * weights).sum(1) / pairs - 2 * ((weights @ across) * pictures).sum(1))
    means = np.mean(differences, axis=0)
    return around(float(means[0]), means[1:], count)


def _with_everybody(count: int, draws: int, seed: int) -> np.ndarray:
    """Weights of bootstrap draws, and before them the row where all weigh the same."""
    drawn = weights_of_draws(count, draws, seed)
    # One picture alone makes no pair; the rows of two looks must stay side by side.
    drawn = np.where((drawn < 1).all(1, keepdims=True), drawn, 1 / count)
    return np.concatenate([np.full((1, count), 1 / count), drawn])


def kid_features(pictures: np.ndarray) -> np.ndarray:
    """Return features (n, 228), float32, measured by hand: colours and their layout, shapes, fineness.

    For each picture, uint8 sRGB (n, s, s, 3) with s at least 32, at 64 px: mean and deviation of Lab in each of 4 x 4
    cells; histograms of 8 edge directions in the same cells (Dalal and Triggs 2005), which separate a face from a smear
    of the right colours; the contrast of luminance in four octaves, which shows grain and blur. Each part weighs the
    same. Raises ValueError for other pictures.
    """
    rows = [_measure(lab) for lab in lab_thumbnails(pictures, _SIDE)]
    return np.stack(rows) if rows else np.zeros((0, 2 * 48 + 128 + _BANDS), np.float32)


def _kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a @ b.T / a.shape[1] + 1) ** 3


def _discrepancy(aa: np.ndarray, bb: np.ndarray, ab: np.ndarray, i: np.ndarray, j: np.ndarray) -> float:
    """The unbiased estimate from pictures i of the first set and j of the second: no picture meets itself."""
    m = len(i)
    own = sum(part.sum() - np.trace(part) for part in (aa[np.ix_(i, i)], bb[np.ix_(j, j)])) / (m * (m - 1))
    return float(own - 2 * ab[np.ix_(i, j)].mean())


def _measure(lab: np.ndarray) -> np.ndarray:
    cells = lab.reshape(_CELLS, _SIDE // _CELLS, _CELLS, _SIDE // _CELLS, 3)
    colour = (cells.mean((1, 3)) - _LAB_CENTRE) / _LAB_UNIT
    spread = (cells.std((1, 3)) - _DEVIATION_CENTRE) / _DEVIATION_UNIT
    light = np.ascontiguousarray(lab[:, :, 0])
    contrast = np.log([band.std() + 0.5 for band in octaves(light)])
    parts = [colour.ravel(), spread.ravel(), _directions(light), (contrast - _CONTRAST_CENTRE) / _CONTRAST_UNIT]
    bent = [part / np.sqrt(1 + np.square(part / _LIMIT)) for part in parts]
    total = sum(len(part) for part in parts)
    return np.concatenate([part * np.sqrt(total / len(parts) / len(part)) for part in bent]).astype(np.float32)


def _directions(light: np.ndarray) -> np.ndarray:
    """Share of each direction in the edges of each cell, about 0 for even shares, whatever the contrast."""
    across, down = (cv2.Sobel(light, cv2.CV_32F, *order, ksize=3) for order in ((1, 0), (0, 1)))
    strength = np.hypot(across, down)
    step = (np.arctan2(down, across) % np.pi) / np.pi * _ORIENTATIONS
    which = step.astype(int) % _ORIENTATIONS
    edges = np.zeros((_SIDE, _SIDE, _ORIENTATIONS), np.float32)
    np.put_along_axis(edges, which[:, :, None], strength[:, :, None], 2)
    size = _SIDE // _CELLS
    sums = edges.reshape(_CELLS, size, _CELLS, size, _ORIENTATIONS).sum((1, 3))
    # A flat cell has no direction; rounding to 8 bits must not give it one.
    share = sums / (sums.sum(-1, keepdims=True) + 4.0 * size * size)
    return ((share - share.mean(-1, keepdims=True)) / _DIRECTION_UNIT).ravel()


def octaves(light: np.ndarray) -> list[np.ndarray]:
    """Return what luminance (h, w), float32, holds in each of four octaves, the finest first (Burt, Adelson 1983)."""
    bands, rest = [], light
    for _ in range(_BANDS):
        coarse = cv2.pyrDown(rest)
        bands.append(rest - cv2.pyrUp(coarse, dstsize=rest.shape[::-1]))
        rest = coarse
    return bands
