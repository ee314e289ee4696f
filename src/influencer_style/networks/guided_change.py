"""The change of a small crop as a function of colour at each place, so that it applies at any size.

Around each place the change that the generator found there is a linear function of the colour: a guided filter (He, Sun
and Tang 2013), used like its fast form (He and Sun 2015). A photo reads its change back with its own colours, so that
edges stay where the photo has them, at any resolution. A colour transform that is itself linear in the colour makes
what is added a polynomial of second degree: 10 numbers for each colour channel.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.networks.transfer import Change

# The products of colours that a polynomial weighs, in this order; then red, green, blue, and one.
_SQUARES = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
TERMS = len(_SQUARES) + 4
_BORDER = 8  # the border is an eighth of the crop wide
_CALM = 0.03  # deviation of colour, of full scale, below which the border's change hardly follows colour


@dataclass(frozen=True)
class GuidedChange:
    """What is added to a colour at each place.

    Attributes:
        polynomials: (10, 3, h, w): for each place of the crop and each channel the weights of rr, rg, rb, gg, gb, bb,
            r, g, b and 1, colours being sRGB in [0, 1].
        beyond: (10, 3): the weights far from the crop, where the network saw nothing: fitted to the crop's border. If
            the border simply continued, it would draw streaks.
    """

    polynomials: Tensor
    beyond: Tensor

    @classmethod
    def of(cls, change: Change, guide: Tensor, radius: int = 1, softness: float = 1e-3) -> GuidedChange:
        """Fit the change of one picture.

        Args:
            change: The change of one picture, at h x w.
            guide: (1, 3, h, w), the picture that the change was made for, sRGB in [0, 1].
            radius: The radius of the windows that are fitted, in pixels of the guide.
            softness: The variance of colour, full scale being 1, below which a window counts as flat.
        """
        values = torch.cat([change.affine, change.residual], dim=1)

        def mean(images: Tensor) -> Tensor:
            return F.avg_pool2d(F.pad(images, (radius,) * 4, mode="replicate"), 2 * radius + 1, 1)

        colour, value = mean(guide), mean(values)
        pairs = mean((guide[:, :, None] * guide[:, None]).flatten(1, 2)).unflatten(1, (3, 3))
        along = mean((values[:, :, None] * guide[:, None]).flatten(1, 2)).unflatten(1, (-1, 3))
        covariance = (pairs - colour[:, :, None] * colour[:, None]).permute(0, 3, 4, 1, 2) + softness * torch.eye(3)
        shared = (along - value[:, :, None] * colour[:, None]).permute(0, 3, 4, 2, 1)
        slopes = torch.linalg.solve(covariance, shared).permute(0, 4, 3, 1, 2)
        constants = value - (slopes * colour[:, None]).sum(2)
        border = torch.ones(guide.shape[-2:], dtype=torch.bool)
        inner = [slice(side // _BORDER, side - side // _BORDER) for side in border.shape]
        border[inner[0], inner[1]] = False
        beyond = _linear(guide[0, :, border], values[0, :, border])
        slopes = mean(slopes.flatten(1, 2)).unflatten(1, (-1, 3))
        return cls(_polynomials(slopes[0], mean(constants)[0]), _polynomials(beyond[:, :3], beyond[:, 3]))

    @classmethod
    def of_colour(cls, change: Change, guide: Tensor) -> GuidedChange:
        """Fit the change of one picture by colour alone, the same everywhere.

        For a picture without a face, whose places mislead the network. Arguments as in `of`.
        """
        values = torch.cat([change.affine, change.residual], dim=1)
        fitted = _linear(guide.flatten(2)[0], values.flatten(2)[0])
        everywhere = _polynomials(fitted[:, :3], fitted[:, 3])
        return cls(everywhere[:, :, None, None], everywhere)

    def at(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the polynomials at places of the crop, (10, 3, h, w).

        Args:
            x: (h, w) the places from left to right, 0 to 1 from edge to edge; outside the crop its edge counts.
            y: (h, w) the places from top to bottom.
        """
        where = torch.stack([x, y], -1)[None] * 2 - 1
        read = F.grid_sample(self.polynomials.flatten(0, 1)[None], where, padding_mode="border", align_corners=False)
        return read[0].unflatten(0, (TERMS, 3))


def added(polynomials: Tensor, colours: Tensor) -> Tensor:
    """Return what polynomials (10, 3, ...) add to colours (3, ...); the polynomials are overwritten to save memory."""
    red, green, blue = colours
    rr, rg, rb, gg, gb, bb, r, g, b, one = polynomials
    r.addcmul_(rr, red).addcmul_(rg, green).addcmul_(rb, blue)
    g.addcmul_(gg, green).addcmul_(gb, blue)
    b.addcmul_(bb, blue)
    return one.addcmul_(r, red).addcmul_(g, green).addcmul_(b, blue)


def _polynomials(slopes: Tensor, constants: Tensor) -> Tensor:
    """Turn linear functions of colour into what is added, (10, 3, ...).

    Args:
        slopes: (15, 3, ...) of the 12 numbers of the colour transform, row by row, and the 3 of the residual.
        constants: (15, ...).
    """
    rows = slopes[:12].unflatten(0, (3, 4))  # channel, of a column, by colour
    offsets = constants[:12].unflatten(0, (3, 4))
    squares = [rows[:, i, j] + rows[:, j, i] if i < j else rows[:, i, i] for i, j in _SQUARES]
    linear = offsets[:, :3] + rows[:, 3] + slopes[12:]
    return torch.stack([*squares, *linear.unbind(1), offsets[:, 3] + constants[12:]])


def _linear(colours: Tensor, values: Tensor) -> Tensor:
    """Fit values (v, n) of colours (3, n) by a linear function, (v, 4), calm where colours hardly differ."""
    mean, value = colours.mean(1, keepdim=True), values.mean(1, keepdim=True)
    apart = colours - mean
    covariance = apart @ apart.T / colours.shape[1] + _CALM**2 * torch.eye(3)
    slopes = torch.linalg.solve(covariance, apart @ (values - value).T / colours.shape[1]).T
    return torch.cat([slopes, value - slopes @ mean], 1)
