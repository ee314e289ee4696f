"""From the network's small picture to the photo's own size: the change of each face crop, laid over the whole photo.

What happens to a person's areas (skin, hair, ...) is a smooth field each, and the photo's own edges say where each area
ends (`faces.matting`). What happens to the background is one smooth field over the whole photo. Both are read tile by
tile at the photo's size, with the photo's own colours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.faces.align import CropTransform, crop_coordinates
from influencer_style.faces.matting import Box, SoftAreas, refine
from influencer_style.looks.areas import AREAS
from influencer_style.looks.pixels import to_tensor, to_uint8
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.guided_change import BACKGROUND, GuidedChange, added, read
from influencer_style.networks.tiles import Grid, tiles

_FADE = (0.47, 0.25)  # from this distance off a crop's centre, over this distance; its edge lies at 0.5
_FINER = 2  # cells of the background's field in a cell of the crop's change, each way
_MOST_CELLS = 2**19  # of the background's field: 63 MB
_NEAREST = 0.1  # of a crop's side: two faces nearer than this have equal shares
_OWN = 3  # how much more sharply people's areas are divided between faces than the background
_FAINT = 1e-3  # a share of an area that does not show


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


def change_of_crop(
    bundle: TransferBundle,
    crop: np.ndarray,
    code: Tensor,
    noise: Tensor | None = None,
    weights: Tensor | None = None,
    regions: np.ndarray | None = None,
) -> GuidedChange:
    """Return the change that the network makes to a face crop, uint8 (s, s, 3) of any size.

    Args:
        bundle: The model.
        crop: The face crop.
        code: (d,) style code.
        noise: (k,) z; None is z = 0.
        weights: (6,) the weight of the change in each area (`looks.areas.AREAS`), 0 to 1; None is 1 everywhere.
        regions: (6, r, r) the areas over the crop, r the generator's resolution; None for what it finds itself.
    """
    small = _small(bundle, crop)
    seen = None if regions is None else torch.from_numpy(regions)[None]
    with torch.no_grad():
        change = bundle.generator.change(small, code[None], None if noise is None else noise[None], seen)
    guided = GuidedChange.of(change, small)
    return guided if weights is None else guided.weighted(weights)


def change_by_colour(
    bundle: TransferBundle,
    photo: np.ndarray,
    code: Tensor,
    noise: Tensor | None = None,
    weights: Tensor | None = None,
) -> GuidedChange:
    """Return the change to a photo without a face: it depends on colours only, not on places.

    Arguments as in `change_of_crop`; `photo` is uint8 (s, s, 3) of any size.
    """
    small = _small(bundle, photo)
    with torch.no_grad():
        change = bundle.generator.change(small, code[None], None if noise is None else noise[None])
    return GuidedChange.of_colour(change if weights is None else change.weighted(weights), small)


def _small(bundle: TransferBundle, crop: np.ndarray) -> Tensor:
    side = bundle.generator.config.resolution
    return F.interpolate(to_tensor(crop[None]), (side, side), mode="bilinear", antialias=True, align_corners=False)


def apply_to_photo(placed: Sequence[PlacedChange], photo: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """Restyle a photo, uint8 (h, w, 3), at its own size, tile by tile: memory stays flat.

    Near a face its own change applies, between faces that of the nearer one more. Far from all faces the change depends
    on colour alone: the mean of the changes at their borders, larger faces counting more.

    Args:
        placed: The change of each face, at least one.
        photo: The photo.
        strength: 0 (the photo, exactly) to 1.
    """
    height, width = photo.shape[:2]
    field = Grid(strength * _field(placed, height, width), Box(0, 0, width, height))
    people = [_Person.of(number, placed, photo, strength) for number in range(len(placed)) if _has_areas(placed[number])]
    result = np.empty_like(photo)
    for rows, columns in tiles(height, width):
        colours = to_tensor(photo[rows, columns][None])[0]
        restyled = colours.clone()
        rest: Tensor | float = 1.0
        for person in people:
            for share, polynomials in person.areas(rows, columns, colours):
                restyled += share * added(polynomials, colours)
                rest = rest - share
        if isinstance(rest, Tensor) or rest > _FAINT:
            restyled += rest * added(field.at(rows, columns), colours)
        result[rows, columns] = to_uint8(restyled[None])[0]
    return result


def restyle_crops(bundle: TransferBundle, crops: np.ndarray, look: str, strength: float = 1.0) -> np.ndarray:
    """Restyle face crops, uint8 (n, s, s, 3), at their own size, with z = 0.

    Raises:
        UnknownLook: If the model has no such look.
    """
    code = bundle.looks.code(look)
    side = crops.shape[1]
    whole = CropTransform(side / 2, side / 2, side)
    placed = (PlacedChange(change_of_crop(bundle, crop, code), whole) for crop in crops)
    return np.stack([apply_to_photo([change], crop, strength) for change, crop in zip(placed, crops, strict=True)])


def _has_areas(one: PlacedChange) -> bool:
    return one.change.regions is not None


@dataclass(frozen=True)
class _Person:
    """What happens to one person's areas, on grids over the part of the photo around them.

    Attributes:
        polynomials: By number of an area, without the background: (10, 3, h, w).
        matte: (k, 4, h, w) the areas as linear functions of the colour.
        possible: (k, h, w) where they can be.
        own: (h, w) the person's share against others and against what lies far away.
        names: (k,) numbers of areas.
    """

    polynomials: dict[int, Grid]
    matte: Grid
    possible: np.ndarray
    own: Grid
    names: tuple[int, ...]

    @classmethod
    def of(cls, number: int, placed: Sequence[PlacedChange], photo: np.ndarray, strength: float) -> _Person:
        one = placed[number]
        assert one.change.regions is not None
        areas = one.areas or SoftAreas(one.change.regions.numpy(), one.transform)
        matte = refine(areas, photo)
        box = matte.box
        x, y = box.centres(one.transform.side / one.change.polynomials.shape[-1])
        across, down = (torch.from_numpy(a) for a in crop_coordinates(one.transform, x, y))
        inner = [number for number in range(len(AREAS)) if number != BACKGROUND]
        fields = strength * read(one.change.polynomials[inner], across, down)
        height, width = matte.planes.shape[-2:]
        x = box.left + (np.arange(width) + 0.5) * (box.right - box.left) / width
        y = box.top + (np.arange(height) + 0.5) * (box.bottom - box.top) / height
        return cls(
            {number: Grid(each, box) for number, each in zip(inner, fields, strict=True)},
            Grid(torch.from_numpy(matte.planes), box),
            matte.possible,
            Grid(_own(number, placed, areas.transform, x, y), box),
            areas.names,
        )

    def areas(self, rows: slice, columns: slice, colours: Tensor) -> Iterator[tuple[Tensor | float, Tensor]]:
        """Yield the share and the polynomials (10, 3, n, m) of each area that a tile shows, without the background."""
        box = self.own.box
        if rows.stop <= box.top or rows.start >= box.bottom or columns.stop <= box.left or columns.start >= box.right:
            return
        cells = self.matte.cells(rows, columns)
        shown = np.flatnonzero(self.possible[(slice(None), *cells)].any((1, 2)))
        names = {self.names[plane] for plane in shown}
        if names <= {BACKGROUND}:
            return
        own: Tensor | float = 1.0
        if (part := self.own.values[cells]).min() < 1:
            if part.max() < _FAINT:
                return
            own = self.own.at(rows, columns)
        if len(names) == 1:
            (name,) = names
            yield own, self.polynomials[name].at(rows, columns)
            return
        first, last = shown[0], shown[-1] + 1
        planes = Grid(self.matte.values[first:last], box, self.matte._weights).at(rows, columns)
        red, green, blue, one = planes.unbind(1)
        shares = one.addcmul_(red, colours[0]).addcmul_(green, colours[1]).addcmul_(blue, colours[2]).clamp_(0, 1)
        shares /= shares.sum(0).clamp_min(_FAINT)
        for name in sorted(names - {BACKGROUND}):
            share = sum(shares[plane - first] for plane in shown if self.names[plane] == name)
            yield own * share, self.polynomials[name].at(rows, columns)


def _own(number: int, placed: Sequence[PlacedChange], around: CropTransform, x: np.ndarray, y: np.ndarray) -> Tensor:
    """Return one person's share of places, (h, w): 1 around their face, 0 at other faces and far away."""
    off = _off(around, x, y)
    fade = ((off - _FADE[0]) / (_FADE[1] * placed[number].transform.side / around.side)).clamp(0, 1)
    shares = torch.stack([_share(one.transform, x, y) ** _OWN for one in placed])
    return (1 - fade * fade * (3 - 2 * fade)) * shares[number] / shares.sum(0)


