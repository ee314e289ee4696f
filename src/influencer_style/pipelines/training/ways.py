"""The ways to a generator: take the base, adapt it to the creators, or train one from nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from influencer_style.examples.creators import CreatorPhotos
from influencer_style.examples.shard import forget_shards
from influencer_style.examples.stream import StudioStream
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.base import Base
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.pipelines.watching import SampleStrips, told
from influencer_style.reports.training import draw_samples
from influencer_style.training.engine import Watch, train
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.task import studio_stream
from influencer_style.training.transfer.adaptation import adapt
from influencer_style.training.transfer.task import TransferTask

Found = tuple[dict[str, Any], dict[str, Any]]


def with_shape_of(settings: TrainerSettings, config: TransferConfig) -> TrainerSettings:
    """Return the settings with the resolution and width of a generator to start from."""
    return replace(settings, channels=config.channels, stream=replace(settings.stream, resolution=config.resolution))


@dataclass(frozen=True)
class Way:
    """What all ways need. Each returns `generator`, `history` and `samples`; and what was `kept`, and `why`.

    Attributes:
        settings: of the loop.
        folder: for checkpoints, shards and samples; a training that was interrupted goes on from there.
        encoder: of the style codes.
        looks: the creators'.
        people: (n, 3, s, s) in [0, 1], to draw samples of.
        device: torch's name of it.
    """

    settings: TrainerSettings
    folder: Path
    encoder: StyleEncoder
    looks: LookProfiles
    people: Tensor
    device: str

    def take(self, base: Base, why: str) -> Found:
        """Take the base as it is, and say why: the creators' photos tell it their looks."""
        samples = draw_samples(base.generator, self.people, self._codes, int(base.history[-1]["step"]))
        found = {"generator": base.generator, "history": base.history, "samples": samples}
        return found, {"kept": "base", "why": why}

    def train(self, creators: CreatorPhotos) -> Found:
        """Train from nothing."""
        strips = SampleStrips(self.folder / "samples")
        with self._stream() as stream, self._watch("Training", strips) as watch:
            task = TransferTask(self.settings, self.encoder, stream.at, creators, device=self.device)
            state = train(task, self.folder / "checkpoint.pt", watch)
        found = {"generator": state.average, "history": state.history, "samples": strips.stacked()}
        return found, {"kept": "trained", "why": "training.initial is scratch"}

    def adapt(self, base: Base, creators: CreatorPhotos, people: Tensor, photos: dict[str, np.ndarray]) -> Found:
        """Adapt the base, and keep what the guard lets pass.

        Args:
            base: to start from.
            creators: what is learnt from.
            people: (n, 3, s, s) in [0, 1], validation users.
            photos: uint8 (m, s, s, 3) by look, validation photos of the creators.
        """

        def strips(name: str) -> SampleStrips:
            return SampleStrips(self.folder / "samples" / name)

        with self._stream() as stream:
            task = TransferTask(self.settings, self.encoder, stream.at, creators, base.generator, self.device)
            done = adapt(
                task,
                self.folder,
                people,
                photos,
                lambda name: self._watch(name.replace("_", " ").capitalize(), strips(name)),
            )
        samples = strips(done.shown).stacked()
        return {"generator": done.generator, "history": done.history, "samples": samples}, done.decision

    @cached_property
    def _codes(self) -> dict[str, Tensor]:
        return {name: self.looks.code(name) for name in self.looks.names}

    @contextmanager
    def _stream(self) -> Iterator[StudioStream]:
        with studio_stream(self.settings, self.folder, self.encoder) as stream:
            yield stream
        forget_shards(self.folder)

    @contextmanager
    def _watch(self, title: str, strips: SampleStrips) -> Iterator[Watch[TransferGenerator]]:
        def show(step: int, generator: TransferGenerator) -> None:
            strips.keep(step, draw_samples(generator, self.people, self._codes, step))

        with told(self.settings.steps, title) as watch:
            yield replace(watch, samples=show)
