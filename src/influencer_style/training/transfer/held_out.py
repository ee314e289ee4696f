"""Validation examples of transfer: people and looks that are never in training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from influencer_style.examples.batch import PairedPhotos, mean_errors, run_in_chunks
from influencer_style.examples.paired import Sampling, draw_photos
from influencer_style.examples.shard import StreamSettings, kept_shard
from influencer_style.looks.encoder import StyleEncoder

_FIRST = 1_000_000  # shards from this number on are for validation


@dataclass(frozen=True)
class HeldOut:
    """Examples in looks that somebody wears, and in looks of pure colour."""

    looks: PairedPhotos
    colour: PairedPhotos

    @classmethod
    def of(cls, stream: StreamSettings, folder: Path, encoder: StyleEncoder) -> HeldOut:
        """Render the examples, or take them from the folder if they are kept there."""
        shards = [kept_shard(stream, _FIRST + i, folder, encoder) for i in range(2)]
        looks, colour = (
            draw_photos(
                shards,
                encoder.groups,
                Sampling(stream.sittings * stream.looks, colour=share),
                1,
                torch.Generator().manual_seed(0),
            )
            for share in (0.0, 1.0)
        )
        return cls(looks, colour)

    def errors(
        self, restyle: Callable[[Tensor, Tensor], Tensor], device: str | torch.device = "cpu"
    ) -> dict[str, float]:
        """Return mean absolute errors in 255ths: `validation_looks` and `validation_colour`."""
        return {
            f"validation_{name}": float(mean_errors(restyled(restyle, e.inputs, e.codes, device), e.truth).mean())
            for name, e in (("looks", self.looks), ("colour", self.colour))
        }


def restyled(
    restyle: Callable[[Tensor, Tensor], Tensor], images: Tensor, codes: Tensor, device: str | torch.device = "cpu"
) -> Tensor:
    """Return what becomes of images (n, 3, h, w) with style codes (n, d), in [0, 1], on the CPU."""
    return run_in_chunks(restyle, images, codes, device=device).clamp(0, 1)
