"""Networks in the shape of StarGAN v2: what our speed is compared with (`stargan_training.py` trains them).

Written from the paper (Choi et al. 2020, "StarGAN v2: Diverse Image Synthesis for Multiple Domains"), without the part
that follows facial landmarks. Nothing here is used by the project itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_SMALLEST = 16  # pixels: the generator's bottleneck (four halvings of 256 px)


@dataclass(frozen=True)
class Shape:
    """How large the networks are.

    Attributes:
        size: side of the pictures in pixels, a power of two of 32 or more.
        width: most channels of a layer; 512 is the paper's, and all layers shrink with it.
        domains: number of domains; the paper's faces have 2.
        latent, style: widths of the latent and of the style code.
    """

    size: int = 64
    width: int = 512
    domains: int = 2
    latent: int = 16
    style: int = 64

    def __post_init__(self) -> None:
        if self.size < 32 or self.size & (self.size - 1):
            raise ValueError(f"size is {self.size}; it must be a power of two, 32 or more")
        if self.width < 1 or self.domains < 1:
            raise ValueError("width and domains must be at least 1")

    @property
    def first(self) -> int:
        """Channels at full resolution: the paper's 2**14 / size (at most 512), shrunk like all others."""
        return max(1, min(2**14 // self.size, 512) * self.width // 512)

    def halvings(self, smallest: int) -> list[tuple[int, int]]:
        """Channels before and after each halving, from full resolution to `smallest` pixels."""
        widths, side = [self.first], self.size
        while side > smallest:
            widths.append(min(2 * widths[-1], self.width))
            side //= 2
        return list(pairwise(widths))


class Modulation(nn.Module):
    """Adaptive instance normalisation (Huang and Belongie 2017): the style says scale and shift of every channel."""

    def __init__(self, channels: int, style: int) -> None:
        super().__init__()
        self.affine = nn.Linear(style, 2 * channels)

    def forward(self, features: Tensor, style: Tensor) -> Tensor:
        """Return features (n, channels, h, w) normalised and modulated by style (n, style)."""
        scale, shift = self.affine(style)[:, :, None, None].chunk(2, dim=1)
        return F.instance_norm(features) * (1 + scale) + shift


class ResidualBlock(nn.Module):
    """A pre-activation residual block (He et al. 2016): twice normalisation, leaky ReLU and a 3 x 3 convolution.

    Args:
        inputs, outputs: channels.
        resize: `half` (average pooling between the convolutions), `double` (nearest, before the first) or None.
        norm: `instance`, `style` (see `Modulation`) or None.
        style: width of the style code.
    """

    def __init__(
        self, inputs: int, outputs: int, resize: str | None = None, norm: str | None = None, style: int = 0
    ) -> None:
        super().__init__()
        self.resize, self.norm = resize, norm
        between = outputs if resize == "double" else inputs
        self.first = nn.Conv2d(inputs, between, 3, padding=1)
        self.second = nn.Conv2d(between, outputs, 3, padding=1)
        self.skip = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, bias=False)
        kinds = {"instance": lambda c: nn.InstanceNorm2d(c, affine=True), "style": lambda c: Modulation(c, style)}
        self.norms = nn.ModuleList(kinds[norm](c) for c in (inputs, between)) if norm else None

    def forward(self, features: Tensor, style: Tensor | None = None) -> Tensor:
        """Return (n, outputs, h', w') for features (n, inputs, h, w) and style (n, style)."""
        hidden = self._active(features, style, 0)
        if self.resize == "double":
            hidden, features = (F.interpolate(x, scale_factor=2.0) for x in (hidden, features))
        hidden, features = self.first(hidden), self.skip(features)
        if self.resize == "half":
            hidden, features = (F.avg_pool2d(x, 2) for x in (hidden, features))
        hidden = self.second(self._active(hidden, style, 1))
        # Of unit variance, as both summands are: without it signals would grow from block to block.
        return (features + hidden) / 2**0.5

    def _active(self, features: Tensor, style: Tensor | None, which: int) -> Tensor:
        if self.norms is not None:
            told = (style,) if self.norm == "style" else ()
            features = self.norms[which](features, *told)
        return F.leaky_relu(features, 0.2)


class Generator(nn.Module):
    """Down to 16 px with instance normalisation, two blocks there with it and two with the style, up with the style."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        halvings = shape.halvings(_SMALLEST)
        deepest = halvings[-1][1]
        self.stem = nn.Conv2d(3, shape.first, 1)
        down = [ResidualBlock(a, b, "half", "instance") for a, b in halvings]
        self.encoder = nn.Sequential(*down, *(ResidualBlock(deepest, deepest, None, "instance") for _ in range(2)))
        flat = [ResidualBlock(deepest, deepest, None, "style", shape.style) for _ in range(2)]
        up = [ResidualBlock(b, a, "double", "style", shape.style) for a, b in reversed(halvings)]
        self.decoder = nn.ModuleList(flat + up)
        self.head = nn.Sequential(
            nn.InstanceNorm2d(shape.first, affine=True), nn.LeakyReLU(0.2), nn.Conv2d(shape.first, 3, 1)
        )

    def forward(self, images: Tensor, styles: Tensor) -> Tensor:
        """Return pictures (n, 3, h, w), about [-1, 1], for images (n, 3, h, w) in [-1, 1] and styles (n, style)."""
        features = self.encoder(self.stem(images))
        for block in self.decoder:
            features = block(features, styles)
        return self.head(features)


class MappingNetwork(nn.Module):
    """From a latent code to a style code: four layers for all domains, and four for each."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        w = shape.width
        self.shared = nn.Sequential(*_hidden([shape.latent, w, w, w, w]))
        self.branches = nn.ModuleList(
            nn.Sequential(*_hidden([w, w, w, w]), nn.Linear(w, shape.style)) for _ in range(shape.domains)
        )

    def forward(self, latents: Tensor, domains: Tensor) -> Tensor:
        """Return styles (n, style) for latents (n, latent), standard normal, and domains (n,), from 0."""
        shared = self.shared(latents)
        return _of_domain([branch(shared) for branch in self.branches], domains)


class StyleEncoder(nn.Module):
    """From a picture to its style code, with an output for each domain."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.trunk = _trunk(shape)
        self.branches = nn.ModuleList(nn.Linear(shape.width, shape.style) for _ in range(shape.domains))

    def forward(self, images: Tensor, domains: Tensor) -> Tensor:
        """Return styles (n, style) for images (n, 3, h, w) in [-1, 1] and domains (n,), from 0."""
        features = self.trunk(images)
        return _of_domain([branch(features) for branch in self.branches], domains)


class Discriminator(nn.Module):
    """The multi-task discriminator: real or made, with an output for each domain."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.trunk = _trunk(shape)
        self.heads = nn.Linear(shape.width, shape.domains)

    def forward(self, images: Tensor, domains: Tensor) -> Tensor:
        """Return logits (n,) for images (n, 3, h, w) in [-1, 1] and domains (n,), from 0."""
        return self.heads(self.trunk(images)).gather(1, domains[:, None])[:, 0]


def parameters_to_match(shape: Shape) -> int:
    """Trainable parameters of generator, mapping network and style encoder together."""
    with torch.device("meta"):
        networks = [network(shape) for network in (Generator, MappingNetwork, StyleEncoder)]
    return sum(p.numel() for network in networks for p in network.parameters())


def matched(shape: Shape, parameters: int) -> Shape:
    """Return the shape with the width whose parameters (`parameters_to_match`) are nearest to `parameters`."""
    low, high = 1, shape.width
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if parameters_to_match(replace(shape, width=middle)) <= parameters else (low, middle)
    return min((replace(shape, width=w) for w in (low, high)), key=lambda s: abs(parameters_to_match(s) - parameters))


def start(module: nn.Module) -> None:
    """Set the weights of one layer as the paper does: He et al. 2015, and no biases."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def _trunk(shape: Shape) -> nn.Sequential:
    """From a picture to (n, c) features, c the width of the last halving: residual blocks down to 4 px, no norms."""
    halvings = shape.halvings(4)
    deepest = halvings[-1][1]
    blocks = (ResidualBlock(a, b, "half") for a, b in halvings)
    end = nn.LeakyReLU(0.2), nn.Conv2d(deepest, deepest, 4), nn.LeakyReLU(0.2), nn.Flatten()
    return nn.Sequential(nn.Conv2d(3, shape.first, 1), *blocks, *end)


def _hidden(widths: list[int]) -> list[nn.Module]:
    return [layer for a, b in pairwise(widths) for layer in (nn.Linear(a, b), nn.ReLU())]


def _of_domain(outputs: list[Tensor], domains: Tensor) -> Tensor:
    """Choose for each row the output (n, d) of its domain."""
    return torch.stack(outputs, 1)[torch.arange(len(domains), device=domains.device), domains]
