"""What results are compared by, as pure functions. Each returns one number; `game` names, weighs and adds them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.looks.regional import shown


def content_loss(result: list[Tensor], source: list[Tensor]) -> Tensor:
    """Mean absolute error of instance-normalised feature maps: what is shown and where, whatever its colours.

    Mean and deviation of a feature are style (Huang and Belongie 2017); the rest of it is content. All layers count
    the same.
    """
    terms = [(F.instance_norm(a) - F.instance_norm(b)).abs().mean() for a, b in zip(result, source, strict=True)]
    return torch.stack(terms).mean()


def shape_loss(result: Tensor, source: Tensor) -> Tensor:
    """One minus the correlation of locally normalised luminance: shapes, not colours, say who somebody is.

    Images are (n, 3, h, w), sRGB; neighbourhoods reach a sixteenth of the height to either side. 0 where all shapes are
    kept, 1 where none is, 2 where light and dark have changed places.
    """
    a, b = (_locally_normalised(images) for images in (result, source))
    a, b = (part.flatten(1) - part.flatten(1).mean(1, keepdim=True) for part in (a, b))
    return (1 - F.cosine_similarity(a, b, eps=1e-6)).mean()


def reconstruction_loss(result: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Mean absolute error of images (n, 3, h, w), weighted by (n, 1, h, w), 0 or more, mean about 1."""
    return ((result - truth).abs() * weights).mean()


def palette_loss(colours: Tensor, truth: Tensor, share: Tensor) -> Tensor:
    """Mean absolute error of areas' mean colours; areas that hardly show count less.

    Predictions are (..., n, k, 3), the truth (n, k, 3), the share of the picture that each area takes (n, k, 1).
    """
    return ((colours - truth).abs() * shown(share)).mean()


def feature_loss(result: list[Tensor], truth: list[Tensor]) -> Tensor:
    """Mean absolute error of feature maps, each relative to the truth's mean size (after Johnson et al. 2016)."""
    terms = [(a - b).abs().mean() / b.abs().mean().clamp_min(1e-6) for a, b in zip(result, truth, strict=True)]
    return torch.stack(terms).mean()


def gram_loss(descriptors: Tensor, target: Tensor, deviation: Tensor, groups: Sequence[slice]) -> Tensor:
    """Distance of descriptors (n, d) from a look's mean, every group (layer, colour) counting the same.

    `target` and `deviation`, (n, d), are means and standard deviations within the looks: what varies inside a look
    costs nothing. `groups` are those of `StyleEncoder.groups`.
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
    # Two levels of 255: rounding and noise in a flat neighbourhood make no shape.
    return detail / (around(detail.square()) + (2 / 255) ** 2).sqrt()
