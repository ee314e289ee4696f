"""The change of a small crop as a function of colour at each place and in each area, so that it applies at any size.

Around each place what the generator adds to a colour is an affine function of the colour: a guided filter (He, Sun and
Tang 2013), used like its fast form (He and Sun 2015), for what is added instead of a mask, as Chen et al. (2016,
Bilateral guided upsampling) do. A photo reads its change back with its own colours, so that edges stay where the photo
has them, at any resolution.

Each area (skin, hair, ...) is fitted by itself, by its inner pixels most, and its fit is continued beyond it. So what
happens to hair is known right up to its edge, and is not mixed there with what happens to the background; where the
edge is, the photo says at its own size (`faces.matting`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.faces.covariance import PAIRS, inverse
from influencer_style.looks.areas import AREAS
from influencer_style.networks.transfer import Change

BACKGROUND = AREAS.index("background")
_BORDER = 8  # the border is an eighth of the crop wide
_CALM = 0.03  # deviation of colour, of full scale, below which the border's change hardly follows colour
_WIDER = 0.02  # weight of a window twice as wide against the next smaller one
# Weights against an area's inside: of pixels beside its edge, of the edge itself, and of what does not belong to it.
_NEAR, _EDGE, _TRACE = 0.1, 0.01, 1e-6


@dataclass(frozen=True)
class GuidedChange:
    """What is added to a colour at each place.

    Attributes:
        transforms: (k, 4, 3, h, w): for each area (of `AREAS`, or one for all), each place of the crop and each channel
            the weights of red, green, blue and 1, colours being sRGB in [0, 1].
        beyond: (4, 3): the weights far from the crop, where the network saw nothing: fitted to the crop's border. If
            the border simply continued, it would draw streaks.
        regions: (6, h, w) the soft areas that the generator saw; None if there is one for all.
    """

    transforms: Tensor
    beyond: Tensor
    regions: Tensor | None = None

    @classmethod
    def of(cls, change: Change, guide: Tensor, radius: int = 1, softness: float = 1e-3) -> GuidedChange:
        """Fit the change of one picture, area by area where its areas are known.

        Args:
            change: The change of one picture, at h x w.
            guide: (1, 3, h, w), the picture that the change was made for, sRGB in [0, 1].
            radius: The radius of the windows that are fitted, in pixels of the guide.
            softness: The variance of colour, full scale being 1, below which a window counts as flat. In flat windows
                the generator's own colour transforms say what happens to other colours.
        """
        regions = None if change.regions is None else change.regions[0]
        weights = torch.ones_like(guide[0, :1]) if regions is None else _inner(regions)
        moments = _moments(change, guide)
        local = _widening((weights[:, None] * moments).flatten(0, 1), radius).unflatten(0, (len(weights), -1))
        transforms = _fitted(local.transpose(0, 1), softness)
        border = torch.ones_like(guide[0, 0])
        inner = [slice(side // _BORDER, side - side // _BORDER) for side in border.shape]
        border[inner[0], inner[1]] = 0
        if regions is not None:  # what lies around people lies beyond the crop, rather than their hair
            border *= regions[BACKGROUND] + regions[-1] + _EDGE
        return cls(
            _mean(transforms.flatten(0, 2), radius).view_as(transforms).permute(2, 0, 1, 3, 4),
            _fitted((border * moments).sum((1, 2)), _CALM**2),
            regions,
        )

    @classmethod
    def of_colour(cls, change: Change, guide: Tensor) -> GuidedChange:
        """Fit the change of one picture by colour alone, the same everywhere.

        For a picture without a face, whose places mislead the network. Arguments as in `of`.
        """
        everywhere = _fitted(_moments(change, guide).sum((1, 2)), _CALM**2)
        return cls(everywhere[None, :, :, None, None], everywhere)

    def weighted(self, weights: Tensor) -> GuidedChange:
        """Return the change scaled by a weight for each area, (6,), 0 (none of it there) to 1.

        Raises:
            ValueError: If the areas are unknown.
        """
        if self.regions is None:
            raise ValueError("the areas of this change are unknown")
        scaled = self.transforms * weights.view(-1, 1, 1, 1, 1)
        return replace(self, transforms=scaled, beyond=self.beyond * weights[BACKGROUND])

    @property
    def around(self) -> Tensor:
        """The transforms of the background, (4, 3, h, w), or those of everything."""
        return self.transforms[0 if len(self.transforms) == 1 else BACKGROUND]


def read(values: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return values (..., h, w) over a crop at places of it, (..., n, m).

    Args:
        values: The values.
        x: (n, m) the places from left to right, 0 to 1 from edge to edge; outside the crop its edge counts.
        y: (n, m) the places from top to bottom.
    """
    where = torch.stack([x, y], -1)[None] * 2 - 1
    found = F.grid_sample(values.flatten(0, -3)[None], where, padding_mode="border", align_corners=False)
    return found[0].unflatten(0, values.shape[:-2])


