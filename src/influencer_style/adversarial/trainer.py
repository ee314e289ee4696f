"""The loop: generator against discriminator, with known truth from the studio and, where there are any, real photos.

A batch depends on the seed and the step alone, so a training that was stopped goes on with the very batches that it
would have had.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from influencer_style.adversarial.creators import CreatorPhotos, Restyling
from influencer_style.adversarial.examples import Examples, draw_examples
from influencer_style.adversarial.loop import (
    State,
    Watch,
    descend,
    finite,
    fool_discriminator,
    teach_discriminator,
)
from influencer_style.adversarial.losses import feature_loss, gram_loss, reconstruction_loss
from influencer_style.adversarial.settings import TrainerSettings
from influencer_style.adversarial.stream import Shard
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import code_width
from influencer_style.networks.transfer import TransferConfig


def best_device() -> str:
    """Return `cuda` where there is a GPU, else `cpu`."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def train(
    settings: TrainerSettings,
    shards_at: Callable[[int], list[Shard]],
    encoder: StyleEncoder,
    checkpoint: Path,
    watch: Watch | None = None,
    creators: CreatorPhotos | None = None,
    device: str = "cpu",
) -> State:
    """Train a transfer generator; go on from the checkpoint where there is one.

    Args:
        settings: see there.
        shards_at: the studio's shards that are at hand at a step (`StudioStream.at`), two or more.
        encoder: the style encoder that described them, for feature and Gram losses.
        checkpoint: file to go on from, and to write to; it must belong to the same material and settings (name it by
            their fingerprint).
        watch: told losses, shown the generator and asked how good it is along the way.
        creators: the real photos, for `settings.photos` of a step.
        device: torch's name of it.

    Returns:
        The state at the end: its `average` (EMA) is the generator to keep, `history` has some 200 rows of losses.

    Raises:
        TrainingDiverged: when a loss is not finite.
        ValueError: when the settings ask for photos and there are none.
    """
    s, watch = settings, watch or Watch()
    if s.photos and creators is None:
        raise ValueError(f"photos is {s.photos}, and there are no creators' photos; set it to 0")
    if s.threads:
        torch.set_num_threads(s.threads)
    config = TransferConfig(code_width(encoder), s.stream.resolution, s.channels)
    state = State.start(config, s.seed, (s.rate, s.discriminator_rate), device)
    state.restore(checkpoint)
    judge = copy.deepcopy(encoder).to(device)
    tell_every = max(10, s.steps // 200)
    began, saved = time.monotonic() - state.seconds, time.monotonic()
    while state.step < s.steps:
        # A generator of its own for each step: the batch depends on the seed and the step alone.
        chance = torch.Generator().manual_seed(s.seed * 1_000_003 + state.step)
        drawing = s.examples, s.colour, s.code_noise, config.noise, chance
        examples = draw_examples(shards_at(state.step), encoder.groups, *drawing).to(device)
        photos = creators.batch(s.photos, s.code_noise, config.noise, chance).to(device) if s.photos else None
        losses = _step(state, examples, photos, judge, s, chance)
        state.step += 1
        state.seconds = time.monotonic() - began
        last = state.step == s.steps
        shown = state.step % s.validate_every == 0 or last
        if shown or state.step % tell_every == 0:
            row = finite({name: float(value) for name, value in losses.items()}, state.step)
            if shown:
                row |= watch.validate(state.average)
                watch.samples(state.step, state.average)
            state.history.append({"step": state.step, "seconds": round(state.seconds, 1)} | row)
            watch.metrics(state.step, row)
            pictures = state.step * (s.examples + s.photos)
            watch.progress(state.step, s.steps, f"{pictures / state.seconds:.0f} images/s, total {row['total']:.3f}")
        if time.monotonic() - saved > s.checkpoint_seconds or last:
            state.save(checkpoint)
            saved = time.monotonic()
    state.average.to("cpu", memory_format=torch.contiguous_format).eval()
    return state


def _step(
    state: State,
    examples: Examples,
    photos: Restyling | None,
    encoder: StyleEncoder,
    settings: TrainerSettings,
    chance: torch.Generator,
) -> dict[str, Tensor]:
    """One step of both networks; returns every loss by name."""
    s, weights = settings, settings.weights
    state.set_rates((s.rate, s.discriminator_rate), s.steps)
    cast = torch.autocast(examples.inputs.device.type, torch.bfloat16)
    inputs, codes, noise, real = (
        torch.cat([own] if photos is None else [own, getattr(photos, name)])
        for name, own in (
            ("inputs", examples.inputs),
            ("codes", examples.codes),
            ("noise", examples.noise),
            ("real", examples.truth),
        )
    )
    with cast:
        results = state.generator(inputs.contiguous(memory_format=torch.channels_last), codes, noise)
    known, restyled = results[: len(examples.truth)], results[len(examples.truth) :]
    losses: dict[str, Tensor] = {}
    # The discriminator learns from the results as they are now; then the generator: past it, towards the truth where
    # that is known, and into the look.
    if weights.adversarial:
        losses = teach_discriminator(state, real, results, codes, weights.r1, s.penalty_every, chance)
        losses["adversarial"] = fool_discriminator(state, results, codes, chance)
    with cast:
        with torch.no_grad():
            wanted = encoder.features(examples.truth)
        losses["features"] = feature_loss(encoder.features(known.clamp(0, 1))[1:], wanted[1:])
        described = encoder(restyled.clamp(0, 1)) if photos is not None and weights.gram else None
    losses["reconstruction"] = reconstruction_loss(known, examples.truth, examples.weights)
    if described is not None:
        losses["gram"] = gram_loss(described.float(), photos.target, photos.deviation, encoder.groups)
    named = [name for name in ("features", "adversarial", "gram") if name in losses]
    losses["total"] = losses["reconstruction"] + sum(getattr(weights, name) * losses[name] for name in named)
    descend(state.optimizers[0], losses["total"], state.generator)
    state.average_weights(s.ema)
    return {name: value.detach() for name, value in losses.items()}
