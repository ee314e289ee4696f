"""What a training sees of real photos: users' photos to restyle, and creators' photos to match."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.examples.batch import Unpaired
from influencer_style.examples.paired import mirrored, with_noise
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.profile import LookProfiles


class CreatorPhotos:
    """Holds all crops in memory at the training resolution (side in pixels), as uint8, and draws batches of them.

    `users` are crops of unstyled people, (n, s, s, 3) uint8, `creators` those of each look's creator, and `looks` the
    profiles of these looks.
    """

    def __init__(
        self, users: np.ndarray, creators: dict[str, np.ndarray], looks: LookProfiles, resolution: int
    ) -> None:
        self.names = sorted(creators)
        self.looks = looks
        self.users = resize(users, resolution)
        self.creators = {name: resize(creators[name], resolution) for name in self.names}
        self.codes = {name: looks.code(name) for name in self.names}

    def batch(self, count: int, code_noise: float, noise: int, rng: torch.Generator) -> Unpaired:
        """Draw `count` users' photos. The creators' looks take turns, however many photos each creator has.

        `code_noise` is as in `paired.Sampling`; `noise` is the width of z.
        """

        def draw(high: int, number: int) -> list[int]:
            return torch.randint(high, (number,), generator=rng).tolist()

        start = draw(len(self.names), 1)[0]
        names = [self.names[(start + i) % len(self.names)] for i in range(count)]
        users, others = (self.users[draw(len(self.users), count)].float().div(255) for _ in range(2))
        real = torch.stack([self.creators[name][draw(len(self.creators[name]), 1)[0]] for name in names])
        statistics = [self.looks[name].statistics for name in names]
        mirror = (torch.rand(count, generator=rng) < 0.5).view(-1, 1, 1, 1)
        return Unpaired(
            inputs=mirrored(users, mirror),
            codes=with_noise(torch.stack([self.codes[name] for name in names]), code_noise, rng),
            noise=torch.randn(count, noise, generator=rng),
            domains=torch.tensor([1 + self.names.index(name) for name in names]),
            real=real.float().div(255),
            others=others,
            target=torch.stack([s.mean for s in statistics]),
            deviation=torch.stack([s.deviation for s in statistics]),
        )


def resize(crops: np.ndarray, resolution: int) -> Tensor:
    """Return crops, uint8 (n, s, s, 3), as uint8 (n, 3, resolution, resolution), area-true, a few at a time."""
    if len(crops) == 0:
        return torch.empty(0, 3, resolution, resolution, dtype=torch.uint8)
    small = [
        F.interpolate(to_tensor(crops[i : i + 64]), (resolution, resolution), mode="bilinear", antialias=True)
        for i in range(0, len(crops), 64)
    ]
    return torch.cat([part.mul(255).round().clamp(0, 255).byte() for part in small])
