"""From the network's small picture to the photo's own size: the change of each face crop, laid over the whole photo.

What happens to a person's areas (skin, hair, ...) is a smooth field each, and the photo's own edges say where each area
ends (`faces.matting`). What happens to the background is one smooth field over the whole photo. Both are read tile by
tile at the photo's size, with the photo's own colours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.faces.align import CropTransform, crop_coordinates
from influencer_style.faces.matting import Box
from influencer_style.looks.pixels import to_tensor
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.guided_change import GuidedChange, added, read
from influencer_style.networks.people import FAINT, LEVELS, Person, PlacedChange, faded, for_levels, near
from influencer_style.networks.tiles import Grid, tiles

__all__ = ["PlacedChange", "apply_to_photo", "change_by_colour", "change_of_crop", "restyle_crops"]

_FIRST = 0.47  # of a crop's side off its centre: from here what lies around it counts too; its edge lies at 0.5
CROP = 256  # px, side of the face crop that the network looks at
_FINER = 2  # cells of the background's field in a cell of the crop's change, each way
_MOST_CELLS = 2**19  # of the background's field: 25 MB
_EACH = torch.contiguous_format


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
    field = Grid(for_levels(strength * _field(placed, height, width)).flatten(0, 1), Box(0, 0, width, height))
    people = [Person.of(number, placed, photo, strength) for number in range(len(placed))]
    result = np.empty_like(photo)
    for rows, columns in tiles(height, width):
        # Levels instead of colours in [0, 1], each channel by itself: it saves passes over the memory.
        levels = torch.from_numpy(photo[rows, columns]).permute(2, 0, 1).to(torch.float32, memory_format=_EACH)
        restyled, rest = levels.clone(), torch.ones(())
        for person in people:
            for share, new in person.changes(rows, columns, levels) if person else ():
                restyled.addcmul_(torch.as_tensor(share), new)
                rest = rest - share
        if float(rest.max()) > FAINT:
            restyled.addcmul_(rest, added(field.at(rows, columns).unflatten(0, (4, 3)), levels))
        result[rows, columns] = restyled.clamp_(0, LEVELS).round_().to(torch.uint8).permute(1, 2, 0).numpy()
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


def _field(placed: Sequence[PlacedChange], height: int, width: int) -> Tensor:
    """Return the background's transforms (4, 3, h, w) of a coarse grid over a photo."""
    cell = min(one.transform.side / (_FINER * one.change.transforms.shape[-1]) for one in placed)
    cell = max(cell, 1.0, math.sqrt(height * width / _MOST_CELLS))
    cells = math.ceil(height / cell), math.ceil(width / cell)
    y, x = ((np.arange(count) + 0.5) * (extent / count) for count, extent in zip(cells, (height, width), strict=True))
    field, shares, inside = torch.zeros(1), torch.zeros(1), torch.zeros(1)
    for one in placed:
        across, down = (torch.from_numpy(a) for a in crop_coordinates(one.transform, x, y))
        fade = faded(one.transform, x, y, _FIRST)
        share = fade * near(one.transform, x, y) + 1e-12  # the tiny share spares a division by zero
        field = field + share * read(one.change.around, across, down)
        shares, inside = shares + share, torch.maximum(inside, fade)
    sides = torch.tensor([one.transform.side for one in placed], dtype=torch.float32)
    beyond = torch.einsum("f,ftc->tc", sides / sides.sum(), torch.stack([one.change.beyond for one in placed]))
    return torch.lerp(beyond[:, :, None, None].expand_as(field), field / shares, inside)
