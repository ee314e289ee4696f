"""Trains a generator to read from z who somebody is, before it has seen a single portrait.

Which hair somebody has is the largest of a dozen numbers, and beards begin at a threshold. A few thousand portraits
hardly teach that; the descriptions of any number of people, whom nobody needs to render, do in a minute or two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from pydantic.dataclasses import dataclass
from torch import nn
from torch.nn import functional as F

from influencer_style.examples.shard import CHECKED, Seed
from influencer_style.studio.latent import WIDTH, read_traits
from influencer_style.training.engine import ignore
from influencer_style.training.settings import LearningRate


@dataclass(frozen=True, config=CHECKED)
class TraitSettings:
    """How the reading of z is trained.

    Attributes:
        people: Number of people that are described; none of them is rendered.
        steps: Steps of Adam (Kingma and Ba 2015).
        batch: People in a step.
        rate: Learning rate; falls to 0.
        blur: Standard deviation of the noise on z: somebody between two kinds has a bit of both, so that the way from
            one portrait to another has no jumps.
        seed: Seed of people and batches.
    """

    people: Annotated[int, Field(ge=2, le=10_000_000)] = 200_000
    steps: Annotated[int, Field(ge=1, le=1_000_000)] = 6000
    batch: Annotated[int, Field(ge=2, le=100_000)] = 512
    rate: LearningRate = 2e-3
    blur: Annotated[float, Field(ge=0, le=10)] = 0.15
    seed: Seed = 7


def train_traits(network: nn.Module, settings: TraitSettings, progress: Callable[[int, int], None] = ignore) -> float:
    """Train `network`, from z (n, WIDTH) to logits (n, TRAITS), in place; return its last loss.

    The loss is cross entropy: a trait in between is the share of those who have it. `progress` receives the number of
    steps taken, and that of all steps.
    """
    s, rng = settings, torch.Generator().manual_seed(settings.seed)
    people = np.random.default_rng(s.seed).standard_normal((s.people, WIDTH), np.float32)
    noise, traits = torch.from_numpy(people), torch.from_numpy(read_traits(people))
    optimizer = torch.optim.Adam(network.parameters(), s.rate)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, s.steps)
    for step in range(s.steps):
        some = torch.randint(len(noise), (s.batch,), generator=rng)
        blurred = noise[some] + s.blur * torch.randn(s.batch, WIDTH, generator=rng)
        loss = F.binary_cross_entropy_with_logits(network(blurred), traits[some])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        falling.step()
        if step % 100 == 99:
            progress(step + 1, s.steps)
    return float(loss.detach())
