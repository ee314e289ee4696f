"""The change of a small crop as a function of colour at each place and in each area, so that it applies at any size.

Around each place the change that the generator found there is a linear function of the colour: a guided filter (He, Sun
and Tang 2013), used like its fast form (He and Sun 2015). A photo reads its change back with its own colours, so that
edges stay where the photo has them, at any resolution. A colour transform that is itself linear in the colour makes
what is added a polynomial of second degree: 10 numbers for each colour channel.

Each area (skin, hair, ...) is fitted by itself, by its inner pixels most, and its fit is continued beyond it. So what
happens to hair is known right up to its edge, and is not mixed there with what happens to the background; where the
edge is, the photo says at its own size (`faces.matting`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.looks.areas import AREAS
from influencer_style.networks.transfer import Change

# The products of colours that a polynomial weighs, in this order; then red, green, blue, and one.
_SQUARES = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
TERMS = len(_SQUARES) + 4
BACKGROUND = AREAS.index("background")
_BORDER = 8  # the border is an eighth of the crop wide
_CALM = 0.03  # deviation of colour, of full scale, below which the border's change hardly follows colour
_WIDER = 0.02  # weight of a window twice as wide against the next smaller one
_EDGE, _TRACE = 0.02, 1e-6  # weight of an area's edge against its inside, and of what does not belong to it


@dataclass(frozen=True)
class GuidedChange:
    """What is added to a colour at each place.

    Attributes:
        polynomials: (k, 10, 3, h, w): for each area (of `AREAS`, or one for all), each place of the crop and each
            channel the weights of rr, rg, rb, gg, gb, bb, r, g, b and 1, colours being sRGB in [0, 1].
        beyond: (10, 3): the weights far from the crop, where the network saw nothing: fitted to the crop's border. If
            the border simply continued, it would draw streaks.
        regions: (6, h, w) the soft areas that the generator saw; None if there is one for all.
    """

    polynomials: Tensor
    beyond: Tensor
    regions: Tensor | None = None

    @classmethod
    def of(cls, change: Change, guide: Tensor, radius: int = 1, softness: float = 1e-3) -> GuidedChange:
        """Fit the change of one picture, area by area where its areas are known.

        Args:
            change: The change of one picture, at h x w.
            guide: (1, 3, h, w), the picture that the change was made for, sRGB in [0, 1].
            radius: The radius of the windows that are fitted, in pixels of the guide.
            softness: The variance of colour, full scale being 1, below which a window counts as flat.
        """
        values = torch.cat([change.affine, change.residual], dim=1)[0]
        regions = None if change.regions is None else change.regions[0]
        weights = torch.ones_like(values[:1]) if regions is None else _inner(regions)
        slopes, constants = _fitted(weights, guide[0], values, radius, softness)
        border = torch.ones(guide.shape[-2:])
        inner = [slice(side // _BORDER, side - side // _BORDER) for side in border.shape]
        border[inner[0], inner[1]] = 0
        if regions is not None:  # what lies around people lies beyond the crop, rather than their hair
            border = border * (regions[BACKGROUND] + regions[-1] + _EDGE)
        beyond = _linear(guide[0].flatten(1), values.flatten(1), border.flatten())
        return cls(
            _polynomials(slopes, constants).permute(2, 0, 1, 3, 4),
            _polynomials(beyond[:, :3], beyond[:, 3]),
            regions,
        )

    @classmethod
    def of_colour(cls, change: Change, guide: Tensor) -> GuidedChange:
        """Fit the change of one picture by colour alone, the same everywhere.

        For a picture without a face, whose places mislead the network. Arguments as in `of`.
        """
        values = torch.cat([change.affine, change.residual], dim=1)
        fitted = _linear(guide.flatten(2)[0], values.flatten(2)[0], torch.ones(guide[0, 0].numel()))
        everywhere = _polynomials(fitted[:, :3], fitted[:, 3])
        return cls(everywhere[None, :, :, None, None], everywhere)

    def weighted(self, weights: Tensor) -> GuidedChange:
        """Return the change scaled by a weight for each area, (6,), 0 (none of it there) to 1.

        Raises:
            ValueError: If the areas are unknown.
        """
        if self.regions is None:
            raise ValueError("the areas of this change are unknown")
        return replace(
            self,
            polynomials=self.polynomials * weights.view(-1, 1, 1, 1, 1),
            beyond=self.beyond * weights[BACKGROUND],
        )

    @property
    def around(self) -> Tensor:
        """The polynomials of the background, (10, 3, h, w), or those of everything."""
        return self.polynomials[0 if len(self.polynomials) == 1 else BACKGROUND]


def read(polynomials: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return polynomials at places of the crop.

    Args:
        polynomials: (..., h, w) over the crop.
        x: (n, m) the places from left to right, 0 to 1 from edge to edge; outside the crop its edge counts.
        y: (n, m) the places from top to bottom.

    Returns:
        (..., n, m).
    """
    where = torch.stack([x, y], -1)[None] * 2 - 1
    flat = polynomials.flatten(0, -3)[None]
    found = F.grid_sample(flat, where, padding_mode="border", align_corners=False)
    return found[0].unflatten(0, polynomials.shape[:-2])


