"""The discriminator: is this a photo in that look?"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from influencer_style.looks.style_code import StyleCode, description_width


class Discriminator(nn.Module):
    """One trunk for all looks and domains.

    A projection of the style code conditions it on the look (Miyato and Koyama 2018); each of the domains (a creator,
    the users) adds a projection of its own. `code` is the width of the style code, `resolution` a power of two, at
    least 32, `channels` the width after the first convolution, which doubles with each halving, to at most eight times.
    """

    def __init__(self, code: int, resolution: int = 64, channels: int = 24, domains: int = 0) -> None:
        super().__init__()
        widths = [channels]
        size = resolution
        layers: list[nn.Module] = [nn.Conv2d(3, channels, 3, padding=1), nn.LeakyReLU(0.2)]
        while size > 4:
            widths.append(min(2 * widths[-1], 8 * channels))
            layers += [nn.Conv2d(widths[-2], widths[-1], 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
            size //= 2
        self.trunk = nn.Sequential(*layers)
        self.real = nn.Linear(widths[-1], 1)
        self.look = nn.Sequential(
            nn.Linear(description_width(code), 128), nn.LeakyReLU(0.2), nn.Linear(128, widths[-1])
        )
        # Row 0 is nobody's, for the studio's people, and stays 0.
        self.domain = nn.Embedding(1 + domains, widths[-1], padding_idx=0)
        nn.init.zeros_(self.domain.weight)

    def forward(self, images: Tensor, code: Tensor, domain: Tensor | None = None) -> Tensor:
        """Return logits (n,) of images (n, 3, h, w), sRGB in [0, 1], in the looks of style codes (n, code).

        `domain` has numbers of domains from 1, (n,); 0, or None for all, means no domain.
        """
        features = self.trunk(images * 2 - 1).mean((2, 3))
        look = self.look(3 * torch.tanh(StyleCode(code).description / 3))
        if domain is not None:
            look = look + self.domain(domain)
        return (self.real(features)[:, 0] + (features * look).sum(1) / features.shape[1] ** 0.5).float()


def augment(images: Tensor, generator: torch.Generator) -> Tensor:
    """Mirror, shift by up to an eighth, and cut out a quarter, of real and fake pictures before they are judged.

    Differentiable augmentation (Zhao et al. 2020) without its colour changes: colour is the look here. Images are (n,
    3, h, w) on any device, `generator` is a source of random choices on the CPU.
    """
    n, _, h, w = images.shape
    mirror = torch.rand(n, generator=generator) < 0.5
    shift = torch.randint(-(h // 8), h // 8 + 1, (n, 2), generator=generator)
    corner = torch.rand(n, 2, generator=generator)
    y, x = torch.arange(h), torch.arange(w)
    rows = (y[None] + shift[:, :1]).clamp(0, h - 1)
    columns = (x[None] + shift[:, 1:]).clamp(0, w - 1)
    columns = torch.where(mirror[:, None], w - 1 - columns, columns)
    hole_y = (y[None] - corner[:, :1] * h).abs() < h / 8
    hole_x = (x[None] - corner[:, 1:] * w).abs() < w / 8
    kept = 1 - (hole_y[:, :, None] & hole_x[:, None, :]).to(images.dtype)
    index = (rows[:, :, None] * w + columns[:, None, :]).flatten(1)
    moved = images.flatten(2).gather(2, index[:, None].expand(-1, 3, -1).to(images.device)).view_as(images)
    # Cut-outs take the picture's mean: a black hole would be a look.
    mean = moved.mean((2, 3), keepdim=True).detach()
    kept = kept[:, None].to(images.device)
    return moved * kept + mean * (1 - kept)
