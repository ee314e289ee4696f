"""The ways to a transfer generator: take the base, adapt it to the creators, or train one from nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from statistics import median

import pandas as pd
from PIL import Image
from torch import Tensor

from influencer_style.evaluation.gather import rows_of
from influencer_style.examples.creators import CreatorPhotos, resize
from influencer_style.examples.photographs import LEAST_PEOPLE
from influencer_style.examples.shard import forget_shards
from influencer_style.examples.stream import StudioStream
from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.base import TransferBase
from influencer_style.networks.trained import Decision
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.pipelines.trainings.bases import open_base
from influencer_style.pipelines.trainings.run import Outcome, SampleStrips, Way, watching
from influencer_style.reports.training import draw_samples
from influencer_style.storage.atomic import write_text
from influencer_style.tracking import current
from influencer_style.training.engine import Watch, train
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.task import studio_stream
from influencer_style.training.transfer.adaptation import adapt, with_config
from influencer_style.training.transfer.guard import what_is_missing
from influencer_style.training.transfer.task import TransferTask
from influencer_style.training.transfer.trials import People, chosen_trust, trust_errors

log = logging.getLogger(__name__)
_SHOWN = 3  # people in sample grids
_MOST_PHOTOS = 20  # of a set that the trust in the network is tried with


class TransferWay(Way[TransferGenerator, TrainerSettings]):
    """How transfer comes to its generator.

    Raises:
        ValueError: When no creator may be learnt from.
        BaseError: When there is no base where `training.base` says, or it was made with another encoder.
    """

    parameters: TrainingParameters

    def __init__(
        self, crops: FaceStore, encoder: StyleEncoder, looks: LookProfiles, parameters: TrainingParameters
    ) -> None:
        super().__init__(crops, encoder, looks, parameters)
        self.users = rows_of(crops, role="user", split="train")
        self.creators = {name: rows for name in looks.names if len(rows := rows_of(crops, slug=name, split="train"))}
        if not self.creators:
            raise ValueError("no creator's consent covers `train` now, so there is nothing to train on; see the log")
        self.base = None
        if parameters.initial == "base":
            self.base = open_base(TransferBase, parameters.base, encoder, "training.initial: scratch")
            shape, s = self.base.generator.config, self.settings
            self.settings = replace(s, channels=shape.channels, stream=replace(s.stream, resolution=shape.resolution))

    @property
    def photos(self) -> Iterable[str]:
        """The photo_ids of users and creators to train on."""
        return pd.concat([self.users, *self.creators.values()])["photo_id"]

    def obstacle(self) -> str | None:
        """Return why the base is taken as it is; None where it can be adapted, and the result can be judged."""
        if self.base is None:
            return None
        if not self.parameters.adapt:
            return "training.adapt is off"
        people = rows_of(self.crops, role="user", split="validation")
        missing = what_is_missing(len(people), {name: len(self._unseen(name)) for name in self.creators})
        if missing is not None:
            why = "The base is not adapted: %s. A tenth of a creator's photos and a fifth of users validate."
            log.warning(why, missing)
        return missing

    def draw(self, generator: TransferGenerator, step: int) -> Image.Image:
        """Draw some people in all looks."""
        return draw_samples(generator, self._shown, self.codes, step)

    def learn(self, folder: Path) -> Outcome[TransferGenerator]:
        """Adapt the base, and keep what the guard lets pass; or train from nothing."""
        counts = {name: len(rows) for name, rows in self.creators.items()}
        log.info("Training on creators' photos: %s. Each look is drawn equally often.", json.dumps(counts))
        pixels = {name: self.crops.pixels(rows) for name, rows in self.creators.items()}
        creators = CreatorPhotos(self.crops.pixels(self.users), pixels, self.looks, self.settings.stream.resolution)
        outcome = self.adapt(creators, folder) if self.base else self.train(creators, folder)
        return replace(outcome, decision=outcome.decision | {"photos": counts})

    def train(self, creators: CreatorPhotos, folder: Path) -> Outcome[TransferGenerator]:
        """Train from nothing."""
        strips = SampleStrips(folder / "samples")
        with self._stream(folder) as stream, self._watching("Training", strips) as watch:
            state = train(self._task(stream, creators), folder / "checkpoint.pt", watch)
        decision = Decision(kept="trained", why="training.initial is scratch")
        return Outcome(state.average, state.history, strips.stacked(), decision)

    def adapt(self, creators: CreatorPhotos, folder: Path) -> Outcome[TransferGenerator]:
        """Adapt the base, and keep what the guard lets pass."""

        def strips(name: str) -> SampleStrips:
            return SampleStrips(folder / "samples" / name)

        def follow(name: str) -> AbstractContextManager[Watch[TransferGenerator]]:
            return self._watching(name.replace("_", " ").capitalize(), strips(name))

        unseen = {name: self.crops.pixels(self._unseen(name)) for name in self.creators}
        with self._stream(folder) as stream:
            done = adapt(self._task(stream, creators), folder, self._validation_users(), unseen, follow)
        for name, comparison in done.compared.items():
            means = {key: found["mean"] for key, found in (comparison or {}).items() if isinstance(found, dict)}
            current.log_metrics({f"{name}.{measure}": mean for measure, mean in means.items()})
        decision = Decision(kept=done.kept, why=done.why, compared=done.compared)
        return Outcome(done.generator, done.history, strips(done.shown).stacked(), decision)

    def settled(self, generator: TransferGenerator, folder: Path) -> TransferGenerator:
        """Trust the network as far as that helps on these users' photos, see `trials.trust_errors`."""
        if generator.config.trust == 1 or len(self.users) < LEAST_PEOPLE:
            return generator
        known = folder / "trust.json"
        if not known.exists():
            photos = min(_MOST_PHOTOS, int(median(len(rows) for rows in self.creators.values())))
            people = People.of(self.encoder, self.crops.pixels(self.users), generator.config.resolution)
            errors = trust_errors(generator, people, photos)
            write_text(known, json.dumps(errors))
        errors = {float(trust): error for trust, error in json.loads(known.read_bytes()).items()}
        current.log_metrics({f"lost_by_trust.{trust}": error for trust, error in errors.items()})
        tried = ", ".join(f"{error:.0%} with {trust:g}" for trust, error in errors.items())
        log.info("How much of a known look is lost on these users by the trust in the network: %s", tried)
        return with_config(generator, replace(generator.config, most_trust=chosen_trust(errors)))

    def _task(self, stream: StudioStream, creators: CreatorPhotos) -> TransferTask:
        return TransferTask(
            settings=self.settings,
            encoder=self.encoder,
            creators=creators,
            initial=self.base.generator if self.base else None,
            device=self.parameters.device,
            shards_at=stream.at,
        )

    def _unseen(self, name: str) -> pd.DataFrame:
        """A creator's photos of the validation split."""
        return rows_of(self.crops, slug=name, split="validation")

    def _validation_users(self, most: int | None = None) -> Tensor:
        """Users of the validation split, (n, 3, s, s) in [0, 1]: all, or the first `most`."""
        rows = rows_of(self.crops, role="user", split="validation")[:most]
        return resize(self.crops.pixels(rows), self.settings.stream.resolution).float().div(255)

    @cached_property
    def _shown(self) -> Tensor:
        return self._validation_users(_SHOWN)

    @contextmanager
    def _stream(self, folder: Path) -> Iterator[StudioStream]:
        with studio_stream(self.settings, folder, self.encoder) as stream:
            yield stream
        forget_shards(folder)

    def _watching(self, title: str, strips: SampleStrips) -> AbstractContextManager[Watch[TransferGenerator]]:
        def show(step: int, generator: TransferGenerator) -> None:
            strips.keep(step, self.draw(generator, step))

        return watching(self.settings.steps, title, show)
