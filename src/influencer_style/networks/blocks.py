"""The parts that networks are made of."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from influencer_style.looks.style_code import StyleCode


class StyledResidual(nn.Module):
    """A residual block of two convolutions, each normalised and then scaled and shifted by the style.

    Adaptive instance normalisation in groups (Huang and Belongie 2017; Wu and He 2018).

    Args:
        channels: of input and output, divisible by 8.
        style: width of the style vector.
    """

    def __init__(self, channels: int, style: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.GroupNorm(8, channels, affine=False) for _ in range(2))
        self.convolutions = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.affine = nn.Linear(style, 4 * channels)
        nn.init.zeros_(self.convolutions[1].weight)
        nn.init.zeros_(self.convolutions[1].bias)

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
    """Twice the size, joined with what the encoder saw there."""

    def __init__(self, inputs: int, skip: int, outputs: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs + skip, outputs, 3, padding=1)
        self.norm = nn.GroupNorm(8, outputs)

    def forward(self, features: Tensor, skip: Tensor) -> Tensor:
        """Return (n, outputs, h, w) at the size of skip (n, skip, h, w)."""
        larger = F.interpolate(features, size=skip.shape[-2:], mode="bilinear", align_corners=False)
        return F.silu(self.norm(self.convolution(torch.cat([larger, skip], dim=1))))


def squashed_code(code: Tensor, doubt: float = 0.0) -> Tensor:
    """Return style codes (n, d) nearer to what training saw: codes of odd sets reach far.

    Args:
        code: (n, d).
        doubt: differences from the population as small as this are half believed, and smaller ones less.
    """
    style = StyleCode(code)
    size = style.comparison.square().mean(1, keepdim=True)
    believed = style.comparison * (size / (size + doubt**2).clamp_min(1e-12))
    description = 3 * torch.tanh(torch.cat([believed, style.areas_and_set], 1) / 3)
    return StyleCode.of(description, style.transports.clamp(-3, 3)).numbers
