"""The settings of trainings, checked by pydantic when they are made."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import ArgsKwargs

from influencer_style.examples.shard import CHECKED, Seed, StreamSettings
from influencer_style.training.machine import Half

Count = Annotated[int, Field(ge=1, le=10_000_000)]
BatchSize = Annotated[int, Field(ge=0, le=10_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1e6)]
LearningRate = Annotated[float, Field(ge=1e-12, le=0.1)]
Decay = Annotated[float, Field(ge=0, le=0.9999999)]


@dataclass(frozen=True, config=CHECKED)
class LossWeights:
    """Weights of the losses relative to reconstruction, which has weight 1; 0 leaves a loss out.

    Attributes:
        features: Studio examples: distance to the truth in features of the encoder.
        adversarial: All pictures: what the discriminator takes for a photo in that look.
        gram: Users' photos: distance to the look's Gram statistics.
        content: Users' photos: what is shown, and where, stays (instance-normalised features).
        shape: Users' photos: who it is stays (locally normalised luminance).
        r1: Gradient penalty of the discriminator at real pictures, r2: at generated ones.
        lecam: Keeps the discriminator's logits together where photos are few.
    """

    features: Weight = 0.15
    adversarial: Weight = 0.01
    gram: Weight = 0.0
    content: Weight = 0.0
    shape: Weight = 0.0
    r1: Weight = 1.0
    r2: Weight = 0.0
    lecam: Weight = 0.0


@dataclass(frozen=True, config=CHECKED)
class TrainerSettings:
    """How the loop runs; conf/base/parameters_pretraining.yml says more.

    Attributes:
        examples: Studio examples with known truth in a step.
        photos: Users' photos in a step, each restyled into a creator's look. Examples and photos are not both 0.
        colour: Share of examples whose look is of pure colour.
        rate: Learning rate of the generator; that of the discriminator is `discriminator_rate`.
        relativistic: Whether real and generated pictures are judged in pairs; this needs `r1` and `r2`.
        head_start: The first steps, which train the discriminator alone: a fresh one has nothing to teach.
        penalty_every: Steps between two gradient penalties, each of which is multiplied by this number.
        code_noise: Standard deviation of the noise on style codes.
        momentum: First beta of the generator's Adam. Adversarial training does best with none; known truth is learnt
            faster with some.
        ema: Decay of the moving average of the weights; the average is what is kept.
        stream: What the studio renders; its resolution is that of training.
        shard_every: Steps between two new shards; at most `window` shards are at hand at a time.
        validate_every: Steps between two points of the validation curve, with samples.
        workers: Processes that render; `threads` are torch's in this process, 0 leaves their number to torch.
        half: Whether convolutions are computed in bfloat16; `auto` where the machine does so quickly (`machine.py`).
        parts: Parts in which a batch is computed; more parts need less memory. Running out of it doubles them.
        compiled: Whether torch.compile makes the generator faster; this takes minutes at the start on some machines.
        deterministic: Whether slower, repeatable kernels are used on a GPU; on the CPU they always are.
    """

    steps: Count = 10_000
    examples: BatchSize = 12
    photos: BatchSize = 0
    channels: Annotated[int, Field(ge=8, le=1024, multiple_of=8)] = 24
    colour: Share = 0.5
    rate: LearningRate = 7e-4
    discriminator_rate: LearningRate = 5e-4
    relativistic: bool = False
    weights: LossWeights = field(default_factory=LossWeights)
    head_start: Annotated[int, Field(ge=0)] = 0
    penalty_every: Count = 16
    code_noise: Weight = 0.05
    momentum: Decay = 0.0
    ema: Decay = 0.998
    seed: Seed = 7
    stream: StreamSettings = field(default_factory=StreamSettings)
    shard_every: Count = 130
    window: Annotated[int, Field(ge=2, le=10_000)] = 64
    validate_every: Count = 500
    checkpoint_seconds: Weight = 60.0
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    threads: Annotated[int, Field(ge=0, le=1024)] = 1
    half: Half = "auto"
    parts: Annotated[int, Field(ge=1, le=10_000)] = 1
    compiled: bool = False
    deterministic: bool = False

    @model_validator(mode="before")
    @classmethod
    def _none_was_removed(cls, given: object) -> object:
        """Refuse a setting that only earlier releases had, and name the remedy."""
        named = given.kwargs if isinstance(given, ArgsKwargs) else given
        if isinstance(named, dict) and "most_seconds" in named:
            raise ValueError(
                "most_seconds was removed: trainings end after `steps`, so that the same seed gives the same model; "
                "remove most_seconds, and set fewer steps where a training takes too long"
            )
        return given

    @model_validator(mode="after")
    def _make_sense_together(self) -> Self:
        if not self.examples + self.photos:
            raise ValueError("examples and photos are both 0; at least one of them must be above 0")
        if self.head_start >= self.steps:
            raise ValueError("head_start must be less than steps")
        return self
