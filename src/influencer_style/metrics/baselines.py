"""Methods without training, which a generator has to beat.

Every method has one signature, `(photos, creator_photos, population_photos) -> results`: uint8 sRGB (n, h, w, 3) to be
restyled, the creator's training photos (m, ...), portraits of unstyled people (p, ...), results (n, h, w, 3).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import torch
from skimage.color import lab2rgb
from skimage.exposure import match_histograms
from torch import Tensor

from influencer_style.looks.gram import colour_moments
from influencer_style.looks.pixels import to_tensor, to_uint8
from influencer_style.looks.transport import apply_transport, monge_kantorovich
from influencer_style.metrics.colour import to_lab

Method = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def do_nothing(photos: np.ndarray, _creator_photos: np.ndarray, _population_photos: np.ndarray) -> np.ndarray:
    """Return the photos as they are."""
    return photos.copy()


def reinhard(photos: np.ndarray, creator_photos: np.ndarray, _population_photos: np.ndarray) -> np.ndarray:
    """Give each photo the mean and deviation that the creator's set has on each axis of Lab (Reinhard et al. 2001)."""
    reference = to_lab(creator_photos).reshape(-1, 3)
    mean, deviation = reference.mean(0, dtype=np.float64), reference.std(0, dtype=np.float64)
    results = np.empty_like(photos)
    for i, photo in enumerate(photos):
        lab = to_lab(photo)
        own_mean, own_deviation = lab.mean((0, 1)), lab.std((0, 1))
        moved = (lab - own_mean) * (deviation / np.maximum(own_deviation, 1e-3)).astype(np.float32) + mean
        with warnings.catch_warnings():
            # Colours outside sRGB are clipped, as they must be; scikit-image warns of each picture.
            warnings.filterwarnings("ignore", message=".*negative Z values.*")
            results[i] = np.round(lab2rgb(moved).clip(0, 1) * 255)
    return results


def histogram_matching(photos: np.ndarray, creator_photos: np.ndarray, _population_photos: np.ndarray) -> np.ndarray:
    """Give each photo the histograms of one photo of the creator.

    That photo is the set's medoid: its mean colour is nearest to all others'. It is real, as a reference that people
    would pick, and typical; a histogram pooled over the set belongs to no picture.
    """
    reference = creator_photos[medoid(creator_photos)]
    return np.stack([match_histograms(photo, reference, channel_axis=-1) for photo in photos]).round().astype(np.uint8)


def optimal_transport(photos: np.ndarray, creator_photos: np.ndarray, _population_photos: np.ndarray) -> np.ndarray:
    """Apply the linear Monge-Kantorovich transport from each photo's own colours to the creator's set.

    (Pitié and Kokaram 2007.) The result has the set's mean and covariance of colour, whatever the photo shows.
    """
    creator = _pooled_moments(creator_photos)
    return np.concatenate([_transported(photo[None], _pooled_moments(photo[None]), creator) for photo in photos])


def population_mkl(photos: np.ndarray, creator_photos: np.ndarray, population_photos: np.ndarray) -> np.ndarray:
    """Apply the linear Monge-Kantorovich transport from the unstyled population's colours to the creator's.

    The strongest baseline: what faces, hair and rooms have in common is in both sets, and cancels.
    """
    population, creator = (_pooled_moments(set_) for set_ in (population_photos, creator_photos))
    return np.concatenate([_transported(photo[None], population, creator) for photo in photos])


METHODS: dict[str, Method] = {
    method.__name__: method for method in (do_nothing, reinhard, histogram_matching, optimal_transport, population_mkl)
}


def medoid(photos: np.ndarray) -> int:
    """Return which photo (n, h, w, 3) has the mean Lab colour that is nearest to all others'."""
    means = np.stack([to_lab(photo).mean((0, 1)) for photo in photos])
    return int(np.linalg.norm(means[:, None] - means[None], axis=-1).sum(1).argmin())


def _transported(photos: np.ndarray, source: Tensor, target: Tensor) -> np.ndarray:
    matrix, offset = (part.float() for part in monge_kantorovich(source, target))
    return to_uint8(apply_transport(to_tensor(photos), matrix, offset))


def _pooled_moments(photos: np.ndarray) -> Tensor:
    # In double: covariance is a small difference of large moments.
    moments = [colour_moments(to_tensor(photo[None]).double())[0] for photo in photos]
    return sum(moments, torch.zeros(())) / len(photos)
