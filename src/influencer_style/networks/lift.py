"""From the network's small picture to the photo's own size.

Around each place of a small crop the change that the generator found there is told as a linear function of the colour:
a guided filter (He, Sun and Tang 2013), used like its fast form (He and Sun 2015). The photo reads its change back with
its own colours, so that edges stay where the photo has them, at any resolution. Beyond the crop, where the network saw
nothing, the change goes over into one linear function, fitted to the crop's border: going on as the border is, it would
draw streaks.
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

_PIXELS = 2**15  # of a photo at a time: 60 numbers each stay in memory that is used again, not mapped anew
_FADE = (0.47, 0.25)  # from this distance off the crop's centre, over this distance; its edge lies at 0.5
_BORDER = 8  # the border is an eighth of the crop wide
_CALM = 0.03  # deviation of colour, of full scale, under which the border's change is not told from colour


@dataclass(frozen=True)
class GuidedChange:
    """A change as a linear function of colour, place by place.

    Attributes:
        slopes: (1, 15, 3, h, w) of the 12 numbers of the colour transform less the identity and the 3 of the residual.
        constants: (1, 15, h, w).
        beyond: (15, 4) slopes and constant that hold far from the crop.
    """

    slopes: Tensor
    constants: Tensor
    beyond: Tensor

    @classmethod
    def of(cls, change: Change, guide: Tensor, radius: int = 1, softness: float = 1e-3) -> GuidedChange:
        """Fit the change of one picture.

        Args:
            change: of one picture, at h x w.
            guide: (1, 3, h, w), the picture that the change was made for, sRGB in [0, 1].
            radius: of the windows that are fitted, in pixels of the guide.
            softness: variance of colour, full scale being 1, under which a window counts as flat.
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
        return cls(mean(slopes.flatten(1, 2)).unflatten(1, (-1, 3)), mean(constants), beyond)

    def read(self, picture: Tensor, x: Tensor, y: Tensor) -> Change:
        """Return the change at the size of a picture, or of a strip of one.

        Args:
            picture: (1, 3, h, w), sRGB in [0, 1].
            x, y: (h, w) where its pixels lie in the crop, 0 to 1 from edge to edge; beyond is allowed.
        """
        cells = torch.cat([self.slopes.flatten(1, 2), self.constants], 1)
        where = torch.stack([x, y], -1)[None] * 2 - 1
        cells = F.grid_sample(cells, where, padding_mode="border", align_corners=False)
        slopes, constants = cells.split([cells.shape[1] // 4 * 3, cells.shape[1] // 4], 1)
        read = (slopes.unflatten(1, (-1, 3)) * picture[:, None]).sum(2) + constants
        outside = ((torch.maximum((x - 0.5).abs(), (y - 0.5).abs()) - _FADE[0]) / _FADE[1]).clamp(0, 1)
        if outside.any():
            far = torch.einsum("vc,nchw->nvhw", self.beyond[:, :3], picture) + self.beyond[:, 3, None, None]
            read = torch.lerp(read, far, outside * outside * (3 - 2 * outside))
        return Change(read[:, :12], read[:, 12:])


def change_of_crop(bundle: TransferBundle, crop: np.ndarray, code: Tensor, noise: Tensor | None = None) -> GuidedChange:
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
    return GuidedChange.of(change, small)


def apply_to_photo(
    change: GuidedChange,
    photo: np.ndarray,
    crop_coordinates: Callable[[int, int], tuple[np.ndarray, np.ndarray]],
    strength: float = 1.0,
) -> np.ndarray:
    """Restyle a photo, uint8 (h, w, 3), at its own size, strip by strip: memory stays flat.

    Args:
        change: from `change_of_crop`.
        photo: the photo.
        crop_coordinates: gives, for rows from `first` to `last`, where their pixels lie in the crop: x and y (h, w).
        strength: 0 (the photo, exactly) to 1.
    """
    result = np.empty_like(photo)
    rows = max(1, _PIXELS // photo.shape[1])
    for first in range(0, photo.shape[0], rows):
        last = min(first + rows, photo.shape[0])
        strip = to_tensor(photo[first:last][None])
        x, y = (torch.from_numpy(np.asarray(a, np.float32)) for a in crop_coordinates(first, last))
        result[first:last] = to_uint8(change.read(strip, x, y).apply(strip, strength))[0]
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

    changes = (change_of_crop(bundle, crop, code) for crop in crops)
    return np.stack([apply_to_photo(a, c, coordinates, strength) for a, c in zip(changes, crops, strict=True)])


def _linear(colours: Tensor, values: Tensor) -> Tensor:
    """Fit values (v, n) of colours (3, n) by a linear function, (v, 4), calm where colours hardly differ."""
    mean, value = colours.mean(1, keepdim=True), values.mean(1, keepdim=True)
    apart = colours - mean
    covariance = apart @ apart.T / colours.shape[1] + _CALM**2 * torch.eye(3)
    slopes = torch.linalg.solve(covariance, apart @ (values - value).T / colours.shape[1]).T
    return torch.cat([slopes, value - slopes @ mean], 1)
