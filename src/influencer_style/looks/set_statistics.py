"""What is kept of a set of photos: descriptors and colours, pooled so that they reveal no single photo."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.grade import Halves, halves
from influencer_style.looks.regional import ROWS, between_photos, regional_moments

MOMENTS = 3 * ROWS  # rows of a photo's colour moments: the whole and each area, then their darker and lighter halves


@dataclass(frozen=True)
class SetStatistics:
    """The statistics of a set of photos.

    Attributes:
        mean: (d,) mean descriptor.
        deviation: (d,) standard deviation of the descriptors.
        moments: (7, 10) pooled colour moments of the whole and of each area, see `regional.regional_moments`.
        between: (7, 3) how far their mean colours stray from photo to photo.
        halves: The colours of the darker and lighter half of each, and how far to trust them.
        count: The number of photos.
    """

    mean: Tensor
    deviation: Tensor
    moments: Tensor
    between: Tensor
    halves: Halves
    count: int

    @classmethod
    def of(cls, descriptors: Tensor, moments: Tensor) -> SetStatistics:
        """Pool descriptors (n, d) and colour moments (n, 21, 10) of a set, n at least 1."""
        deviation = descriptors.std(0, correction=0)
        areas, parts = moments.split([ROWS, MOMENTS - ROWS], dim=1)
        pooled = areas.mean(0), between_photos(areas), Halves.of(parts)
        return cls(descriptors.mean(0), deviation, *pooled, descriptors.shape[0])


def describe(encoder: StyleEncoder, images: Tensor) -> tuple[Tensor, Tensor]:
    """Return descriptors (n, d) and colour moments (n, 21, 10) of images (n, 3, h, w), sRGB in [0, 1].

    Both are taken at the encoder's size, so that large and small crops of one picture agree.
    """
    small = encoder.resized(images)
    areas = encoder.segmenter(small)
    return encoder(small), regional_moments(small, torch.cat([areas, halves(small, areas)], 1))
