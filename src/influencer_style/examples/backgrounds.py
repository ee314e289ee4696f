"""Busy backgrounds: studio backdrops are calm, but people stand in front of bookshelves, streets and leaves."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_COARSEST = 2  # cells along a side; each further octave has twice as many
_MOST = 0.45  # deviation of light in the busiest background


def with_busy_backgrounds(images: Tensor, background: Tensor, generator: torch.Generator) -> Tensor:
    """Return images (n, 3, h, w) in [0, 1] with clutter behind the people of about half of them.

    Clutter is 1/f noise, blurred or sharp, of little colour, as in natural images (Field 1987).

    Args:
        images: Square pictures, sRGB in [0, 1].
        background: (n, 1, h, w) soft masks of the area behind the people.
        generator: Source of all choices.
    """
    count, size = len(images), images.shape[-1]
    busy = torch.rand(count, 1, 1, 1, generator=generator)
    contrast = _MOST * (2 * busy - 1).clamp_min(0)
    fall = 0.4 + 0.8 * torch.rand(count, 1, 1, 1, generator=generator)  # of the amplitude from octave to octave
    clutter, power, cells, octave = torch.zeros_like(images), torch.zeros_like(fall), _COARSEST, 0
    while cells <= size:
        light, colour = (torch.randn(count, c, cells, cells, generator=generator) for c in (1, 3))
        amplitude = torch.exp(-fall * octave)
        clutter = clutter + amplitude * F.interpolate(light + 0.25 * colour, (size, size), mode="bilinear")
        power, cells, octave = power + amplitude.square(), 2 * cells, octave + 1
    return (images + background * contrast * clutter / power.sqrt()).clamp(0, 1)
