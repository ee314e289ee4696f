"""The losses, as pure functions. Each returns one number; the trainer names, weighs and logs them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.looks.regional import shown


def generator_loss(fake_logits: Tensor) -> Tensor:
    """Non-saturating loss of the generator (Goodfellow et al. 2014). Logits of any shape; 0 or more."""
    return F.softplus(-fake_logits).mean()


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Loss of the discriminator for the same game; log 4 where it cannot tell."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def relativistic_generator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Loss of the generator where pictures are judged in pairs (Jolicoeur-Martineau 2018; Huang et al. 2024).

    Args:
        real_logits, fake_logits: (n,) of pictures in the same look, one real and one made.
    """
    return F.softplus(real_logits - fake_logits).mean()


def relativistic_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Loss of the discriminator for the same game; log 2 where it cannot tell. It wants R1 and R2 beside it."""
    return F.softplus(fake_logits - real_logits).mean()


def gradient_penalty(images: Tensor, logits: Tensor) -> Tensor:
    """Mean squared gradient of the logits: R1 at real pictures, R2 at made ones (Mescheder et al. 2018).

    Args:
        images: (n, 3, h, w), requiring gradients.
        logits: (n,), computed from them.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().sum((1, 2, 3)).mean()


def lecam_loss(real_logits: Tensor, fake_logits: Tensor, real_average: float, fake_average: float) -> Tensor:
    """Keep logits from running away from each other, which few photos invite (LeCam-GAN, Tseng et al. 2021).

    Args:
        real_logits, fake_logits: (n,).
        real_average, fake_average: moving averages of both: each kind is held to the other's.
    """
    return F.relu(real_logits - fake_average).square().mean() + F.relu(real_average - fake_logits).square().mean()


def content_loss(result: list[Tensor], source: list[Tensor]) -> Tensor:
    """Mean absolute error of instance-normalised feature maps: what is shown and where, whatever its colours.

    Mean and deviation of a feature are style (Huang and Belongie 2017); what is left of it is content. Each layer
    counts the same.
    """
    terms = [(F.instance_norm(a) - F.instance_norm(b)).abs().mean() for a, b in zip(result, source, strict=True)]
    return torch.stack(terms).mean()


def shape_loss(result: Tensor, source: Tensor) -> Tensor:
    """One less the correlation of locally normalised luminance: who somebody is lies in the shapes, not in colours.

    Args:
        result, source: (n, 3, h, w), sRGB. Neighbourhoods are a sixteenth of the height wide to either side.

    Returns:
        0 where all shapes are kept, 1 where none is, 2 where light and dark have changed places.
    """
    a, b = (_locally_normalised(images) for images in (result, source))
    a, b = (part.flatten(1) - part.flatten(1).mean(1, keepdim=True) for part in (a, b))
    return (1 - F.cosine_similarity(a, b, eps=1e-6)).mean()


def reconstruction_loss(result: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean absolute error.

    Args:
        result, truth: (n, 3, h, w).
        weights: (n, 1, h, w), 0 or more, mean about 1.
    """
    return ((result - truth).abs() * weights).mean()


def palette_loss(told: Tensor, truth: Tensor, share: Tensor) -> Tensor:
    """Mean absolute error of areas' mean colours; areas that hardly show count less.

    Args:
        told: (..., n, k, 3).
        truth: (n, k, 3).
        share: (n, k, 1) of the picture that an area takes.
    """
    return ((told - truth).abs() * shown(share)).mean()


def feature_loss(result: list[Tensor], truth: list[Tensor]) -> Tensor:
    """Mean absolute error of feature maps, each relative to the truth's mean size (after Johnson et al. 2016)."""
    terms = [(a - b).abs().mean() / b.abs().mean().clamp_min(1e-6) for a, b in zip(result, truth, strict=True)]
    return torch.stack(terms).mean()


def gram_loss(descriptors: Tensor, target: Tensor, deviation: Tensor, groups: Sequence[slice]) -> Tensor:
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


def _locally_normalised(images: Tensor) -> Tensor:
    radius = max(1, images.shape[-2] // 16)
    luminance = images.float().mean(1, keepdim=True)

    def around(values: Tensor) -> Tensor:
        return F.avg_pool2d(F.pad(values, [radius] * 4, mode="replicate"), 2 * radius + 1, stride=1)

    detail = luminance - around(luminance)
    # Two levels of 255: what rounding and noise make of a flat neighbourhood is no shape.
    return detail / (around(detail.square()) + (2 / 255) ** 2).sqrt()
