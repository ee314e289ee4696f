"""The parts that networks are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from influencer_style.looks.style_code import StyleCode


def require_whole(config: object, most: Mapping[str, int], least: int) -> None:
    """Refuse fields of a configuration that are not whole numbers within their limits.

    Raises:
        ValueError: If one is not; the message names it.
    """
    for name, limit in most.items():
        value = getattr(config, name)
        if not isinstance(value, int) or not least <= value <= limit:
            raise ValueError(f"{name} is out of range; it must be a whole number of {least} to {limit}")


Layer = TypeVar("Layer", bound=nn.Module)


def zeroed(layer: Layer) -> Layer:
    """Return the layer with all its weights 0, so that an untrained network leaves something as it is."""
    for weights in layer.parameters():
        nn.init.zeros_(weights)
    return layer


def scatter(weights: Tensor, std: float) -> None:
    """Fill weights with normal random numbers of this deviation; on the `meta` device there is nothing to fill.

    There torch would import its compiler first, which takes seconds whenever a model is loaded.
    """
    if not weights.is_meta:
        nn.init.normal_(weights, std=std)


class StyledResidual(nn.Module):
    """A residual block of two convolutions, each normalised and then scaled and shifted by the style.

    Adaptive instance normalisation in groups (Huang and Belongie 2017; Wu and He 2018).

    Args:
        channels: The width of input and output, divisible by 8.
        style: The width of the style vector.
    """

    def __init__(self, channels: int, style: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.GroupNorm(8, channels, affine=False) for _ in range(2))
        first, second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.convolutions = nn.ModuleList([first, zeroed(second)])
        self.affine = nn.Linear(style, 4 * channels)

    def forward(self, features: Tensor, style: Tensor) -> Tensor:
        """Return features (n, channels, h, w) changed by style (n, style)."""
        scale1, shift1, scale2, shift2 = self.affine(style)[:, :, None, None].chunk(4, dim=1)
        hidden = features
        for norm, convolution, scale, shift in zip(
            self.norms, self.convolutions, (scale1, scale2), (shift1, shift2), strict=True
        ):
            hidden = convolution(F.silu(norm(hidden) * (1 + scale) + shift))
        return features + hidden


class Down(nn.Module):
    """Half the size: a convolution of stride 2, normalised."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 4, stride=2, padding=1)
        self.norm = nn.GroupNorm(8, outputs)

    def forward(self, features: Tensor) -> Tensor:
        """Return (n, outputs, h / 2, w / 2)."""
        return F.silu(self.norm(self.convolution(features)))


class Up(nn.Module):
    """Twice the size, joined with the encoder's features there."""

    def __init__(self, inputs: int, skip: int, outputs: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs + skip, outputs, 3, padding=1)
        self.norm = nn.GroupNorm(8, outputs)

    def forward(self, features: Tensor, skip: Tensor) -> Tensor:
        """Return (n, outputs, h, w) at the size of skip (n, skip, h, w)."""
        larger = F.interpolate(features, size=skip.shape[-2:], mode="bilinear", align_corners=False)
        return F.silu(self.norm(self.convolution(torch.cat([larger, skip], dim=1))))


def squashed_code(code: Tensor, doubt: float = 0.0) -> Tensor:
    """Return style codes (n, d) squashed into the range of training, which codes of odd sets leave.

    Args:
        code: (n, d) style codes.
        doubt: The size at which differences from the population count half; smaller ones count less.
    """
    style = StyleCode(code)
    size = style.comparison.square().mean(1, keepdim=True)
    believed = style.comparison * (size / (size + doubt**2).clamp_min(1e-12))
    description = 3 * torch.tanh(torch.cat([believed, style.areas_and_set], 1) / 3)
    return StyleCode.of(description, style.transports.clamp(-3, 3)).numbers
