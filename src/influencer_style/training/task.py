"""What transfer and synthesis do differently in a training; `engine` and `game` hold what they share."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import Tensor

from influencer_style.examples.batch import Batch, Paired, PairedBatch, StepBatch
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.examples.stream import Pace, StudioStream
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.networks.synthesis import SynthesisGenerator
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training.settings import TrainerSettings

Generator = TypeVar("Generator", bound=TransferGenerator | SynthesisGenerator)


@dataclass(frozen=True)
class Pairs(Batch):
    """Pictures for the discriminator to tell apart; (n, 3, h, w), sRGB, about [0, 1].

    Attributes:
        real: Photos, or the studio's truth.
        fake: The generator's pictures, each in the same look as the real one in its row.
        codes: (n, d) style codes of the looks.
        domains: (n,) int, whose photos they are, see `Discriminator`.
    """

    real: Tensor
    fake: Tensor
    codes: Tensor
    domains: Tensor

    @classmethod
    def with_truth(cls, batch: Paired, results: Tensor) -> Pairs:
        """Return results beside their truth. The studio's people belong to no domain."""
        return cls(batch.truth, results, batch.codes, torch.zeros(len(batch), dtype=torch.long, device=results.device))


class Task(ABC, Generic[PairedBatch, Generator]):
    """What a generator is trained for.

    Args:
        settings: The settings of the training.
        encoder: The style encoder; the task takes a copy.
        creators: The real photos, for `settings.photos` of a step.
        initial: A generator to start from; its shape takes precedence over that of the settings.
        device: Torch's name of the device to train on.

    Raises:
        ValueError: when the settings ask for photos and there are none.

    Attributes:
        domains: Number of the discriminator's domains.
        adversary_after: First step in which the discriminator takes part.
    """

    domains: int = 0
    adversary_after: int = 0

    def __init__(
        self,
        settings: TrainerSettings,
        encoder: StyleEncoder,
        creators: CreatorPhotos | None,
        initial: Generator | None,
        device: str,
    ) -> None:
        if settings.photos and creators is None:
            raise ValueError(f"photos is {settings.photos}, and there are no creators' photos; set it to 0")
        self.settings, self.creators, self.initial, self.device = settings, creators, initial, device
        self.encoder = copy.deepcopy(encoder).to(device)

    def make_generator(self) -> Generator:
        """Return the generator to start from."""
        generator = self.fresh_generator()
        if self.initial is not None:
            generator.load_state_dict(self.initial.state_dict())
        return generator

    @abstractmethod
    def fresh_generator(self) -> Generator:
        """Return an untrained generator of the right shape."""

    @abstractmethod
    def draw(self, step: int, rng: torch.Generator) -> StepBatch[PairedBatch]:
        """Return what a step learns from. The same step and the same state of `rng` give the same batch."""

    @abstractmethod
    def generate(self, run: Callable[..., Tensor], batch: StepBatch[PairedBatch]) -> Tensor:
        """Return the results (n, 3, h, w) for the paired rows of a batch, then for the unpaired ones.

        Args:
            run: The generator, compiled or not.
            batch: What it is given.
        """

    @abstractmethod
    def pairs(self, batch: StepBatch[PairedBatch], results: Tensor, rng: torch.Generator) -> Pairs:
        """Return what the discriminator is shown of a batch and its results."""

    def visible(self, results: Tensor) -> Tensor:
        """Return what the encoder sees of results."""
        return results


def studio_stream(settings: TrainerSettings, folder: Path, encoder: StyleEncoder) -> StudioStream:
    """Return the stream of a training, kept in the training's folder."""
    s = settings
    return StudioStream(s.stream, folder, encoder, Pace(s.shard_every, min(4, s.window), s.window, s.workers))
