"""The training loop: generator against discriminator, with known truth from the studio beside them."""

from __future__ import annotations

import copy
import logging
import time
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from influencer_style.adversarial.data import Batch, TrainingData
from influencer_style.adversarial.loop import (
    State,
    Watch,
    descend,
    finite,
    fool_discriminator,
    teach_discriminator,
)
from influencer_style.adversarial.losses import feature_loss, gram_loss, reconstruction_loss
from influencer_style.adversarial.settings import TrainingSettings
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.networks.transfer import TransferConfig, TransferGenerator

log = logging.getLogger(__name__)


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
    width = next(iter(data.codes.values())).shape[0]
    config = TransferConfig(width, profile.resolution, profile.channels)
    state = State.start(config, settings.seed, (settings.learning_rate, settings.discriminator_rate), device)
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
                row = finite({name: float(value) for name, value in losses.items()}, state.step)
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


def _step(
    state: State, batch: Batch, encoder: StyleEncoder, settings: TrainingSettings, chance: torch.Generator
) -> dict[str, Tensor]:
    """One step of both networks; returns every loss by name."""
    weights, truths = settings.weights, len(batch.truth)
    state.set_rates((settings.learning_rate, settings.discriminator_rate), settings.chosen.steps)
    kind = batch.inputs.device.type
    cast = torch.autocast(kind, torch.bfloat16)

    with cast:
        inputs = batch.inputs.contiguous(memory_format=torch.channels_last)
        results = state.generator(inputs, batch.codes, batch.noise)

    # The discriminator learns from the results as they are now.
    losses = teach_discriminator(state, batch.real, results, batch.codes, weights.r1, settings.penalty_every, chance)
    # The generator: towards the truth where it is known, past the discriminator, and into the look.
    losses["adversarial"] = fool_discriminator(state, results, batch.codes, chance)
    with cast:
        with torch.no_grad():
            wanted = encoder.features(batch.truth)
        features = encoder.features(results[:truths].clamp(0, 1))
        losses["features"] = feature_loss(features[1:], wanted[1:])
        described = encoder(results[truths:].clamp(0, 1)) if weights.gram else None
    losses["reconstruction"] = reconstruction_loss(results[:truths], batch.truth, batch.weights)
    if described is not None:
        losses["gram"] = gram_loss(described.float(), batch.target, batch.deviation, encoder.groups)
    named = ("reconstruction", "features", "adversarial", "gram")
    losses["total"] = sum(getattr(weights, name) * losses[name] for name in named if name in losses)
    descend(state.optimizers[0], losses["total"], state.generator)
    state.average_weights(settings.ema)
    return {name: value.detach() for name, value in losses.items()}
