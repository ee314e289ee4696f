"""The training loop: generator against discriminator, with known truth from the studio beside them."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from influencer_style.adversarial.checkpoint import load_checkpoint, save_checkpoint
from influencer_style.adversarial.data import Batch, TrainingData
from influencer_style.adversarial.discriminator import Discriminator, augment
from influencer_style.adversarial.losses import (
    discriminator_loss,
    feature_loss,
    generator_loss,
    gram_loss,
    r1_penalty,
    reconstruction_loss,
    region_loss,
)
from influencer_style.adversarial.settings import TrainingSettings
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.networks.transfer import TransferConfig, TransferGenerator

log = logging.getLogger(__name__)
_WARM_UP = 50
_CLIP = 5.0


class TrainingDiverged(RuntimeError):
    """A loss is no longer a number."""


@dataclass
class Watch:
    """What the loop tells, as it goes. By default nobody listens."""

    metrics: Callable[[int, dict[str, float]], None] = lambda step, values: None
    samples: Callable[[int, TransferGenerator], None] = lambda step, generator: None


@dataclass
class _State:
    """All that changes while training."""

    generator: TransferGenerator
    average: TransferGenerator
    discriminator: Discriminator
    optimizers: list[torch.optim.Optimizer]
    step: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    @property
    def _parts(self) -> dict[str, Any]:
        named = {"generator": self.generator, "average": self.average, "discriminator": self.discriminator}
        return named | {f"optimizer_{i}": optimizer for i, optimizer in enumerate(self.optimizers)}

    def save(self, path: Path) -> None:
        plain = {"step": self.step, "seconds": self.seconds, "history": self.history}
        save_checkpoint(path, plain | {name: part.state_dict() for name, part in self._parts.items()})

    def restore(self, path: Path) -> None:
        if (saved := load_checkpoint(path)) is not None:
            for name, part in self._parts.items():
                part.load_state_dict(saved[name])
            self.step, self.seconds, self.history = saved["step"], saved["seconds"], saved["history"]
            log.info("Training goes on from the checkpoint at step %d", self.step)


def train_transfer(
    data: TrainingData,
    encoder: StyleEncoder,
    settings: TrainingSettings,
    checkpoint: Path,
    watch: Watch | None = None,
) -> tuple[TransferGenerator, list[dict[str, float]]]:
    """Train a transfer generator.

    Args:
        data: what it sees.
        encoder: the style encoder, for feature and Gram losses.
        settings: see `TrainingSettings`.
        checkpoint: file to go on from, and to write to every `checkpoint_seconds`; it must belong to the same data and
            settings (name it by their fingerprint).
        watch: told losses and shown the generator along the way.

    Returns:
        The average generator (EMA) in evaluation mode on the CPU, and the history: one row of losses each ten steps.

    Raises:
        TrainingDiverged: when a loss is not finite.
    """
    watch = watch or Watch()
    profile, device = settings.chosen, settings.device
    state = _start(data, settings, device)
    state.restore(checkpoint)
    encoder = copy.deepcopy(encoder).to(device)
    if state.step < profile.steps:
        log.info("%d studio looks to learn from", len(data.described[1][0]))  # described before the clock starts
    began, saved = time.monotonic() - state.seconds, time.monotonic()
    with tqdm(total=profile.steps, initial=state.step, desc="Training", unit="step", smoothing=0.05) as bar:
        while state.step < profile.steps:
            # A generator of its own for each step: the batch depends on the seed and the step alone.
            chance = torch.Generator().manual_seed(settings.seed * 1_000_003 + state.step)
            batch = data.batch(profile.pairs, profile.photos, state.generator.config.noise, settings.code_noise, chance)
            batch = Batch(**{name: value.to(device) for name, value in vars(batch).items()})
            losses = _step(state, batch, encoder, settings, chance)
            state.step += 1
            state.seconds = time.monotonic() - began
            bar.update()
            if state.step % 10 == 0 or state.step == profile.steps:
                row = _finite({name: float(value) for name, value in losses.items()}, state.step)
                state.history.append({"step": state.step, "seconds": round(state.seconds, 2)} | row)
                rate = bar.format_dict["rate"] or 0.0
                bar.set_postfix_str(f"{rate * (profile.pairs + profile.photos):.0f} images/s, total {row['total']:.3f}")
                watch.metrics(state.step, row)
            if state.step % settings.sample_every == 0 or state.step == profile.steps:
                watch.samples(state.step, state.average)
            if time.monotonic() - saved > settings.checkpoint_seconds or state.step == profile.steps:
                state.save(checkpoint)
                saved = time.monotonic()
    return state.average.to("cpu").eval(), state.history


def _start(data: TrainingData, settings: TrainingSettings, device: str) -> _State:
    profile = settings.chosen
    width = next(iter(data.codes.values())).shape[0]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        generator = TransferGenerator(TransferConfig(width, profile.resolution, profile.channels))
        discriminator = Discriminator(width, profile.resolution)
    average = copy.deepcopy(generator).requires_grad_(False)
    networks = [n.to(device, memory_format=torch.channels_last) for n in (generator, average, discriminator)]
    rates = (settings.learning_rate, settings.discriminator_rate)
    optimizers = [
        torch.optim.Adam(network.parameters(), lr=rate, betas=(0.0, 0.99))
        for network, rate in zip((networks[0], networks[2]), rates, strict=True)
    ]
    return _State(*networks, optimizers)


def _step(
    state: _State, batch: Batch, encoder: StyleEncoder, settings: TrainingSettings, chance: torch.Generator
) -> dict[str, Tensor]:
    """One step of both networks; returns every loss by name."""
    weights, truths = settings.weights, len(batch.truth)
    share = _schedule(state.step, settings.chosen.steps)
    for optimizer, rate in zip(state.optimizers, (settings.learning_rate, settings.discriminator_rate), strict=True):
        optimizer.param_groups[0]["lr"] = rate * share
    kind = batch.inputs.device.type
    cast = torch.autocast(kind, torch.bfloat16)

    with cast:
        inputs = batch.inputs.contiguous(memory_format=torch.channels_last)
        change = state.generator.change(inputs, batch.codes, batch.noise)
        results = change.apply(inputs)

    # The discriminator learns from the results as they are now.
    with cast:
        real = state.discriminator(augment(batch.real, chance), batch.codes)
        fake = state.discriminator(augment(results.detach(), chance), batch.codes)
    losses = {"discriminator": discriminator_loss(real, fake)}
    objective = losses["discriminator"]
    if state.step % settings.penalty_every == 0:
        # Second derivatives want full precision.
        images = batch.real.detach().requires_grad_()
        losses["r1"] = r1_penalty(images, state.discriminator(images, batch.codes))
        objective = objective + losses["r1"] * weights.r1 * settings.penalty_every / 2
    _descend(state.optimizers[1], objective, state.discriminator)

    # The generator: towards the truth where it is known, past the discriminator, and into the look.
    state.discriminator.requires_grad_(False)
    with cast:
        losses["adversarial"] = generator_loss(state.discriminator(augment(results, chance), batch.codes))
        with torch.no_grad():
            wanted = encoder.features(batch.truth)
        features = encoder.features(results[:truths].clamp(0, 1))
        losses["features"] = feature_loss(features[1:], wanted[1:])
        described = encoder(results[truths:].clamp(0, 1)) if weights.gram else None
    state.discriminator.requires_grad_(True)
    losses["reconstruction"] = reconstruction_loss(results[:truths], batch.truth, batch.weights)
    losses["regions"] = region_loss(change.regions[:truths], batch.regions)
    if described is not None:
        losses["gram"] = gram_loss(described.float(), batch.target, batch.deviation, encoder.groups)
    named = ("reconstruction", "features", "regions", "adversarial", "gram")
    losses["total"] = sum(getattr(weights, name) * losses[name] for name in named if name in losses)
    _descend(state.optimizers[0], losses["total"], state.generator)
    _average(state.average, state.generator, min(settings.ema, (1 + state.step) / (10 + state.step)))
    return {name: value.detach() for name, value in losses.items()}


def _descend(optimizer: torch.optim.Optimizer, loss: Tensor, network: nn.Module) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
    optimizer.step()


def _average(average: nn.Module, network: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for mean, now in zip(average.parameters(), network.parameters(), strict=True):
            mean.lerp_(now, 1 - decay)


def _schedule(step: int, steps: int) -> float:
    """Share of the learning rate: a short warm-up, then linear decay over the last 40%."""
    return min(1.0, (step + 1) / _WARM_UP, max(0.02, (steps - step) / (0.4 * steps)))


def _finite(losses: dict[str, float], step: int) -> dict[str, float]:
    bad = [name for name, value in losses.items() if not abs(value) < float("inf")]
    if bad:
        raise TrainingDiverged(
            f"training diverged at step {step}: {', '.join(bad)} is not a number; lower training.learning_rate"
        )
    return losses
