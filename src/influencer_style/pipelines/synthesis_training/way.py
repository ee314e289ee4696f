"""The ways to a synthesis generator: take the base, or adapt it to the creators."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from influencer_style.evaluation.gather import rows_of
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.faces.store import FaceStore
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.pixels import shrink
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.memorisation import LEAST_PHOTOS
from influencer_style.networks.base import SynthesisBase
from influencer_style.networks.synthesis import SynthesisGenerator, draw_noise
from influencer_style.networks.trained import Decision
from influencer_style.pipelines.preprocessing.nodes import open_detector
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.pipelines.trainings.bases import open_base
from influencer_style.pipelines.trainings.run import Outcome, SampleStrips, Way, watching
from influencer_style.reports.training import draw_nobodies
from influencer_style.training.synthesis.adaptation import AdaptationTask, adapt_synthesis
from influencer_style.training.synthesis.task import SynthesisSettings

_SHOWN = 3  # nobodies in sample strips


class SynthesisWay(Way[SynthesisGenerator, SynthesisSettings]):
    """How synthesis comes to its generator.

    `cropping` says which detector finds faces. Raises BaseError when there is no base where `synthesis.base` says, or
    it was made with another encoder.
    """

    base: SynthesisBase
    parameters: SynthesisParameters

    def __init__(
        self,
        crops: FaceStore,
        encoder: StyleEncoder,
        looks: LookProfiles,
        parameters: SynthesisParameters,
        cropping: PreprocessingParameters,
    ) -> None:
        super().__init__(crops, encoder, looks, parameters)
        self.cropping, self.base = cropping, open_base(SynthesisBase, parameters.base, encoder)
        names = looks.names if parameters.adapt else []
        rows = {name: rows_of(crops, slug=name, split="train") for name in names}
        # With a single photo no repetition could be recognised; it is not trained on.
        self.creators = {name: own for name, own in rows.items() if len(own) >= LEAST_PHOTOS}

    @property
    def photos(self) -> Iterable[str]:
        """The photo_ids of creators to train on."""
        return [photo for rows in self.creators.values() for photo in rows["photo_id"]]

    def obstacle(self) -> str | None:
        """Return why the base is taken as it is; None where it can be adapted."""
        if not self.parameters.adapt:
            return "synthesis.adapt is off"
        return None if self.creators else "there are no photos to train on"

    def draw(self, generator: SynthesisGenerator, step: int) -> Image.Image:
        """Draw some nobodies in all looks."""
        noise = draw_noise(_SHOWN, 0, generator.config.noise)
        return draw_nobodies(generator, noise, self.codes, step)

    def learn(self, folder: Path) -> Outcome[SynthesisGenerator]:
        """Adapt the base, and keep what the guard lets pass."""
        crops, resolution = self.crops, self.base.generator.config.resolution
        users = crops.pixels(rows_of(crops, role="user", split="train"))
        pixels = {name: crops.pixels(rows) for name, rows in self.creators.items()}
        creators = CreatorPhotos(users, pixels, self.looks, resolution)
        unseen = {name: pixels_of(crops, name, "validation", resolution) for name in self.creators}
        task = AdaptationTask(
            settings=self.settings,
            encoder=self.encoder,
            creators=creators,
            initial=self.base.generator,
            device=self.parameters.device,
        )
        strips = SampleStrips(folder / "samples")

        def show(step: int, generator: SynthesisGenerator) -> None:
            strips.keep(step, self.draw(generator, step))

        with watching(self.settings.steps, "Adapting", show) as watch:
            done = adapt_synthesis(task, folder, unseen, open_detector(self.cropping), watch)
        decision = Decision(kept=done.kept, why=done.why, compared=done.compared)
        return Outcome(done.generator, done.history, strips.stacked(), decision)


def pixels_of(crops: FaceStore, look: str, split: str, size: int) -> np.ndarray:
    """Return a look's crops of a split, uint8 (n, size, size, 3)."""
    return shrink(crops.pixels(rows_of(crops, slug=look, split=split)), size)
