"""From the network's small picture to the photo's own size: the change of each face crop, laid over the whole photo.

The changes of all crops become one coarse field over the photo, since they are smooth; it is read strip by strip at the
photo's size, with the photo's own colours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.faces.align import CropTransform, crop_coordinates
from influencer_style.looks.pixels import to_tensor, to_uint8
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.guided_change import GuidedChange, added

_PIXELS = 2**16  # of a photo at a time, so that the same memory is used again instead of being mapped anew
_FADE = (0.47, 0.25)  # from this distance off a crop's centre, over this distance; its edge lies at 0.5
_FINER = 2  # cells of the field in a cell of the crop's change, each way
_MOST_CELLS = 2**19  # of the field: 63 MB
_NEAREST = 0.1  # of a crop's side: two faces nearer than this have equal shares


@dataclass(frozen=True)
class PlacedChange:
    """The change around one face.

    Attributes:
        change: The change of the face's crop.
        transform: The place of the crop in the photo.
    """

    change: GuidedChange
    transform: CropTransform


def change_of_crop(
    bundle: TransferBundle,
    crop: np.ndarray,
    code: Tensor,
    noise: Tensor | None = None,
    weights: Tensor | None = None,
    a_face: bool = True,
) -> GuidedChange:
    """Return the change that the network makes to a face crop, uint8 (s, s, 3) of any size.

    Args:
        bundle: The model.
        crop: The face crop.
        code: (d,) style code.
        noise: (k,) z; None is z = 0.
        weights: (6,) the weight of the change in each area (`looks.areas.AREAS`), 0 to 1; None is 1 everywhere.
        a_face: Whether the crop shows a face; without one, the change depends on colours only, not on places.
    """
    side = bundle.generator.config.resolution
    small = F.interpolate(to_tensor(crop[None]), (side, side), mode="bilinear", antialias=True, align_corners=False)
    with torch.no_grad():
        change = bundle.generator.change(small, code[None], None if noise is None else noise[None])
    if weights is not None:
        change = change.weighted(weights)
    return GuidedChange.of(change, small) if a_face else GuidedChange.of_colour(change, small)


def apply_to_photo(placed: Sequence[PlacedChange], photo: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """Restyle a photo, uint8 (h, w, 3), at its own size, strip by strip: memory stays flat.

    Near a face its own change applies, between faces that of the nearer one more. Far from all faces the change depends
    on colour alone: the mean of the changes at their borders, larger faces counting more.

    Args:
        placed: The change of each face, at least one.
        photo: The photo.
        strength: 0 (the photo, exactly) to 1.
    """
    height, width = photo.shape[:2]
    field = strength * _field(placed, height, width)
    # The places of the rows' centres between the centres of the field's rows.
    down = (torch.arange(height) + 0.5) * (field.shape[-2] / height) - 0.5
    down = down.clamp(0, field.shape[-2] - 1)
    above = down.long()
    below, share = (above + 1).clamp_max(field.shape[-2] - 1), down - above
    result = np.empty_like(photo)
    rows = max(1, _PIXELS // width)
    for first in range(0, height, rows):
        strip = slice(first, min(first + rows, height))
        across = torch.lerp(field[:, :, above[strip]], field[:, :, below[strip]], share[strip, None])
        full = F.interpolate(across.flatten(0, 1), width, mode="linear", align_corners=False).unflatten(0, (-1, 3))
        colours = to_tensor(photo[strip][None])[0]
        result[strip] = to_uint8((colours + added(full, colours))[None])[0]
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
    """Return the polynomials (10, 3, h, w) of a coarse grid over a photo."""
    cell = min(one.transform.side / (_FINER * one.change.polynomials.shape[-1]) for one in placed)
    cell = max(cell, 1.0, math.sqrt(height * width / _MOST_CELLS))
    cells = math.ceil(height / cell), math.ceil(width / cell)
    y, x = (
        (torch.arange(count) + 0.5) * (extent / count) for count, extent in zip(cells, (height, width), strict=True)
    )
    field, shares, inside = torch.zeros(1), torch.zeros(1), torch.zeros(1)
    for one in placed:
        across, down = (torch.from_numpy(a) for a in crop_coordinates(one.transform, x.numpy(), y.numpy()))
        off = torch.maximum((across - 0.5).abs(), (down - 0.5).abs())
        fade = ((off - _FADE[0]) / _FADE[1]).clamp(0, 1)
        fade = 1 - fade * fade * (3 - 2 * fade)
        # Between faces the nearer one counts more (Shepard 1968); the tiny share spares a division by zero.
        share = fade / ((across - 0.5) ** 2 + (down - 0.5) ** 2 + _NEAREST**2) + 1e-12
        field = field + share * one.change.at(across, down)
        shares, inside = shares + share, torch.maximum(inside, fade)
    sides = torch.tensor([one.transform.side for one in placed], dtype=torch.float32)
    beyond = torch.einsum("f,ftc->tc", sides / sides.sum(), torch.stack([one.change.beyond for one in placed]))
    return torch.lerp(beyond[:, :, None, None].expand_as(field), field / shares, inside)
