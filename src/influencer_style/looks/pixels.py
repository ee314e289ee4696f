"""Pictures as arrays and as tensors: converting between the two, and shrinking."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def to_tensor(pictures: np.ndarray, device: str | torch.device = "cpu") -> Tensor:
    """Turn uint8 pictures (n, h, w, 3) into float32 (n, 3, h, w) in [0, 1]."""
    return torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2).float().div(255)


def to_uint8(images: Tensor) -> np.ndarray:
    """Turn float pictures (n, 3, h, w) into uint8 (n, h, w, 3), clipped to [0, 1] and rounded."""
    return images.detach().clamp(0, 1).mul(255).round().byte().permute(0, 2, 3, 1).cpu().numpy()


def shrink(pictures: np.ndarray, size: int) -> np.ndarray:
    """Return pictures, uint8 (n, s, s, 3) or masks (n, s, s), area-averaged to `size` a side, at most s."""
    import cv2  # noqa: PLC0415 (a bare machine that trains lacks it)

    if pictures.shape[1] == size:
        return pictures
    shrunk = [cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA) for picture in pictures]
    return np.stack(shrunk) if shrunk else np.zeros((0, size, size, *pictures.shape[3:]), np.uint8)


def to_linear(colours: Tensor) -> Tensor:
    """Return the linear light of sRGB colours in [0, 1], of any shape (IEC 61966-2-1)."""
    return torch.where(colours > 0.04045, ((colours.clamp_min(0) + 0.055) / 1.055) ** 2.4, colours / 12.92)


def from_linear(light: Tensor) -> Tensor:
    """Return the sRGB colours in [0, 1] of linear light of any shape, clipped to [0, 1]."""
    light = light.clamp(0, 1)
    return torch.where(light > 0.0031308, 1.055 * light.clamp_min(1e-6) ** (1 / 2.4) - 0.055, 12.92 * light)
