"""What the nodes that train a base share: a folder, samples along the way, and reports."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Generic, TypeVar

from PIL import Image

from influencer_style.examples.shard import forget_shards
from influencer_style.networks.trained import History
from influencer_style.pipelines.trainings.progress import Pictures, SampleStrips, pictured, watching
from influencer_style.pipelines.trainings.run import code_of_trainings
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.training.engine import Watch
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.task import Generator

log = logging.getLogger(__name__)
HeldOut = TypeVar("HeldOut")


class Pretraining(Generic[Generator, HeldOut]):
    """A pre-training, in a folder named by all that it depends on, in which an interrupted one continues.

    Args:
        settings: The settings of the training.
        work: The folder of all pre-trainings.
        draw: Draws a strip of the generator's results on held-out examples, at a step.
    """

    def __init__(
        self, settings: TrainerSettings, work: Path, draw: Callable[[Generator, HeldOut, int], Image.Image]
    ) -> None:
        self._steps, self._draw = settings.steps, draw
        self.folder = work / fingerprint(settings, code_of_trainings())[:16]
        self._strips = SampleStrips(self.folder / "samples")
        log.info("Training the base in %s", self.folder)

    def watching(self) -> AbstractContextManager[Watch[Generator]]:
        """Return what draws the progress, see `progress.watching`."""
        return watching(self._steps, "Training the base")

    def show(self, step: int, generator: Generator, held_out: HeldOut) -> None:
        """Keep a strip of samples."""
        self._strips.keep(step, self._draw(generator, held_out, step))

    def finish(self, history: History) -> Pictures:
        """Delete what can be made again; return the history, its curves and the samples."""
        forget_shards(self.folder)
        return pictured(history, self._strips.stacked())
