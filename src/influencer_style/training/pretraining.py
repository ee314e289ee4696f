"""Teaches the base: a conditional GAN on known truth (pix2pix, Isola et al. 2017), from the studio's endless stream.

Needs torch, NumPy, Pillow, safetensors and pydantic alone, so that a bare machine with a GPU can run it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch
from pydantic.dataclasses import dataclass as checked_dataclass
from torch import Tensor

from influencer_style.examples.stream import CHECKED, StreamSettings, kept_shard
from influencer_style.examples.transfer import Examples, draw_examples, mean_errors, restyled
from influencer_style.looks.encoder import StyleEncoder, load_encoder
from influencer_style.looks.style_code import StyleCode
from influencer_style.looks.transport import apply_transport, matrix_and_offset
from influencer_style.networks.base import Base
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training.loop import Watch
from influencer_style.training.machine import best_device
from influencer_style.training.palette_fitting import PaletteSettings, fit_palette, palette_rows
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.trainer import studio_stream, train

Restyle = Callable[[Tensor, Tensor], Tensor]  # images and codes in, results out
_HELD_OUT = 1_000_000  # shards from this number on are for validation
# What is taught on drawings is believed less on photographs: see benchmarks/README.md for what was compared.
_DOUBT, _TRUST = 0.5, 0.5
_PALETTE = 0.5  # of two that err differently, the mean


@dataclass(frozen=True)
class HeldOut:
    """Examples on people and looks that are never taught: of looks worn, and of looks of pure colour."""

    looks: Examples
    colour: Examples

    @classmethod
    def of(cls, stream: StreamSettings, folder: Path, encoder: StyleEncoder) -> HeldOut:
        """Render the examples, or take them from the folder where they were kept."""
        shards = [kept_shard(stream, _HELD_OUT + i, folder, encoder) for i in range(2)]
        count = stream.sittings * stream.looks
        return cls(
            *(
                draw_examples(shards, encoder.groups, count, share, 0.0, 1, torch.Generator().manual_seed(0))
                for share in (0.0, 1.0)
            )
        )

    def errors(self, restyle: Restyle, device: str = "cpu") -> dict[str, float]:
        """Return mean absolute errors in 255ths: `validation_looks` and `validation_colour`."""
        return {
            f"validation_{name}": float(mean_errors(restyled(restyle, e.inputs, e.codes, device), e.truth).mean())
            for name, e in vars(self).items()
        }


@checked_dataclass(frozen=True, config=CHECKED)
class PretrainingSettings(TrainerSettings):
    """How the base is taught: the generator, and then its palette, from the shards that are at hand at the end."""

    palette: PaletteSettings = field(default_factory=PaletteSettings)


def pretrain(
    settings: PretrainingSettings,
    folder: str | Path,
    watch: Watch | None = None,
    show: Callable[[int, TransferGenerator, Examples], None] = lambda step, generator, examples: None,
) -> Base:
    """Teach a generator looks in general; a run that was stopped goes on.

    Args:
        settings: see there.
        folder: for the checkpoint and the stream's shards; name it by a fingerprint of settings and code.
        watch: told losses along the way.
        show: shown the averaged generator now and then, with held-out examples.

    Returns:
        The averaged generator with its history: losses, and now and then mean absolute errors on people and looks that
        were never taught (`validation_...`). Its facts have these errors of simple methods.

    Raises:
        TrainingDiverged: when a loss is not finite.
    """
    folder, device, encoder = Path(folder), best_device(), load_encoder()
    held_out = HeldOut.of(settings.stream, folder, encoder)
    watch = replace(
        watch or Watch(),
        validate=lambda generator: held_out.errors(generator, device),
        samples=lambda step, generator: show(step, generator, held_out.looks),
    )
    with studio_stream(settings, folder, encoder) as stream:
        state = train(settings, stream.at, encoder, folder / "checkpoint.pt", watch, device=device)
        rows = [
            palette_rows(shard, state.average, encoder.groups, settings.seed + i)
            for i, shard in enumerate(stream.at(state.step - 1))
        ]
    told = fit_palette(state.average, rows, settings.palette, watch.progress)
    simple = {"nothing": lambda images, codes: images, "likely_grade": _graded}
    state.average.config = replace(state.average.config, doubt=_DOUBT, trust=_TRUST, palette=_PALETTE)
    facts = asdict(settings) | {
        "validation": {name: held_out.errors(restyle) for name, restyle in simple.items()},
        "with_palette": held_out.errors(state.average),
        "palette_error": told[-1]["palette"],
        "seconds": round(state.seconds),
        "device": device,
        "torch": torch.__version__,
    }
    return Base(state.average, encoder.sha256, state.history, facts)


def _graded(images: Tensor, codes: Tensor) -> Tensor:
    """The grade that explains the look best (`looks.grade`), the baseline to beat."""
    matrix, offset = matrix_and_offset(StyleCode(codes).grade)
    return apply_transport(images, matrix + torch.eye(3), offset)