def added(transforms: Tensor, colours: Tensor) -> Tensor:
    """Return what transforms (4, 3, ...) add to colours (3, ...); the transforms are overwritten to save memory."""
    red, green, blue, one = transforms
    return one.addcmul_(red, colours[0]).addcmul_(green, colours[1]).addcmul_(blue, colours[2])


def _inner(regions: Tensor) -> Tensor:
    """Return weights (k, h, w) of areas' pixels: at their edges the network's change is a mixture of two."""
    inside = -F.max_pool2d(F.pad(-regions, (1, 1, 1, 1), value=-1.0), 3, 1)
    deep = -F.max_pool2d(F.pad(-inside, (1, 1, 1, 1), value=-1.0), 3, 1)
    return deep**2 + _NEAR * inside**2 + _EDGE * regions**4 + _TRACE


def _moments(change: Change, guide: Tensor) -> Tensor:
    """Return (1 + 3 + 6 + 3 + 9 + 9, h, w) of a picture.

    One, the colour, products of two channels, what is added, its products with the colour (channel by colour), and the
    slopes of the generator's own colour transform.
    """
    colour = guide[0]
    new = (change.apply(guide) - guide)[0]
    pairs = torch.stack([colour[i] * colour[j] for i, j in PAIRS])
    slopes = change.affine[0].unflatten(0, (3, 4))[:, :3]
    along = new[:, None] * colour
    return torch.cat([torch.ones_like(colour[:1]), colour, pairs, new, along.flatten(0, 1), slopes.flatten(0, 1)])


def _fitted(moments: Tensor, softness: float) -> Tensor:
    """Fit affine functions of the colour, (4, 3, ...), by moments (31, ...), summed over windows."""
    colour, pairs, new, along, slopes = (moments[1:] / moments[:1]).split([3, 6, 3, 9, 9])
    covariance = [pairs[n] - colour[i] * colour[j] + (softness if i == j else 0) for n, (i, j) in enumerate(PAIRS)]
    shared = along.unflatten(0, (3, 3)) - new[:, None] * colour + softness * slopes.unflatten(0, (3, 3))
    inverses = torch.stack(inverse(covariance)).unflatten(0, (3, 3))
    fitted = (inverses[:, None] * shared).sum(2)  # colour, channel
    return torch.cat([fitted, (new - (fitted * colour[:, None]).sum(0))[None]])


def _mean(planes: Tensor, radius: int) -> Tensor:
    """Average planes (n, h, w) over windows."""
    for dim in (1, 2):
        ends = planes.narrow(dim, 0, 1), planes.narrow(dim, planes.shape[dim] - 1, 1)
        padded = torch.cat([ends[0]] * radius + [planes] + [ends[1]] * radius, dim)
        size = planes.shape[dim]
        planes = padded.narrow(dim, 0, size).clone()
        for first in range(1, 2 * radius + 1):
            planes += padded.narrow(dim, first, size)
        planes /= 2 * radius + 1
    return planes


def _widening(planes: Tensor, radius: int) -> Tensor:
    """Average planes (n, h, w) over windows, and with ever less weight over ever wider ones, up to the whole."""
    near = _mean(planes, radius)
    if max(planes.shape[1:]) == 1:
        return near
    half = F.avg_pool2d(planes[None], 2, ceil_mode=True, count_include_pad=False)[0]
    wide = F.interpolate(_widening(half, radius)[None], planes.shape[-2:], mode="bilinear", align_corners=False)
    return near + _WIDER * wide[0]
