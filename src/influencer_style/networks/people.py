"""What happens to one person's areas (skin, hair, ...) at the photo's own size, each area up to its own edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from influencer_style.faces.align import CropTransform, crop_coordinates
from influencer_style.faces.matting import SoftAreas, refine
from influencer_style.networks.guided_change import BACKGROUND, GuidedChange, added, read
from influencer_style.networks.tiles import Grid

FADE = (0.47, 0.25)  # from this distance off a crop's centre, over this distance; its edge lies at 0.5
_NEAREST = 0.1  # of a crop's side: two faces nearer than this have equal shares
_OWN = 3  # how much more sharply people's areas are divided between faces than the background
_FAINT = 2e-3  # a share of an area that does not show
_NUMBERS = 12  # of a transform


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
        transforms: The areas' transforms, 12 numbers each, in the order of `AREAS`.
        matte: The areas as linear functions of the colour, 4 numbers each.
        possible: (k, h, w) where they can be, on the matte's grid.
        own: The person's share against others and against what lies far away.
        names: (k,) the areas' numbers in `AREAS`.
    """

    transforms: Grid
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
        fields = strength * read(one.change.transforms, across, down)
        x, y = matte.box.divided(*matte.planes.shape[:1:-1])
        own = _own(number, placed, areas.transform, x, y)
        return cls(
            Grid(fields.flatten(0, 2), matte.box),
            Grid(torch.from_numpy(matte.planes).flatten(0, 1), matte.box),
            matte.possible,
            Grid(own[None], matte.box),
            areas.names,
        )

    def change(self, rows: slice, columns: slice, colours: Tensor) -> tuple[Tensor, Tensor | float] | None:
        """Return what is added to a tile in this person's areas, and the areas' share of each pixel.

        Args:
            rows: The tile's rows.
            columns: The tile's columns.
            colours: (3, n, m) the tile, sRGB in [0, 1].

        Returns:
            (3, n, m), and (n, m) or 1; None where the tile shows none of the areas. The background is not among them.
        """
        box = self.own.box
        if rows.stop <= box.top or rows.start >= box.bottom or columns.stop <= box.left or columns.start >= box.right:
            return None
        cells = self.matte.cells(rows, columns)
        shown = np.flatnonzero(self.possible[(slice(None), *cells)].any((1, 2)))
        names = sorted({self.names[plane] for plane in shown})
        if names in ([], [BACKGROUND]):
            return None
        own: Tensor | float = 1.0
        part = self.own.values[0, cells[0], cells[1]]
        if float(part.min()) < 1:
            own = self.own.at(rows, columns)[0]
        if len(names) == 1:
            (new,) = self._added(rows, columns, colours, names)
            return new.mul_(own), own
        planes = self.matte.at(rows, columns, _numbers(shown, 4))
        red, green, blue, one = planes.unflatten(0, (-1, 4)).unbind(1)
        shares = one.addcmul(red, colours[0]).addcmul_(green, colours[1]).addcmul_(blue, colours[2]).clamp_(0, 1)
        shares *= own / shares.sum(0).clamp_min_(_FAINT)
        most = dict(zip(shown, shares.amax((1, 2)).tolist(), strict=True))
        kept = [i for i, plane in enumerate(shown) if self.names[plane] != BACKGROUND and most[plane] > _FAINT]
        if not kept:
            return None
        shares = shares[kept]
        new = self._added(rows, columns, colours, [self.names[shown[i]] for i in kept]).mul_(shares[:, None])
        return new.sum(0), shares.sum(0)

    def _added(self, rows: slice, columns: slice, colours: Tensor, names: list[int]) -> Tensor:
        """Return what is added to a tile in each of some areas, (a, 3, n, m)."""
        found = self.transforms.at(rows, columns, _numbers(np.array(names), _NUMBERS))
        return added(found.unflatten(0, (-1, 4, 3)).transpose(0, 1), colours[:, None])


def _numbers(groups: np.ndarray, size: int) -> Tensor:
    """Return the numbers of planes of groups of planes."""
    return torch.from_numpy((size * groups[:, None] + np.arange(size)).ravel())


def _own(number: int, placed: Sequence[PlacedChange], around: CropTransform, x: np.ndarray, y: np.ndarray) -> Tensor:
    """Return one person's share of places, (h, w): 1 around their face, 0 at other faces and far away."""
    inside = faded(around, x, y, placed[number].transform.side / around.side)
    shares = torch.stack([near(one.transform, x, y) ** _OWN for one in placed])
    return inside * shares[number] / shares.sum(0)


def faded(transform: CropTransform, x: np.ndarray, y: np.ndarray, slow: float = 1.0) -> Tensor:
    """Return how far places (h, w) belong to a crop: 1 in it, 0 far from it; `slow` scales the way between."""
    across, down = (torch.from_numpy(a) for a in crop_coordinates(transform, x, y))
    off = torch.maximum((across - 0.5).abs(), (down - 0.5).abs())
    fade = ((off - FADE[0]) / (FADE[1] * slow)).clamp(0, 1)
    return 1 - fade * fade * (3 - 2 * fade)


def near(transform: CropTransform, x: np.ndarray, y: np.ndarray) -> Tensor:
    """Return a face's weight at places (h, w); between faces the nearer one counts more (Shepard 1968)."""
    across, down = (torch.from_numpy(a) for a in crop_coordinates(transform, x, y))
    return 1 / ((across - 0.5) ** 2 + (down - 0.5) ** 2 + _NEAREST**2)
