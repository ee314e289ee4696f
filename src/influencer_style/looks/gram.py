"""Gram matrices: which features of a picture occur together, wherever they are (Gatys et al. 2016)."""

from __future__ import annotations

import torch
from torch import Tensor


def gram_matrix(features: Tensor) -> Tensor:
    """Return the Gram matrices of feature maps.

    Args:
        features: (n, c, h, w).

    Returns:
        (n, c, c), the mean over positions of the products of channels: it does not depend on h and w.
    """
    n, c, h, w = features.shape
    flat = features.reshape(n, c, h * w)
    return flat @ flat.transpose(1, 2) / (h * w)


def signed_sqrt(values: Tensor, epsilon: float = 1e-4) -> Tensor:
    """Return about sign(v) * sqrt(|v|): products become magnitudes again, so that no channel drowns the others.

    `epsilon` keeps the gradient finite at 0, where that of the square root is not.
    """
    return values / (values.abs() + epsilon).sqrt()


def upper_triangle(matrices: Tensor) -> Tensor:
    """Return the upper triangles, diagonal included, of symmetric (n, c, c) matrices as (n, c * (c + 1) / 2)."""
    c = matrices.shape[-1]
    rows, columns = torch.triu_indices(c, c, device=matrices.device)
    return matrices[:, rows, columns]


def colour_moments(images: Tensor) -> Tensor:
    """Return mean (3) and second moments (6: rr, rg, rb, gg, gb, bb) of colour as (n, 9).

    Args:
        images: (n, 3, h, w), sRGB in [0, 1].

    Moments of several pictures pool by averaging, which means and covariances do not.
    """
    pixels = images.flatten(2)
    second = pixels @ pixels.transpose(1, 2) / pixels.shape[-1]
    return torch.cat([pixels.mean(-1), upper_triangle(second)], dim=1)
