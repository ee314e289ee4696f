"""What happens to one person's areas (skin, hair, ...) at the photo's own size, each area up to its own edge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from influencer_style.faces.align import CropTransform, crop_coordinates
from influencer_style.faces.matting import SoftAreas, refine
from influencer_style.networks.guided_change import BACKGROUND, GuidedChange, added, read
from influencer_style.networks.tiles import Grid, Weights

_EDGE = 0.5  # a crop's edge lies this far off its centre, in its sides
_FADE = 0.25  # over this distance, in sides of a face's crop, its change fades away
_NEAREST = 0.1  # of a crop's side: two faces nearer than this have equal shares
_OWN = 3  # how much more sharply people's areas are divided between faces than the background
FAINT = 2e-3  # a share of an area that does not show
LEVELS = 255.0


@dataclass(frozen=True)
class PlacedChange:
    """The change around one face.

    Attributes:
        change: The change of the face's crop.
        transform: The place of the crop in the photo.
        areas: The areas around the face, if better ones are known than those that the generator saw.
    """

    change: GuidedChange
    transform: CropTransform
    areas: SoftAreas | None = None


@dataclass(frozen=True)
class Person:
    """What happens to one person's areas, on grids over the part of the photo around them.

    Attributes:
        transforms: Each area's transforms, 12 numbers, of levels in [0, 255], in the order of `AREAS`.
        matte: The areas as linear functions of the levels, 4 numbers each.
        possible: (k, h, w) where they can be, on the matte's grid.
        own: The person's share against others and against what lies far away.
        names: (k,) the areas' numbers in `AREAS`.
    """

    transforms: Sequence[Grid]
    matte: Grid
    possible: np.ndarray
    own: Grid
    names: tuple[int, ...]

    @classmethod
    def of(cls, number: int, placed: Sequence[PlacedChange], photo: np.ndarray, strength: float) -> Person | None:
        """Return one of the people whose faces were found; None if the areas of the change are unknown.

        Args:
            number: The person's place in `placed`.
            placed: The change of each face.
            photo: The photo, uint8 RGB (h, w, 3).
            strength: 0 to 1.
        """
        one = placed[number]
        if one.change.regions is None:
            return None
        areas = one.areas or SoftAreas(one.change.regions.numpy(), one.transform)
        matte = refine(areas, photo)
        x, y = matte.box.centres(one.transform.side / one.change.transforms.shape[-1])
        across, down = (torch.from_numpy(a) for a in crop_coordinates(one.transform, x, y))
        fields = for_levels(strength * read(one.change.transforms, across, down))
        x, y = matte.box.divided(*matte.planes.shape[:1:-1])
        weights: Weights = {}
        planes = torch.from_numpy(matte.planes) / torch.tensor([LEVELS, LEVELS, LEVELS, 1.0]).view(4, 1, 1)
        own = _own(number, placed, areas.transform, x, y)
        return cls(
            [Grid(each.flatten(0, 1), matte.box, weights) for each in fields],
            Grid(planes.flatten(0, 1), matte.box),
            matte.possible,
            Grid(own[None], matte.box),
            areas.names,
        )

    def changes(self, rows: slice, columns: slice, levels: Tensor) -> Iterator[tuple[Tensor | float, Tensor]]:
        """Yield each area's share of a tile's pixels, (n, m) or a number, and what is added there, (3, n, m).

        The background is not among them: it has what the shares leave.

        Args:
            rows: The tile's rows.
            columns: The tile's columns.
            levels: (3, n, m) the tile's colours, sRGB in [0, 255].
        """
        box = self.own.box
        if rows.stop <= box.top or rows.start >= box.bottom or columns.stop <= box.left or columns.start >= box.right:
            return
        cells = self.matte.cells(rows, columns)
        shown = np.flatnonzero(self.possible[(slice(None), *cells)].any((1, 2))).tolist()
        names = {self.names[plane] for plane in shown}
        if not names - {BACKGROUND}:
            return
        own: Tensor | float = 1.0
        if float(self.own.values[0, cells[0], cells[1]].min()) < 1:
            own = self.own.at(rows, columns)[0]
        if len(names) == 1:
            yield own, self._added(names.pop(), rows, columns, levels)
            return
        # One area has what the others leave: the background, else the first, which is the skin.
        rest = BACKGROUND if BACKGROUND in names else min(names)
        shown = [plane for plane in shown if self.names[plane] != rest]
        shares = self._shares(shown, rows, columns, levels)
        by_name: dict[int, Tensor] = {}
        for plane, share in zip(shown, shares, strict=True):
            name = self.names[plane]
            by_name[name] = by_name[name] + share if name in by_name else share
        if rest != BACKGROUND:
            by_name[rest] = 1 - shares.sum(0)
        for name, share in by_name.items():
            if float(share.max()) > FAINT:
                yield share * own if isinstance(own, Tensor) else share, self._added(name, rows, columns, levels)

    def _shares(self, planes: list[int], rows: slice, columns: slice, levels: Tensor) -> Tensor:
        """Return the shares (p, n, m) of some of the areas in a tile; they leave the rest of 1 to another one."""
        numbers = torch.tensor([4 * plane + number for plane in planes for number in range(4)])
        red, green, blue, one = self.matte.at(rows, columns, numbers).unflatten(0, (-1, 4)).unbind(1)
        shares = one.addcmul(red, levels[0]).addcmul_(green, levels[1]).addcmul_(blue, levels[2]).clamp_(0, 1)
        return shares if len(planes) == 1 else shares.div_(shares.sum(0).clamp_min_(1))

    def _added(self, name: int, rows: slice, columns: slice, levels: Tensor) -> Tensor:
        """Return what is added to a tile in one area, (3, n, m)."""
        return added(self.transforms[name].at(rows, columns).unflatten(0, (4, 3)), levels)


def for_levels(transforms: Tensor) -> Tensor:
    """Return transforms (..., 4, 3, h, w) of colours in [0, 1] for colours in [0, 255]."""
    return transforms * torch.tensor([1.0, 1.0, 1.0, LEVELS]).view(4, 1, 1, 1)


def _own(number: int, placed: Sequence[PlacedChange], around: CropTransform, x: np.ndarray, y: np.ndarray) -> Tensor:
    """Return one person's share of places, (h, w): 1 around their face, 0 at other faces and far away."""
    inside = faded(around, x, y, _EDGE, _FADE * placed[number].transform.side / around.side)
    shares = torch.stack([near(one.transform, x, y) ** _OWN for one in placed])
    return inside * shares[number] / shares.sum(0)


def faded(transform: CropTransform, x: np.ndarray, y: np.ndarray, first: float, over: float = _FADE) -> Tensor:
    """Return how far places (h, w) belong to a crop, 1 in it and 0 far from it.

    Args:
        transform: The crop's transform.
        x: (w,) the places from left to right, in photo pixels.
        y: (h,) the places from top to bottom.
        first: From this distance off the crop's centre, in its sides, they belong to it less and less.
        over: The distance over which this goes on.
    """
    across, down = (torch.from_numpy(a) for a in crop_coordinates(transform, x, y))
    off = torch.maximum((across - 0.5).abs(), (down - 0.5).abs())
    fade = ((off - first) / over).clamp(0, 1)
    return 1 - fade * fade * (3 - 2 * fade)


def near(transform: CropTransform, x: np.ndarray, y: np.ndarray) -> Tensor:
    """Return a face's weight at places (h, w); between faces the nearer one counts more (Shepard 1968)."""
    across, down = (torch.from_numpy(a) for a in crop_coordinates(transform, x, y))
    return 1 / ((across - 0.5) ** 2 + (down - 0.5) ** 2 + _NEAREST**2)
