"""The task of transfer: photos into looks, with the studio's truth and, where there are any, creators' photos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from influencer_style.examples.batch import PairedPhotos, StepBatch, run_in_chunks
from influencer_style.examples.grades import apply_grades, photographic_grades
from influencer_style.examples.paired import Sampling, draw_photos
from influencer_style.examples.shard import Shard, StreamSettings
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.style_code import code_width
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.training.task import Pairs, Task, held_out_shards


@dataclass(kw_only=True)
class TransferTask(Task[PairedPhotos, TransferGenerator]):
    """Restyle the studio's portraits, whose truth is known, and users' photos, as creators' photos look.

    `shards_at` returns the studio's shards available at a step (`StudioStream.at`), at least two.
    """

    shards_at: Callable[[int], list[Shard]]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.creators is not None:
            self.domains += 1  # the users'
        shape = TransferConfig(code_width(self.encoder), self.settings.stream.resolution, self.settings.channels)
        self.config = shape if self.initial is None else self.initial.config

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

    def pairs(self, batch: StepBatch[PairedPhotos], known: Tensor, new: Tensor, rng: torch.Generator) -> list[Pairs]:
        """Show users' photos twice: as a creator's, and as the users' under a random grade that hides all looks."""
        pairs = super().pairs(batch, known, new, rng)
        if (photos := batch.unpaired) is not None:
            grades = photographic_grades(2 * len(new), rng).to(new.device).split(len(new))
            others, hidden = (
                apply_grades(images.float().clamp(0, 1), grade)
                for images, grade in zip((photos.others, new), grades, strict=True)
            )
            users = torch.full_like(photos.domains, self.domains)
            pairs.append(Pairs(others, hidden, torch.zeros_like(photos.codes), users))
        return pairs

    def visible(self, results: Tensor) -> Tensor:
        """Return results clipped to [0, 1], which a change of colours may leave."""
        return results.clamp(0, 1)


def held_out_photos(stream: StreamSettings, folder: Path, encoder: StyleEncoder) -> dict[str, PairedPhotos]:
    """Return examples that are never in training: of `looks` that somebody wears, and of looks of pure `colour`."""
    shards, count = held_out_shards(stream, folder, encoder), stream.sittings * stream.looks
    return {
        name: draw_photos(shards, encoder.groups, Sampling(count, share), 1, torch.Generator().manual_seed(0))
        for name, share in (("looks", 0.0), ("colour", 1.0))
    }


def restyled(
    restyle: Callable[[Tensor, Tensor], Tensor], images: Tensor, codes: Tensor, device: str | torch.device = "cpu"
) -> Tensor:
    """Return what becomes of images (n, 3, h, w) with style codes (n, d), in [0, 1], on the CPU."""
    return run_in_chunks(restyle, images, codes, device=device).clamp(0, 1)
