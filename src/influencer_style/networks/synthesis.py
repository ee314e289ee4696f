"""The synthesis generator turns noise and a style code into the portrait of nobody in that look.

The noise says where things are: it places a few frames in the picture, and each pixel gets its place in each of them
(coordinates as Fourier features, Tancik et al. 2020; Karras et al. 2021). Noise and look together say what is there:
the noise is read as traits (which hair, how much beard), and residual blocks, from coarse to fine, are scaled and
shifted by both (Huang and Belongie 2017). A pixel's colour is painted, and then moved by shares of the colour
transports in the style code, so that unseen looks come out in their colours. In training each number of the noise says
one thing about person, pose or room (`studio.latent`).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from influencer_style.looks.regional import ROWS
from influencer_style.looks.style_code import StyleCode
from influencer_style.networks.blocks import StyledResidual, require_whole, squashed_code, zeroed

_COARSEST = 8  # side in pixels of the first map
_WIDEST = 4  # times `channels`
_LAYOUT = 32  # channels of the first map that are drawn freely
_FRAMES = 4
_READING = 512  # width of the layers that read traits
_STAYS = 3.0  # untrained, a colour mostly stays as painted


@dataclass(frozen=True)
class SynthesisConfig:
    """The shape of a synthesis generator.

    Attributes:
        code: Width of the style code.
        noise: Width of z.
        resolution: Side of its portraits in pixels, 8 times a power of two.
        channels: Width at full resolution; doubles with each halving, to at most four times.
        style: Width of what noise and code are mapped to.
        traits: The number of traits that z is read as.
    """

    code: int
    noise: int = 72
    resolution: int = 64
    channels: int = 32
    style: int = 256
    traits: int = 16

    def __post_init__(self) -> None:
        most = {"code": 100_000, "noise": 1024, "resolution": 1024, "channels": 1024, "style": 8192, "traits": 8192}
        require_whole(self, most, 1)
        times, rest = divmod(self.resolution, _COARSEST)
        if rest or times < 2 or times & (times - 1):
            raise ValueError(f"resolution is {self.resolution}; it must be 16, 32, 64, 128, 256 ...")
        if self.channels % 8:
            raise ValueError(f"channels is {self.channels}; it must be a multiple of 8")


class SynthesisGenerator(nn.Module):
    """See the module's text."""

    def __init__(self, config: SynthesisConfig) -> None:
        super().__init__()
        self.config = config
        sizes = [_COARSEST]
        while sizes[-1] < config.resolution:
            sizes.append(2 * sizes[-1])
        widths = [config.channels * min(_WIDEST, config.resolution // size) for size in sizes]
        self.traits = nn.Sequential(
            nn.Linear(config.noise, _READING), nn.SiLU(), nn.Linear(_READING, _READING), nn.SiLU(),
            nn.Linear(_READING, config.traits),
        )  # fmt: skip
        self.who = nn.Sequential(nn.Linear(config.noise + config.traits, config.style), nn.SiLU())
        self.look = nn.Sequential(nn.Linear(config.code, config.style), nn.SiLU())
        both = nn.Linear(2 * config.style, config.style)
        self.style = nn.Sequential(both, nn.SiLU(), nn.Linear(config.style, config.style), nn.SiLU())
        self.frames = zeroed(nn.Linear(config.style, 6 * _FRAMES))
        self.layout = nn.Linear(config.style, _LAYOUT * _COARSEST**2)
        self.start = nn.Conv2d(_LAYOUT, widths[0], 1)
        self.grow = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise([widths[0], *widths])
        )
        self.places = nn.ModuleList(
            nn.Conv2d(_FRAMES * (2 + 4 * _octaves(size)), width, 1) for width, size in zip(widths, sizes, strict=True)
        )
        self.blocks = nn.ModuleList(StyledResidual(width, config.style) for width in widths)
        # A colour, and the shares of staying as it is and of each transport.
        self.colours = nn.Conv2d(widths[-1], 3 + 1 + ROWS, 3, padding=1)
        nn.init.zeros_(self.colours.weight[3:])
        nn.init.constant_(self.colours.get_parameter("bias")[3:4], _STAYS)

    def forward(self, noise: Tensor, codes: Tensor) -> Tensor:
        """Return portraits (n, 3, r, r), sRGB in [0, 1]; in training mode they are not clipped.

        Args:
            noise: (n, config.noise), standard normal, or nearer to 0 (see `draw_noise`): the person and the place.
            codes: (n, config.code) style codes: the looks.
        """
        # Trained on their own (training/synthesis/task.py): portraits would teach what is true of a few people only.
        traits = torch.sigmoid(self.traits(noise)).detach()
        who, codes = self.who(torch.cat([noise, traits], 1)), squashed_code(codes)
        style = self.style(torch.cat([who, self.look(codes)], 1))
        frames = self.frames(who).float().unflatten(1, (_FRAMES, 2, 3))
        features = self.start(self.layout(style).unflatten(1, (_LAYOUT, _COARSEST, _COARSEST)))
        for grow, place, block in zip(self.grow, self.places, self.blocks, strict=True):
            size = features.shape[-1] * (1 if block is self.blocks[0] else 2)
            larger = F.interpolate(features, (size, size), mode="bilinear", align_corners=False)
            larger = larger.contiguous(memory_format=torch.channels_last)
            features = block(grow(larger) + place(_whereabouts(frames, size)), style)
        painted, ways = self.colours(F.silu(features)).float().split([3, 1 + ROWS], 1)
        portraits = _moved(torch.sigmoid(painted), ways.softmax(1)[:, 1:], StyleCode(codes).transports.float())
        return portraits if self.training else portraits.clamp(0, 1)

    def describe(self) -> dict[str, int]:
        """Return the shape as plain numbers, from which `SynthesisConfig(**...)` makes the same network."""
        return asdict(self.config)


def _moved(colours: Tensor, shares: Tensor, transports: Tensor) -> Tensor:
    """Return colours (n, 3, h, w) moved by shares (n, k, h, w) of transports (n, k, 12)."""
    with torch.autocast(colours.device.type, enabled=False):  # colours to more than 8 bits
        change = torch.einsum("nkhw,nkt->nthw", shares, transports)
        matrices, offsets = change[:, :9].unflatten(1, (3, 3)), change[:, 9:]
        return colours + (matrices * colours.unsqueeze(1)).sum(2) + offsets


def _octaves(size: int) -> int:
    """The number of octaves of waves that a map of this side can show."""
    return int(math.log2(size)) - 1


def _whereabouts(frames: Tensor, size: int) -> Tensor:
    """Where each pixel lies in each frame: coordinates, and waves of them.

    Args:
        frames: (n, k, 2, 3) affine maps from the picture, whose sides are 2, less the identity.
        size: Side of the map in pixels.

    Returns:
        (n, k * (2 + 4 * octaves), size, size).
    """
    line = (torch.arange(size, device=frames.device) + 0.5) * (2 / size) - 1
    y, x = torch.meshgrid(line, line, indexing="ij")
    here = torch.stack([x, y, torch.ones_like(x)]).flatten(1)
    there = (frames @ here + here[:2]).flatten(1, 2)
    waves = [2.0**octave * (math.pi / 2) * there for octave in range(_octaves(size))]
    waves_and_places = [there, *(torch.sin(wave) for wave in waves), *(torch.cos(wave) for wave in waves)]
    return torch.cat(waves_and_places, 1).unflatten(2, (size, size)).contiguous(memory_format=torch.channels_last)


def draw_noise(count: int, seed: int, width: int, truncation: float = 1.0, first: int = 0) -> Tensor:
    """Return z (count, width) for new portraits, the same for the same seed on every machine.

    Row k depends on the seed and `first` + k alone, so that requesting more pictures does not change the first ones.

    Args:
        count: The number of portraits, 0 or more.
        seed: The seed, 0 or more.
        width: The width of z, `SynthesisConfig.noise`.
        truncation: Scales z towards 0, the average person: below 1 portraits are more ordinary, and more alike.
        first: The number of the first portrait, 0 or more.

    Raises:
        ValueError: If one of them is out of range.
    """
    if min(count, seed, first) < 0 or width < 1 or not 0 < truncation <= 1:
        raise ValueError("count, seed and first must be 0 or more, width at least 1, truncation above 0 and at most 1")
    numbers = range(first, first + count)
    rows = [np.random.default_rng((seed, number)).standard_normal(width, dtype=np.float32) for number in numbers]
    return truncation * torch.from_numpy(np.array(rows, np.float32).reshape(count, width))
