"""What transfer and synthesis do differently in a training, and what an adaptation of either leaves."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from influencer_style.examples.batch import Batch, PairedBatch, StepBatch, mean_errors
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.examples.shard import Shard, StreamSettings, kept_shard
from influencer_style.examples.stream import Pace, StudioStream
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.networks.synthesis import SynthesisGenerator
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training.settings import TrainerSettings

Generator = TypeVar("Generator", bound=TransferGenerator | SynthesisGenerator)
BASE, ADAPTED = "base", "adapted"
_HELD_OUT = 1_000_000  # shards from this number on are for validation


@dataclass(frozen=True)
class Pairs(Batch):
    """Pictures for the discriminator to tell apart; (n, 3, h, w), sRGB, about [0, 1].

    `real` are photos or the studio's truth, `fake` the generator's pictures, each in the same look as the real one in
    its row. `codes`, (n, d), are the style codes of the looks, `domains`, (n,) int, whose photos they are, see
    `Discriminator`.
    """

    real: Tensor
    fake: Tensor
    codes: Tensor
    domains: Tensor


@dataclass(kw_only=True)
class Task(ABC, Generic[PairedBatch, Generator]):
    """What a generator is trained for. Raises ValueError when the settings ask for photos and there are none.

    `encoder` is copied to the device. `creators` are the real photos, for `settings.photos` of a step, `initial` is a
    generator to start from, whose shape takes precedence over that of the settings. `domains` is the number of the
    discriminator's domains, `adversary_after` the first step in which it takes part.
    """

    settings: TrainerSettings
    encoder: StyleEncoder
    creators: CreatorPhotos | None = None
    initial: Generator | None = None
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.settings.photos and self.creators is None:
            raise ValueError(f"photos is {self.settings.photos}, and there are no creators' photos; set it to 0")
        self.encoder = copy.deepcopy(self.encoder).to(self.device)
        self.domains = len(self.creators.names) if self.creators else 0
        self.adversary_after = 0

    @abstractmethod
    def fresh_generator(self) -> Generator:
        """Return an untrained generator of the right shape."""

    @abstractmethod
    def draw(self, step: int, rng: torch.Generator) -> StepBatch[PairedBatch]:
        """Return what a step learns from. The same step and the same state of `rng` give the same batch."""

    @abstractmethod
    def generate(self, run: Callable[..., Tensor], batch: StepBatch[PairedBatch]) -> Tensor:
        """Return what a generator, compiled or not, makes of a batch (n, 3, h, w): its paired rows come first."""

    def pairs(self, batch: StepBatch[PairedBatch], known: Tensor, new: Tensor, _rng: torch.Generator) -> list[Pairs]:
        """Return what the discriminator is shown: results next to their truth, and next to photos in the same look.

        `known` are the results for the batch's paired rows, `new` those for the unpaired rows.
        """
        pairs = []
        if (paired := batch.paired) is not None:
            nobody = torch.zeros(len(paired), dtype=torch.long, device=known.device)
            pairs.append(Pairs(paired.truth, known, paired.codes, nobody))
        if (photos := batch.unpaired) is not None:
            pairs.append(Pairs(photos.real, new, photos.codes, photos.domains))
        return pairs

    def visible(self, results: Tensor) -> Tensor:
        """Return what the encoder sees of results."""
        return results


@dataclass(frozen=True)
class Adaptation(Generic[Generator]):
    """The outcome of an adaptation: generators (`base`, and those trained from it) and histories of losses by name.

    `kept` is the name of the generator to use, `why` the reason, a sentence; `compared` has the measures of generators
    next to one another, as plain numbers.
    """

    generators: dict[str, Generator]
    histories: dict[str, list[dict[str, float]]]
    kept: str
    why: str
    compared: dict[str, Any]

    @property
    def generator(self) -> Generator:
        """The generator to use."""
        return self.generators[self.kept]

    @property
    def shown(self) -> str:
        """The name of the training to show: that of the generator which is kept, else `adapted`."""
        return ADAPTED if self.kept == BASE else self.kept

    @property
    def history(self) -> list[dict[str, float]]:
        """The losses of the training to show."""
        return self.histories[self.shown]

    @property
    def decision(self) -> dict[str, object]:
        """What was decided and why."""
        return {"kept": self.kept, "why": self.why, "compared": self.compared}


def studio_stream(settings: TrainerSettings, folder: Path, encoder: StyleEncoder) -> StudioStream:
    """Return the stream of a training, kept in the training's folder."""
    s = settings
    return StudioStream(s.stream, folder, encoder, Pace(s.shard_every, min(4, s.window), s.window, s.workers))


def held_out_shards(stream: StreamSettings, folder: Path, encoder: StyleEncoder) -> list[Shard]:
    """Return two shards of people and looks that are never in training, kept in the training's folder."""
    return [kept_shard(stream, _HELD_OUT + i, folder, encoder) for i in range(2)]


def validation_errors(held_out: dict[str, PairedBatch], generate: Callable[[PairedBatch], Tensor]) -> dict[str, float]:
    """Return the mean absolute error, in 255ths, of what is made of each held-out batch: `validation_<name>`."""
    return {f"validation_{name}": float(mean_errors(generate(b), b.truth).mean()) for name, b in held_out.items()}
