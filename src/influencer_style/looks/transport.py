"""Linear optimal transport of colour: the map that carries one population's colours onto another's."""

from __future__ import annotations

import torch
from torch import Tensor

# Variance added to every colour axis (4 of 255 levels): sets of flat colour stay invertible, ordinary ones unmoved.
_FLOOR = (4 / 255) ** 2


def mean_and_covariance(moments: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean (..., 3) and covariance (..., 3, 3) from pooled `gram.colour_moments` (..., 9)."""
    mean = moments[..., :3]
    rows, columns = torch.triu_indices(3, 3, device=moments.device)
    second = moments.new_zeros(*moments.shape[:-1], 3, 3)
    second[..., rows, columns] = moments[..., 3:]
    second[..., columns, rows] = moments[..., 3:]
    covariance = second - mean.unsqueeze(-1) * mean.unsqueeze(-2)
    return mean, covariance + _FLOOR * torch.eye(3, dtype=moments.dtype, device=moments.device)


def monge_kantorovich(source: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Return the linear Monge-Kantorovich map between two colour distributions (Pitié and Kokaram 2007).

    Args:
        source: Pooled colour moments (..., 9) of the distribution to move.
        target: Pooled colour moments (..., 9) of the distribution to reach.

    Returns:
        Matrix (..., 3, 3) and offset (..., 3): `colour @ matrix.T + offset` has the target's mean and covariance,
        and no other linear map that does so moves colours less.
    """
    source_mean, source_covariance = mean_and_covariance(source.double())
    target_mean, target_covariance = mean_and_covariance(target.double())
    root = _matrix_power(source_covariance, 0.5)
    inverse_root = _matrix_power(source_covariance, -0.5)
    matrix = inverse_root @ _matrix_power(root @ target_covariance @ root, 0.5) @ inverse_root
    offset = target_mean - (matrix @ source_mean.unsqueeze(-1)).squeeze(-1)
    return matrix.to(source.dtype), offset.to(source.dtype)


def apply_transport(images: Tensor, matrix: Tensor, offset: Tensor) -> Tensor:
    """Apply a colour map (3, 3), (3), or one to each image, (n, 3, 3), (n, 3), to images (n, 3, h, w); not clipped."""
    return torch.einsum("...ij,...jhw->...ihw", matrix, images) + offset[..., None, None]


def matrix_and_offset(transports: Tensor) -> tuple[Tensor, Tensor]:
    """Split linear colour maps (..., 12) into matrix (..., 3, 3) and offset (..., 3)."""
    return transports[..., :9].unflatten(-1, (3, 3)), transports[..., 9:]


def rows(transports: Tensor) -> Tensor:
    """Reorder linear colour maps (..., 12) from matrix (9) and offset (3) to three rows of four."""
    matrix, offset = matrix_and_offset(transports)
    return torch.cat([matrix, offset.unsqueeze(-1)], dim=-1).flatten(-2)


def _matrix_power(symmetric: Tensor, power: float) -> Tensor:
    values, vectors = torch.linalg.eigh(symmetric)
    return (vectors * values.clamp_min(1e-8).pow(power).unsqueeze(-2)) @ vectors.transpose(-1, -2)