def added(polynomials: Tensor, colours: Tensor) -> Tensor:
    """Return what polynomials (10, 3, ...) add to colours (3, ...); the polynomials are overwritten to save memory."""
    red, green, blue = colours
    rr, rg, rb, gg, gb, bb, r, g, b, one = polynomials
    r.addcmul_(rr, red).addcmul_(rg, green).addcmul_(rb, blue)
    g.addcmul_(gg, green).addcmul_(gb, blue)
    b.addcmul_(bb, blue)
    return one.addcmul_(r, red).addcmul_(g, green).addcmul_(b, blue)


def _inner(regions: Tensor) -> Tensor:
    """Return weights (k, h, w) of areas' pixels: at their edges the network's change is a mixture of two."""
    inside = -F.max_pool2d(F.pad(-regions, (1, 1, 1, 1), value=-1.0), 3, 1)
    return inside**2 + _EDGE * regions**4 + _TRACE


def _fitted(weights: Tensor, guide: Tensor, values: Tensor, radius: int, softness: float) -> tuple[Tensor, Tensor]:
    """Fit values by linear functions of the colour around each place, for each area.

    Args:
        weights: (k, h, w) of the pixels for each area; where an area hardly shows, wider windows count.
        guide: (3, h, w) the colours.
        values: (v, h, w) the values.
        radius: The radius of the smallest windows.
        softness: As in `GuidedChange.of`.

    Returns:
        Slopes (v, 3, k, h, w) and constants (v, k, h, w).
    """
    pairs = torch.stack([guide[i] * guide[j] for i, j in _SQUARES])
    along = (values[:, None] * guide).flatten(0, 1)
    moments = torch.cat([torch.ones_like(guide[:1]), guide, pairs, values, along])
    moments = _widening((weights[:, None] * moments).flatten(0, 1), radius).unflatten(0, (len(weights), -1))
    total, means = moments[:, :1].transpose(0, 1), moments[:, 1:].transpose(0, 1)
    colour, pairs, value, along = (means / total).split([3, len(_SQUARES), len(values), 3 * len(values)])
    rr, rg, rb, gg, gb, bb = (
        pairs[n] - colour[i] * colour[j] + (softness if i == j else 0) for n, (i, j) in enumerate(_SQUARES)
    )
    shared = along.unflatten(0, (-1, 3)) - value[:, None] * colour
    a, b, c = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    d, e, f = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    inverse = torch.stack([a, b, c, b, d, e, c, e, f]).unflatten(0, (3, 3)) / (rr * a + rg * b + rb * c)
    slopes = (inverse[None] * shared[:, None]).sum(2)
    constants = value - (slopes * colour).sum(1)
    return _mean(slopes.flatten(0, 2), radius).view_as(slopes), _mean(constants.flatten(0, 1), radius).view_as(value)


def _mean(planes: Tensor, radius: int) -> Tensor:
    """Average planes (n, h, w) over windows."""
    padded = F.pad(planes[None], (radius,) * 4, mode="replicate")
    return F.avg_pool2d(padded, 2 * radius + 1, 1)[0]


def _widening(planes: Tensor, radius: int) -> Tensor:
    """Average planes (n, h, w) over windows, and with ever less weight over ever wider ones, up to the whole."""
    wide = F.avg_pool2d(planes[None], 2, ceil_mode=True, count_include_pad=False)[0] if planes.shape[-1] > 1 else None
    near = _mean(planes, radius)
    if wide is None:
        return near
    wide = _widening(wide, min(radius, 1))
    return near + _WIDER * F.interpolate(wide[None], planes.shape[-2:], mode="bilinear", align_corners=False)[0]


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


def _linear(colours: Tensor, values: Tensor, weights: Tensor) -> Tensor:
    """Fit values (v, n) of colours (3, n) by a linear function, (v, 4), calm where colours hardly differ."""
    share = weights / weights.sum()
    mean, value = colours @ share, values @ share
    apart = colours - mean[:, None]
    covariance = (apart * share) @ apart.T + _CALM**2 * torch.eye(3)
    slopes = torch.linalg.solve(covariance, (apart * share) @ (values - value[:, None]).T).T
    return torch.cat([slopes, (value - slopes @ mean)[:, None]], 1)