def _off(transform: CropTransform, x: np.ndarray, y: np.ndarray) -> Tensor:
    """Return how far places lie off a crop's centre, in its sides, in the direction where that is more."""
    across, down = (torch.from_numpy(a) for a in crop_coordinates(transform, x, y))
    return torch.maximum((across - 0.5).abs(), (down - 0.5).abs())


def _share(transform: CropTransform, x: np.ndarray, y: np.ndarray) -> Tensor:
    """Return a face's weight at places; between faces the nearer one counts more (Shepard 1968)."""
    across, down = (torch.from_numpy(a) for a in crop_coordinates(transform, x, y))
    return 1 / ((across - 0.5) ** 2 + (down - 0.5) ** 2 + _NEAREST**2)


def _field(placed: Sequence[PlacedChange], height: int, width: int) -> Tensor:
    """Return the background's polynomials (10, 3, h, w) of a coarse grid over a photo."""
    cell = min(one.transform.side / (_FINER * one.change.polynomials.shape[-1]) for one in placed)
    cell = max(cell, 1.0, math.sqrt(height * width / _MOST_CELLS))
    cells = math.ceil(height / cell), math.ceil(width / cell)
    y, x = (
        (np.arange(count) + 0.5) * (extent / count) for count, extent in zip(cells, (height, width), strict=True)
    )
    field, shares, inside = torch.zeros(1), torch.zeros(1), torch.zeros(1)
    for one in placed:
        across, down = (torch.from_numpy(a) for a in crop_coordinates(one.transform, x, y))
        fade = ((_off(one.transform, x, y) - _FADE[0]) / _FADE[1]).clamp(0, 1)
        fade = 1 - fade * fade * (3 - 2 * fade)
        share = fade * _share(one.transform, x, y) + 1e-12  # the tiny share spares a division by zero
        field = field + share * read(one.change.around, across, down)
        shares, inside = shares + share, torch.maximum(inside, fade)
    sides = torch.tensor([one.transform.side for one in placed], dtype=torch.float32)
    beyond = torch.einsum("f,ftc->tc", sides / sides.sum(), torch.stack([one.change.beyond for one in placed]))
    return torch.lerp(beyond[:, :, None, None].expand_as(field), field / shares, inside)
