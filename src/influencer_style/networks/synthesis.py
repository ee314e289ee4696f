"""The synthesis generator: noise and a style code in, the portrait of nobody in that look out.

A coarse map is drawn from both, and grows to the full size through residual blocks that both scale and shift (adaptive
instance normalisation; Huang and Belongie 2017, Karras et al. 2019). What the noise means is known where it was taught:
each number says one thing about the studio's person, pose or room (`studio.latent`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from influencer_style.networks.blocks import StyledResidual, squashed_code

_COARSEST = 8  # side in pixels of the first map
_WIDEST = 4  # times `channels`


@dataclass(frozen=True)
class SynthesisConfig:
    """The shape of a synthesis generator.

    Attributes:
        code: width of the style code.
        noise: width of z.
        resolution: side of its portraits in pixels, 8 times a power of two.
        channels: width at full resolution; doubles with each halving, to at most four times.
        style: width of what noise and code are mapped to.
    """

    code: int
    noise: int = 72
    resolution: int = 64
    channels: int = 32
    style: int = 256

    def __post_init__(self) -> None:
        times, rest = divmod(self.resolution, _COARSEST)
        if rest or times < 2 or times & (times - 1):
            raise ValueError(f"resolution is {self.resolution}; it must be 16, 32, 64, 128, 256 ...")
        if self.channels < 8 or self.channels % 8:
            raise ValueError(f"channels is {self.channels}; it must be a multiple of 8")
        if min(self.code, self.noise, self.style) < 1:
            raise ValueError("code, noise and style must be at least 1")


class SynthesisGenerator(nn.Module):
    """See the module's text."""

    def __init__(self, config: SynthesisConfig) -> None:
        super().__init__()
        self.config = config
        sizes = [_COARSEST]
        while sizes[-1] < config.resolution:
            sizes.append(2 * sizes[-1])
        widths = [config.channels * min(_WIDEST, config.resolution // size) for size in sizes]
        self.noise = nn.Linear(config.noise, config.style)
        self.code = nn.Linear(config.code, config.style)
        self.style = nn.Sequential(
            nn.SiLU(),
            nn.Linear(config.style, config.style),
            nn.SiLU(),
            nn.Linear(config.style, config.style),
            nn.SiLU(),
        )
        self.coarse = nn.Linear(config.style, widths[0] * _COARSEST**2)
        self.blocks = nn.ModuleList(StyledResidual(width, config.style) for width in widths)
        self.grow = nn.ModuleList(nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(widths))
        # Where a feature is matters in a portrait, and convolutions do not know it.
        self.places = nn.ParameterList(
            nn.Parameter(0.1 * torch.randn(1, width, size, size))
            for width, size in zip(widths[1:], sizes[1:], strict=True)
        )
        self.colours = nn.Conv2d(widths[-1], 3, 3, padding=1)

    def forward(self, noise: Tensor, codes: Tensor) -> Tensor:
        """Return portraits (n, 3, r, r), sRGB in [0, 1].

        Args:
            noise: (n, config.noise), standard normal, or nearer to 0 (see `draw_noise`): who and where.
            codes: (n, config.code) style codes: in which look.
        """
        style = self.style(self.noise(noise) + self.code(squashed_code(codes)))
        features = self.coarse(style).unflatten(1, (-1, _COARSEST, _COARSEST))
        features = self.blocks[0](features.contiguous(memory_format=torch.channels_last), style)
        for grow, place, block in zip(self.grow, self.places, self.blocks[1:], strict=True):
            larger = F.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
            features = block(grow(larger) + place, style)
        return torch.sigmoid(self.colours(F.silu(features)).float())

    def describe(self) -> dict[str, int]:
        """Return the shape as plain numbers, from which `SynthesisConfig(**...)` makes the same network."""
        return asdict(self.config)


def draw_noise(count: int, seed: int, width: int, truncation: float = 1.0, first: int = 0) -> Tensor:
    """Return z (count, width) for new portraits, the same for the same seed on every machine.

    Row k depends on the seed and `first` + k alone, so that asking for more pictures does not change the first ones.

    Args:
        count: how many, 0 or more.
        seed: 0 or more.
        width: of z, `SynthesisConfig.noise`.
        truncation: scales z towards 0, the average person: below 1 portraits are more ordinary, and more alike.
        first: number of the first portrait, 0 or more.

    Raises:
        ValueError: when one of them is out of range.
    """
    if min(count, seed, first) < 0 or width < 1 or not 0 < truncation <= 1:
        raise ValueError("count, seed and first must be 0 or more, width at least 1, truncation above 0 and at most 1")
    numbers = range(first, first + count)
    rows = [np.random.default_rng((seed, number)).standard_normal(width, dtype=np.float32) for number in numbers]
    return truncation * torch.from_numpy(np.array(rows, np.float32).reshape(count, width))
