"""The task of synthesis: portraits of nobody in looks, regressed onto the portraits that z and look determine.

A GAN that has nothing but noise spends hours on finding faces. In the studio the latent is known, so that each z has
its own portrait from the first step; what is left to the adversary is the sharpness that a mean error blurs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Self

import numpy as np
import torch
from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass
from torch import Tensor, nn
from torch.nn import functional as F

from influencer_style.examples.batch import Paired, StepBatch
from influencer_style.examples.shard import CHECKED, Seed, StreamSettings
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.style_code import code_width
from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator
from influencer_style.studio.latent import TRAITS, WIDTH, read_traits
from influencer_style.training.engine import ignore
from influencer_style.training.settings import LearningRate, LossWeights, Share, TrainerSettings
from influencer_style.training.task import Task


@checked_dataclass(frozen=True, config=CHECKED)
class TraitSettings:
    """How a generator learns to read from z who somebody is, before it has seen a single portrait.

    Which hair somebody has is the largest of a dozen numbers, and beards begin at a threshold. A few thousand portraits
    hardly teach that; the descriptions of any number of `people`, whom nobody needs to render, do in a minute or two,
    by Adam (Kingma and Ba 2015) with `batch` people in a step; `rate` falls to 0. `blur` is the standard deviation of
    the noise on z: somebody between two kinds has a bit of both, so that the way from one portrait to another has no
    jumps.
    """

    people: Annotated[int, Field(ge=2, le=10_000_000)] = 200_000
    steps: Annotated[int, Field(ge=1, le=1_000_000)] = 6000
    batch: Annotated[int, Field(ge=2, le=100_000)] = 512
    rate: LearningRate = 2e-3
    blur: Annotated[float, Field(ge=0, le=10)] = 0.15
    seed: Seed = 7


@checked_dataclass(frozen=True, config=CHECKED)
class SynthesisSettings(TrainerSettings):
    """How a synthesis generator is trained; conf/base/parameters_synthesis_pretraining.yml says more.

    `neutral` is the share of unstyled portraits among the examples, `adversary_after` the first step in which the
    discriminator takes part, and `traits` says how the reading of z is trained, before the first step.
    """

    neutral: Share = 0.25
    adversary_after: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    relativistic: bool = True
    traits: TraitSettings = field(default_factory=TraitSettings)
    stream: StreamSettings = field(default_factory=lambda: StreamSettings(known=True))
    weights: LossWeights = field(default_factory=lambda: LossWeights(features=0.15, adversarial=0.005, r1=1.0, r2=1.0))

    @model_validator(mode="after")
    def _studio_can_render_it(self) -> Self:
        if self.neutral + self.colour > 1:
            raise ValueError(f"neutral is {self.neutral} and colour {self.colour}; they are shares of one whole")
        if not self.stream.known:
            raise ValueError("stream.known is false; synthesis is trained on portraits that z and look determine")
        return self


@dataclass(kw_only=True)
class SynthesisTask(Task[Paired, SynthesisGenerator]):
    """Draw portraits that noise and look determine. Pretraining and adaptation say which ones."""

    settings: SynthesisSettings

    def __post_init__(self) -> None:
        super().__post_init__()
        # Nobody's portrait has content to keep: shapes alone are held on to.
        self.settings = replace(self.settings, weights=replace(self.settings.weights, content=0.0))
        self.adversary_after = self.settings.adversary_after
        self.config = synthesis_shape(self.settings, self.encoder) if self.initial is None else self.initial.config

    def fresh_generator(self) -> SynthesisGenerator:
        """Return an untrained generator."""
        return SynthesisGenerator(self.config)

    def generate(self, run: Callable[..., Tensor], batch: StepBatch[Paired]) -> Tensor:
        """Draw a portrait for each row of a batch."""
        return run(batch.noise, batch.codes)


def synthesis_shape(settings: SynthesisSettings, encoder: StyleEncoder) -> SynthesisConfig:
    """Return the shape of a generator that is trained from nothing."""
    return SynthesisConfig(code_width(encoder), WIDTH, settings.stream.resolution, settings.channels, traits=TRAITS)


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
