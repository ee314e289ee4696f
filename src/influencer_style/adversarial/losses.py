"""The losses, as pure functions. Each returns one number; the trainer names, weighs and logs them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def generator_loss(fake_logits: Tensor) -> Tensor:
    """Non-saturating loss of the generator (Goodfellow et al. 2014). Logits of any shape; 0 or more."""
    return F.softplus(-fake_logits).mean()


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Loss of the discriminator for the same game; log 4 where it cannot tell."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def r1_penalty(real_images: Tensor, real_logits: Tensor) -> Tensor:
    """Mean squared gradient of the logits at real pictures (Mescheder et al. 2018).

    Args:
        real_images: (n, 3, h, w), requiring gradients.
        real_logits: (n,), computed from them.
    """
    (gradient,) = torch.autograd.grad(real_logits.sum(), real_images, create_graph=True)
    return gradient.square().sum((1, 2, 3)).mean()


def reconstruction_loss(result: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean absolute error.

    Args:
        result, truth: (n, 3, h, w).
        weights: (n, 1, h, w), 0 or more, mean about 1.
    """
    return ((result - truth).abs() * weights).mean()


def feature_loss(result: list[Tensor], truth: list[Tensor]) -> Tensor:
    """Mean absolute error of feature maps, each relative to the truth's mean size (after Johnson et al. 2016)."""
    terms = [(a - b).abs().mean() / b.abs().mean().clamp_min(1e-6) for a, b in zip(result, truth, strict=True)]
    return torch.stack(terms).mean()


def gram_loss(descriptors: Tensor, target: Tensor, deviation: Tensor, groups: list[slice]) -> Tensor:
    """Distance of descriptors from a look's mean, every group (layer, colour) counting the same.

    Args:
        descriptors: (n, d) of results.
        target: (n, d) mean descriptors of the looks asked for.
        deviation: (n, d) how far photos of that look stray themselves: what varies inside a look costs nothing.
        groups: see `StyleEncoder.groups`.
    """
    excess = F.relu((descriptors - target).abs() - deviation)
    scale = deviation.clone()
    for group in groups:
        scale[:, group] = deviation[:, group].mean(1, keepdim=True).clamp_min(1e-3)
    relative = excess / scale
    # Grows like a distance, not like a square: one odd layer does not outvote the others.
    return torch.stack([torch.log1p(relative[:, group].mean(1)).mean() for group in groups]).mean()
