"""Trains the base of synthesis: z is read first, then the studio's portraits are learnt, then they are sharpened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from influencer_style.examples.batch import Paired, StepBatch, run_in_chunks
from influencer_style.examples.paired import Sampling, draw_portraits
from influencer_style.examples.shard import Shard, StreamSettings
from influencer_style.looks.encoder import StyleEncoder, load_encoder
from influencer_style.networks.base import SynthesisBase
from influencer_style.networks.synthesis import SynthesisGenerator
from influencer_style.storage.atomic import atomic_file
from influencer_style.training.engine import Watch, ignore, train
from influencer_style.training.machine import best_device
from influencer_style.training.synthesis.task import SynthesisSettings, SynthesisTask, synthesis_shape, train_traits
from influencer_style.training.task import held_out_shards, studio_stream, validation_errors

_VALIDATED = 64


@dataclass(kw_only=True)
class PretrainingTask(SynthesisTask):
    """Draw the studio's portraits, whose truth is known.

    `shards_at` returns the studio's shards available at a step (`StudioStream.at`), at least two.
    """

    shards_at: Callable[[int], list[Shard]]

    def draw(self, step: int, rng: torch.Generator) -> StepBatch[Paired]:
        """Draw portraits, in looks and unstyled."""
        s = self.settings
        sampling = Sampling(s.examples, s.colour, s.neutral, s.code_noise)
        return StepBatch(draw_portraits(self.shards_at(step), self.encoder.groups, sampling, rng), None)


def pretrain_synthesis(
    settings: SynthesisSettings,
    folder: str | Path,
    watch: Watch[SynthesisGenerator] | None = None,
    show: Callable[[int, SynthesisGenerator, Paired], None] = ignore,
    device: str = "",
) -> SynthesisBase:
    """Train a generator of nobodies in looks in general; a run that was stopped continues.

    The checkpoint and the stream's shards are kept in `folder`: name it by a fingerprint of settings and code. `show`
    receives a step, the averaged generator and held-out portraits now and then; `device` is torch's name, the best of
    this machine where empty. Returns the averaged generator with its history: losses, and mean absolute errors on
    people and looks that were never in training (`validation_...`, in 255ths). Raises TrainingDiverged, see
    `engine.train`.
    """
    folder, device, encoder = Path(folder), device or best_device(), load_encoder()
    held_out = held_out_portraits(settings.stream, folder, encoder)

    def errors(generator: SynthesisGenerator) -> dict[str, float]:
        return validation_errors(held_out, lambda batch: portraits_of(generator, batch.noise, batch.codes))

    watch = replace(
        watch or Watch(), validate=errors, samples=lambda step, generator: show(step, generator, held_out["looks"])
    )
    initial = _reading_generator(settings, encoder, folder, watch)
    with studio_stream(settings, folder, encoder) as stream:
        task = PretrainingTask(settings=settings, encoder=encoder, shards_at=stream.at, initial=initial, device=device)
        state = train(task, folder / "checkpoint.pt", watch)
    facts = asdict(settings) | {"seconds": round(state.seconds), "device": device, "torch": torch.__version__}
    return SynthesisBase(state.average, encoder.sha256, state.history, facts)


def held_out_portraits(stream: StreamSettings, folder: Path, encoder: StyleEncoder) -> dict[str, Paired]:
    """Return portraits of people and looks that are never in training: `neutral`, and in `looks`."""
    shards, groups = held_out_shards(stream, folder, encoder), encoder.groups
    return {
        name: draw_portraits(shards, groups, Sampling(_VALIDATED, neutral=share), torch.Generator().manual_seed(0))
        for name, share in (("neutral", 1.0), ("looks", 0.0))
    }


def portraits_of(generator: SynthesisGenerator, noise: Tensor, codes: Tensor) -> Tensor:
    """Return a generator's portraits (n, 3, s, s) of noise (n, z) in looks (n, d), on the CPU."""
    return run_in_chunks(generator, noise, codes, device=next(generator.parameters()).device)


def _reading_generator(
    settings: SynthesisSettings, encoder: StyleEncoder, folder: Path, watch: Watch[SynthesisGenerator]
) -> SynthesisGenerator:
    """Return a generator that can read z and has learnt nothing else; what it has learnt is kept in `folder`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        generator = SynthesisGenerator(synthesis_shape(settings, encoder))
    kept = folder / "traits.safetensors"
    if kept.exists():
        generator.traits.load_state_dict(load_file(kept))
    else:
        train_traits(generator.traits, settings.traits, lambda step, steps: watch.progress(step, steps, "reading z"))
        with atomic_file(kept) as file:
            save_file(generator.traits.state_dict(), file)
    return generator
