"""Where a portrait shows skin, lips, eyes, hair and background: a small U-Net (Ronneberger et al. 2015).

It was trained on portraits of the studio, which come with their regions; random grades, turns, sizes and noise closed
the gap to photographs. It says where a style is measured (`regional`) and where it is applied (`networks.transfer`).
"""

from __future__ import annotations

from importlib.resources import files

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from influencer_style.looks.areas import AREAS

SEGMENTER_WEIGHTS = files("influencer_style.looks") / "weights" / "segmenter.safetensors"
SIZE = 64  # side in pixels at which it was trained


class Segmenter(nn.Module):
    """Assigns every pixel to one of `AREAS`. Its weights are fixed."""

    def __init__(self, channels: int = 16) -> None:
        super().__init__()
        c = channels
        self.down = nn.ModuleList([_block(3, c), _block(c, 2 * c), _block(2 * c, 4 * c), _block(4 * c, 4 * c)])
        self.up = nn.ModuleList([_block(8 * c, 2 * c), _block(4 * c, c), _block(2 * c, c)])
        self.head = nn.Conv2d(c, len(AREAS), 1)

    def logits(self, images: Tensor) -> Tensor:
        """Return logits (n, 6, h, w) for images (n, 3, h, w), sRGB in [0, 1], h and w divisible by 8."""
        features, seen = images * 2 - 1, []
        for i, block in enumerate(self.down):
            features = block(F.avg_pool2d(features, 2) if i else features)
            seen.append(features)
        for block, skip in zip(self.up, reversed(seen[:-1]), strict=True):
            larger = F.interpolate(features, size=skip.shape[-2:], mode="bilinear", align_corners=False)
            features = block(torch.cat([larger, skip], 1))
        return self.head(features)

    def forward(self, images: Tensor) -> Tensor:
        """Return soft areas (n, 6, h, w), which sum to 1, for images (n, 3, h, w), sRGB in [0, 1], of any size."""
        h, w = images.shape[-2:]
        if (h, w) == (SIZE, SIZE):
            return self.logits(images).float().softmax(1)
        small = F.interpolate(images, (SIZE, SIZE), mode="bilinear", antialias=True, align_corners=False)
        logits = self.logits(small).float()
        return F.interpolate(logits, (h, w), mode="bilinear", align_corners=False).softmax(1)


def load_segmenter() -> Segmenter:
    """Return the segmenter that comes with the project, its weights fixed, in evaluation mode."""
    segmenter = Segmenter()
    weights = {key: value.float() for key, value in load_file(str(SEGMENTER_WEIGHTS)).items()}
    segmenter.load_state_dict(
        weights, assign=True
    )  # a network that is being built on the meta device has no weights yet
    return segmenter.eval().requires_grad_(False)


def _block(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width in (inputs, outputs):
        layers += [nn.Conv2d(width, outputs, 3, padding=1), nn.GroupNorm(4, outputs), nn.SiLU()]
    return nn.Sequential(*layers)
