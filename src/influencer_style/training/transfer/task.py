"""The task of transfer: photos into looks, with the studio's truth and, where there are any, creators' photos."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from influencer_style.examples.batch import PairedPhotos, StepBatch
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.examples.grades import apply_grades, photographic_grades
from influencer_style.examples.paired import Sampling, draw_photos
from influencer_style.examples.shard import Shard
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.style_code import code_width
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.task import Pairs, Task


class TransferTask(Task[PairedPhotos, TransferGenerator]):
    """Restyle the studio's portraits, whose truth is known, and users' photos, as creators' photos look.

    Args:
        settings: The settings of the training.
        encoder: The style encoder that described the shards.
        shards_at: Returns the studio's shards available at a step (`StudioStream.at`), at least two.
        creators: The real photos, for `settings.photos` of a step.
        initial: A generator to start from; its shape takes precedence over that of the settings.
        device: Torch's name of the device to train on.
    """

    def __init__(
        self,
        settings: TrainerSettings,
        encoder: StyleEncoder,
        shards_at: Callable[[int], list[Shard]],
        creators: CreatorPhotos | None = None,
        initial: TransferGenerator | None = None,
        device: str = "cpu",
    ) -> None:
        super().__init__(settings, encoder, creators, initial, device)
        self.shards_at = shards_at
        width = code_width(encoder)
        shape = TransferConfig(width, settings.stream.resolution, settings.channels)
        self.config = shape if initial is None else initial.config
        # The creators' domains, and one for the users.
        self.domains = 1 + len(creators.names) if creators else 0

    def fresh_generator(self) -> TransferGenerator:
        """Return an untrained generator."""
        return TransferGenerator(self.config)

    def draw(self, step: int, rng: torch.Generator) -> StepBatch[PairedPhotos]:
        """Draw studio examples, and users' photos each with a creator's look."""
        s, z, paired, unpaired = self.settings, self.config.noise, None, None
        if s.examples:
            sampling = Sampling(s.examples, s.colour, code_noise=s.code_noise)
            paired = draw_photos(self.shards_at(step), self.encoder.groups, sampling, z, rng)
        if s.photos and self.creators is not None:
            unpaired = self.creators.batch(s.photos, s.code_noise, z, rng)
        return StepBatch(paired, unpaired)

    def generate(self, run: Callable[..., Tensor], batch: StepBatch[PairedPhotos]) -> Tensor:
        """Restyle all photos of a batch."""
        inputs = torch.cat([half.inputs for half in (batch.paired, batch.unpaired) if half is not None])
        return run(inputs.contiguous(memory_format=torch.channels_last), batch.codes, batch.noise)

    def pairs(self, batch: StepBatch[PairedPhotos], results: Tensor, rng: torch.Generator) -> Pairs:
        """Return results beside their truth, or beside photos.

        What was made of users' photos is shown twice: as a photo of that creator's and, under a random grade that hides
        all looks, as a photo of the users'.
        """
        restored, restyled = batch.split(results)
        pairs = []
        if batch.paired is not None:
            pairs.append(Pairs.with_truth(batch.paired, restored))
        if (photos := batch.unpaired) is not None:
            grades = photographic_grades(2 * len(restyled), rng).to(results.device).split(len(restyled))
            others, hidden = (
                apply_grades(images.float().clamp(0, 1), grade)
                for images, grade in zip((photos.others, restyled), grades, strict=True)
            )
            users = torch.full_like(photos.domains, self.domains)
            pairs.append(Pairs(photos.real, restyled, photos.codes, photos.domains))
            pairs.append(Pairs(others, hidden, torch.zeros_like(photos.codes), users))
        return Pairs.joined(pairs)

    def visible(self, results: Tensor) -> Tensor:
        """Return results clipped to [0, 1], which a change of colours may leave."""
        return results.clamp(0, 1)
