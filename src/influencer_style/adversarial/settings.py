"""What a training can be told."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, Field


class Profile(BaseModel):
    """What fits one kind of machine.

    Attributes:
        resolution: side of the crops in pixels.
        pairs: studio pairs in a batch.
        photos: users' photos in a batch, each asked for a creator's look.
        steps: steps of generator and discriminator; the budget.
        channels: width of the generator at full resolution.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    resolution: Literal[32, 64, 128, 256]
    pairs: int = Field(ge=1, le=512)
    photos: int = Field(ge=1, le=512)
    steps: int = Field(ge=1, le=10_000_000)
    channels: int = Field(ge=8, le=256, multiple_of=8)


class PairSettings(BaseModel):
    """How much of the studio's known truth is rendered for training: see `studio.pairs.render_pairs`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    looks: int = Field(ge=1, le=100_000)
    targets: int = Field(ge=1, le=64)
    references: int = Field(ge=2, le=64)
    seed: int = 11


class Weights(BaseModel):
    """Weights of the losses; 0 leaves one out."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    reconstruction: float = Field(ge=0, allow_inf_nan=False)
    features: float = Field(ge=0, allow_inf_nan=False)
    adversarial: float = Field(ge=0, allow_inf_nan=False)
    gram: float = Field(ge=0, allow_inf_nan=False)
    r1: float = Field(ge=0, allow_inf_nan=False)


class TrainingSettings(BaseModel):
    """The parameters of `training`; conf/base/parameters_training.yml says what each is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    profile: Literal["auto", "cpu", "gpu"]
    initial: Literal["base", "scratch"]
    base: str
    seed: int
    learning_rate: float = Field(gt=0, le=0.1)
    discriminator_rate: float = Field(gt=0, le=0.1)
    code_noise: float = Field(ge=0, le=10)
    ema: float = Field(ge=0, lt=1)
    penalty_every: int = Field(ge=1)
    sample_every: int = Field(ge=1)
    checkpoint_seconds: float = Field(gt=0)
    weights: Weights
    pairs: PairSettings
    profiles: dict[Literal["cpu", "gpu"], Profile]

    @property
    def device(self) -> str:
        """`cuda` where there is a GPU and the profile does not say `cpu`; else `cpu`."""
        return "cuda" if torch.cuda.is_available() and self.profile != "cpu" else "cpu"

    @property
    def chosen(self) -> Profile:
        """The profile in force: `auto` takes `gpu` where there is one."""
        name = self.profile if self.profile != "auto" else ("gpu" if self.device == "cuda" else "cpu")
        return self.profiles[name]
