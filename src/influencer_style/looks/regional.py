"""Colour area by area: what the hair, the lips, the skin and the background of a set of portraits look like.

Spatially guided statistics (Gatys et al. 2017): moments of colour under a soft mask, which pool over photos by adding.
"""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.looks.areas import AREAS
from influencer_style.looks.transport import mean_and_covariance, monge_kantorovich

WHOLE = 1  # the first row of regional moments is the whole picture; then come the areas
ROWS = WHOLE + len(AREAS)
NUMBERS = 13  # of each row that a network gets, see `regional_numbers`
_LEAST = 0.002  # share of the picture from which an area's own statistics are trusted


def regional_moments(images: Tensor, areas: Tensor) -> Tensor:
    """Return the moments of colour under each mask.

    Args:
        images: (n, 3, h, w), sRGB in [0, 1].
        areas: (n, k, h, w) soft masks in [0, 1].

    Returns:
        (n, 1 + k, 10): for the whole picture and each area its share of the picture, then mean and second moments of
        colour as `gram.colour_moments` has them, times that share. Those of several pictures pool by averaging.
    """
    r, g, b = images.unbind(1)
    powers = torch.stack([torch.ones_like(r), r, g, b, r * r, r * g, r * b, g * g, g * b, b * b], 1)
    masks = torch.cat([torch.ones_like(areas[:, :1]), areas], 1).to(powers.dtype)
    return masks.flatten(2) @ powers.flatten(2).transpose(1, 2) / (images.shape[-1] * images.shape[-2])


def share_and_moments(moments: Tensor) -> tuple[Tensor, Tensor]:
    """Split regional moments (..., 10) into the share (..., 1) and the moments (..., 9) of colour within the area."""
    share = moments[..., :1]
    return share, moments[..., 1:] / share.clamp_min(1e-6)


def area_colours(images: Tensor, areas: Tensor) -> tuple[Tensor, Tensor]:
    """Return each area's share of the picture (n, k, 1) and mean colour (n, k, 3); arguments as `regional_moments`."""
    share, moments = share_and_moments(regional_moments(images, areas)[:, WHOLE:])
    return share, moments[..., :3]


def shown(share: Tensor) -> Tensor:
    """Return from 0 to 1 whether an area that takes that share of the picture shows enough to be measured."""
    return (share / _LEAST).clamp(0, 1)


def between_photos(moments: Tensor) -> Tensor:
    """Return how far the mean colour of each area strays from photo to photo: (k, 3) of regional moments (n, k, 10)."""
    share, within = share_and_moments(moments)
    pooled = share_and_moments(moments.mean(0))[1][..., :3]
    strayed = (share * (within[..., :3] - pooled).square()).sum(0) / share.sum(0).clamp_min(1e-6)
    return strayed.sqrt()


def regional_transports(source: Tensor, target: Tensor, instead: Tensor) -> Tensor:
    """Return the colour transports from one population's areas to another's.

    Args:
        source: Pooled regional moments (k, 10) of the population to move.
        target: Pooled regional moments (k, 10) of the population to reach.
        instead: (12,) the transport of an area that hardly shows in either population.

    Returns:
        (k, 12): matrix (9) and offset (3) of the linear Monge-Kantorovich map less the identity.
    """
    shares, colours = zip(*(share_and_moments(moments) for moments in (source, target)), strict=True)
    matrix, offset = monge_kantorovich(*colours)
    change = torch.cat([(matrix - torch.eye(3, dtype=matrix.dtype)).flatten(1), offset], 1)
    return instead + shown(torch.minimum(*shares)) * (change - instead)


def regional_numbers(source: Tensor, target: Tensor, spread: tuple[Tensor, Tensor] | None) -> Tensor:
    """Return the numbers that a network gets of each area, (k, 13), in units near 1.

    Mean colour of the target against the source's, and itself; how much colour varies within the area, and from photo
    to photo, against the source, less 1; its share of the picture.

    Args:
        source: Pooled regional moments (k, 10) of the population.
        target: Pooled regional moments (k, 10) of the set.
        spread: `between_photos` (k, 3) of source and target; None if either is a single photo.
    """
    (_, colours0), (share, colours1) = (share_and_moments(moments) for moments in (source, target))
    (mean0, cov0), (mean1, cov1) = (mean_and_covariance(colours) for colours in (colours0, colours1))
    within = (cov1.diagonal(dim1=-2, dim2=-1) / cov0.diagonal(dim1=-2, dim2=-1)).clamp(1e-4, 9).sqrt() - 1
    between = torch.zeros_like(within)
    if spread is not None:
        between = (spread[1] / spread[0].clamp_min(0.01)).clamp_max(2) - 1
    numbers = torch.cat([(mean1 - mean0) * 4, mean1 * 2 - 1, within, between], 1) * shown(share)
    return torch.cat([numbers, share * 6], 1)


def target_colours(numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Return the target's share (..., 1) and mean colour (..., 3) from `regional_numbers` (..., 13)."""
    return numbers[..., 12:] / 6, (numbers[..., 3:6] + 1) / 2
