"""From the network's small picture to the photo's own size.

The change that the generator found on a small crop is collected in a bilateral grid (Chen, Paris and Durand 2007):
cells over position and luminance. The photo reads its change back from the cell of its own position and luminance, so
that edges stay where the photo has them, at any resolution. Beyond the crop, where the network saw nothing, the change
of its border goes over into the mean of the border at the same luminance: going on as it is, it would draw streaks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.networks.bundle import TransferBundle, to_tensor, to_uint8
from influencer_style.networks.transfer import Change

_LUMA = (0.299, 0.587, 0.114)
_STRIP = 256
_FADE = (0.47, 0.25)  # from this distance off the crop's centre, over this distance; its edge lies at 0.5


@dataclass(frozen=True)
class BilateralGrid:
    """Changes over position and luminance.

    Attributes:
        cells: (1, 15, luma, h, w): 12 numbers of the colour transform less the identity, 3 of the residual.
        beyond: (15, luma): what holds far from the crop.
    """

    cells: Tensor
    beyond: Tensor

    @classmethod
    def of(cls, change: Change, guide: Tensor, space: int = 32, luma: int = 10) -> BilateralGrid:
        """Collect the change of one picture.

        Args:
            change: of one picture, at h x w.
            guide: (1, 3, h, w), the picture that the change was made for, sRGB in [0, 1].
            space: cells along each side; at most h.
            luma: cells along luminance.
        """
        values = torch.cat([change.affine, change.residual], dim=1)[0].flatten(1)
        h, w = guide.shape[-2:]
        z = (luminance(guide)[0].flatten() * (luma - 1)).clamp(0, luma - 1)
        y = ((torch.arange(h) + 0.5) / h * space - 0.5).clamp(0, space - 1).repeat_interleave(w)
        x = ((torch.arange(w) + 0.5) / w * space - 0.5).clamp(0, space - 1).repeat(h)
        cells = torch.zeros(values.shape[0] + 1, luma * space * space)
        weighted = torch.cat([values, torch.ones_like(values[:1])])
        corners = [(z, luma), (y, space), (x, space)]
        for bits in range(8):
            index, weight = torch.zeros_like(z, dtype=torch.long), torch.ones_like(z)
            for axis, (position, size) in enumerate(corners):
                low = position.floor().long()
                far = bits >> axis & 1
                weight = weight * (position - low if far else 1 - (position - low))
                index = index * size + (low + far).clamp_max(size - 1)
            cells.index_add_(1, index, weighted * weight)
        cells = cells.view(1, -1, luma, space, space)
        border = torch.ones(space, space, dtype=torch.bool)
        border[space // 8 : -(space // 8), space // 8 : -(space // 8)] = False
        filled = _fill(cells)
        # Cells that pixels fell into count; what was only filled in is nobody's colour.
        seen = cells[0, -1, :, border] + 1e-3
        beyond = (filled[0, :, :, border] * seen).sum(-1) / seen.sum(-1)
        for _ in range(3):
            # A few of the border's pixels at one luminance must not make a step in a whole sky.
            padded = F.pad(beyond[None], (1, 1), mode="replicate")[0]
            beyond = (padded[:, :-2] + 2 * beyond + padded[:, 2:]) / 4
        return cls(filled, beyond)

    def read(self, picture: Tensor, x: Tensor, y: Tensor) -> Change:
        """Return the change at the size of a picture, or of a strip of one.

        Args:
            picture: (1, 3, h, w), sRGB in [0, 1].
            x, y: (h, w) where its pixels lie in the crop, 0 to 1 from edge to edge; beyond is allowed.
        """
        space = self.cells.shape[-1]
        # Positions of cell centres: -1 and 1 are the centres of the first and the last cell (align_corners).
        across = [((position * space - 0.5) / (space - 1)) * 2 - 1 for position in (x, y)]
        where = torch.stack([*across, luminance(picture)[0] * 2 - 1], dim=-1)
        read = F.grid_sample(self.cells, where[None, None], padding_mode="border", align_corners=True)[:, :, 0]
        outside = ((torch.maximum((x - 0.5).abs(), (y - 0.5).abs()) - _FADE[0]) / _FADE[1]).clamp(0, 1)
        if outside.any():
            layers = self.beyond.shape[1] - 1
            level = luminance(picture)[0].clamp(0, 1) * layers
            low = level.floor().long().clamp_max(layers - 1)
            far = torch.lerp(self.beyond[:, low], self.beyond[:, low + 1], level - low)
            read = torch.lerp(read, far[None], outside * outside * (3 - 2 * outside))
        return Change(read[:, :12], read[:, 12:])


def luminance(images: Tensor) -> Tensor:
    """Return the luma (n, h, w) of images (n, 3, h, w), Rec. 601."""
    return torch.einsum("c,nchw->nhw", torch.tensor(_LUMA), images)


def change_of_crop(
    bundle: TransferBundle, crop: np.ndarray, code: Tensor, noise: Tensor | None = None
) -> BilateralGrid:
    """Let the network look at a face crop, uint8 (s, s, 3) of any size, and return what to do to its photo.

    Args:
        bundle: the model.
        crop: the face crop.
        code: (d,) style code.
        noise: (k,) z; None is z = 0.
    """
    side = bundle.generator.config.resolution
    small = F.interpolate(to_tensor(crop[None]), (side, side), mode="bilinear", antialias=True, align_corners=False)
    with torch.no_grad():
        change = bundle.generator.change(small, code[None], None if noise is None else noise[None])
    return BilateralGrid.of(change, small, space=side // 2)


def apply_to_photo(
    grid: BilateralGrid,
    photo: np.ndarray,
    crop_coordinates: Callable[[int, int], tuple[np.ndarray, np.ndarray]],
    strength: float = 1.0,
) -> np.ndarray:
    """Restyle a photo, uint8 (h, w, 3), at its own size, strip by strip: memory stays flat.

    Args:
        grid: from `change_of_crop`.
        photo: the photo.
        crop_coordinates: gives, for rows from `first` to `last`, where their pixels lie in the crop: x and y (h, w).
        strength: 0 (the photo, exactly) to 1.
    """
    result = np.empty_like(photo)
    for first in range(0, photo.shape[0], _STRIP):
        last = min(first + _STRIP, photo.shape[0])
        strip = to_tensor(photo[first:last][None])
        x, y = (torch.from_numpy(np.asarray(a, np.float32)) for a in crop_coordinates(first, last))
        result[first:last] = to_uint8(grid.read(strip, x, y).apply(strip, strength))[0]
    return result


def restyle_crops(bundle: TransferBundle, crops: np.ndarray, look: str, strength: float = 1.0) -> np.ndarray:
    """Restyle face crops, uint8 (n, s, s, 3), at their own size, with z = 0.

    Raises:
        UnknownLook: when the model has no such look.
    """
    code = bundle.looks.code(look)
    side = crops.shape[1]
    ramp = (np.arange(side, dtype=np.float32) + 0.5) / side

    def coordinates(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        return tuple(np.meshgrid(ramp, ramp[first:last]))

    grids = (change_of_crop(bundle, crop, code) for crop in crops)
    return np.stack([apply_to_photo(g, c, coordinates, strength) for g, c in zip(grids, crops, strict=True)])


def _fill(cells: Tensor) -> Tensor:
    """Smooth the sums and divide by the weights; cells that nothing fell into take their neighbours' change."""
    total = _blur(cells)
    while bool((empty := total[:, -1:] == 0).any()):
        total = torch.where(empty, _blur(total), total)
    return total[:, :-1] / total[:, -1:]


def _blur(cells: Tensor) -> Tensor:
    """Binomial (1, 2, 1) / 4 along luminance, rows and columns; nothing comes in from outside."""
    for axis in (2, 3, 4):
        size = cells.shape[axis]
        blurred = cells * 0.5
        blurred.narrow(axis, 1, size - 1).add_(cells.narrow(axis, 0, size - 1), alpha=0.25)
        blurred.narrow(axis, 0, size - 1).add_(cells.narrow(axis, 1, size - 1), alpha=0.25)
        cells = blurred
    return cells
