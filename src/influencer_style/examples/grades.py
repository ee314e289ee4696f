"""Random colour grades: looks of pure colour, which cost nothing to make."""

from __future__ import annotations

import torch
from torch import Tensor

_BUMPS = 4
_CAST, _BUMP = 15, 7 * _BUMPS
WIDTH = _CAST + _BUMP


def plain_grades(count: int) -> Tensor:
    """Return grades (count, 43) that change nothing."""
    cast = torch.cat([torch.eye(3, 4), torch.ones(3, 1)], 1).flatten()
    return torch.cat([cast, torch.ones(_BUMP)]).expand(count, -1) * torch.tensor([1.0] * _CAST + [0.0] * _BUMP)


def random_grades(count: int, generator: torch.Generator) -> Tensor:
    """Draw grades (count, 43) that any hue may come out of; one half mild, one half bold.

    A grade is a matrix (3), an offset and a gamma for each channel, then `_BUMPS` bumps in colour space: centre (3),
    shift (3) and sharpness.
    """
    bold = (torch.rand(count, generator=generator) < 0.5).float()
    angle = torch.randn(count, generator=generator) * (0.12 + bold * 1.2)
    saturation = torch.exp(torch.randn(count, generator=generator) * (0.15 + bold * 0.25)).clamp(0.2, 1.6)
    return _assembled(angle, saturation, 0.02 + 0.03 * bold, torch.ones(count), torch.zeros(count), generator)


def photographic_grades(count: int, generator: torch.Generator) -> Tensor:
    """Draw grades (count, 43) as photographers publish them, from hardly any to strong: hues stay near what they are.

    Light is taken or given; smooth bumps in colour space push neighbouring colours one way, as no matrix can; every
    eighth hardly has colour.
    """
    amount = torch.rand(count, generator=generator) ** 1.5
    angle = torch.randn(count, generator=generator) * 0.25 * amount
    saturation = torch.exp(torch.randn(count, generator=generator) * 0.45 * amount).clamp(0.0, 1.8)
    faded = torch.rand(count, generator=generator) < 0.125
    saturation = torch.where(faded, saturation * (1 - amount), saturation)
    grades = _assembled(angle, saturation, 0.07 * amount, 2.5 * amount, 0.18 * amount, generator)
    light = torch.exp(torch.randn(count, 1, 1, generator=generator) * 0.5 * amount.view(-1, 1, 1)).clamp(0.25, 1.5)
    tint = torch.exp(torch.randn(count, 3, 1, generator=generator) * 0.15 * amount.view(-1, 1, 1))
    grades[:, :_CAST].unflatten(1, (3, 5))[..., :3] *= light * tint
    return grades


def camera_grades(count: int, generator: torch.Generator) -> Tensor:
    """Draw grades (count, 43) as cameras and what is before them differ: white balance, exposure, contrast, colours."""
    amount = torch.rand(count, generator=generator)
    angle = torch.randn(count, generator=generator) * 0.04 * amount
    saturation = torch.exp(torch.randn(count, generator=generator) * 0.2)
    return _assembled(angle, saturation, 0.02 * amount, 0.8 * amount, 0.015 * amount, generator)


def apply_grades(images: Tensor, grades: Tensor) -> Tensor:
    """Apply grades (n, 43) to images (n, 3, h, w) in [0, 1]; the result is in [0, 1] too."""
    cast = grades[:, :_CAST].unflatten(1, (3, 5))
    raised = images.clamp_min(1e-4) ** cast[:, :, 4, None, None]
    moved = torch.einsum("nij,njhw->nihw", cast[:, :, :3], raised) + cast[:, :, 3, None, None]
    bumps = grades[:, _CAST:].unflatten(1, (_BUMPS, 7))
    if bool((bumps[..., 3:6] != 0).any()):
        distance = (moved.unsqueeze(1) - bumps[..., :3, None, None]).square().sum(2)
        near = torch.exp(-distance * bumps[..., 6, None, None])
        moved = moved + torch.einsum("nkhw,nkc->nchw", near, bumps[..., 3:6])
    return moved.clamp(0, 1)


def _assembled(
    angle: Tensor, saturation: Tensor, lift: Tensor, tone: Tensor, shift: Tensor, generator: torch.Generator
) -> Tensor:
    """Grades of hue angles, saturations, deviations of the offset, of tone (1 is mild) and of the bumps' shifts."""
    count = len(angle)
    grey = torch.full((3, 3), 1 / 3)
    # Rotation about the grey axis (Rodrigues), then towards or away from grey.
    axis = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / 3**0.5
    cos, sin = angle.cos().view(-1, 1, 1), angle.sin().view(-1, 1, 1)
    turned = grey + saturation.view(-1, 1, 1) * (cos * (torch.eye(3) - grey) + sin * axis)
    offset = torch.randn(count, 3, generator=generator) * lift[:, None]
    tint, exposure = (torch.randn(count, channels, generator=generator) for channels in (3, 1))
    gamma = torch.exp((0.1 * tint + 0.15 * exposure) * tone[:, None]).clamp(0.4, 2.5)
    cast = torch.cat([turned, offset.unsqueeze(-1), gamma.unsqueeze(-1)], -1).flatten(1)
    centres = torch.rand(count, _BUMPS, 3, generator=generator)
    # Most of a photo is near grey, and so are the bumps.
    centres = torch.lerp(centres, centres.mean(-1, keepdim=True), 0.5)
    shifts = torch.randn(count, _BUMPS, 3, generator=generator) * shift.view(-1, 1, 1)
    sharpness = 1 / (2 * (0.15 + 0.25 * torch.rand(count, _BUMPS, 1, generator=generator)).square())
    return torch.cat([cast, torch.cat([centres, shifts, sharpness], -1).flatten(1)], 1)
