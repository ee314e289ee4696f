"""Teaches the base: a conditional GAN on known truth (pix2pix, Isola et al. 2017), from the studio's endless stream.

Needs torch, NumPy, Pillow and safetensors alone, so that a bare machine with a GPU can run it.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from influencer_style.adversarial.examples import Examples, draw_examples
from influencer_style.adversarial.loop import (
    State,
    Watch,
    descend,
    finite,
    fool_discriminator,
    teach_discriminator,
)
from influencer_style.adversarial.losses import feature_loss, reconstruction_loss
from influencer_style.adversarial.stream import StreamSettings, StudioStream, make_shard
from influencer_style.looks.encoder import StyleEncoder, load_encoder
from influencer_style.looks.profile import TRANSPORT
from influencer_style.networks.base import Base
from influencer_style.networks.transfer import TransferConfig

Restyle = Callable[[Tensor, Tensor], Tensor]  # images and codes in, results out
_HELD_OUT = 1_000_000  # shards from this number on are for validation


@dataclass(frozen=True)
class PretrainingSettings:
    """See conf/base/parameters_pretraining.yml.

    Attributes:
        steps: of generator and discriminator.
        batch: portraits in a step.
        channels: width of the generator at full resolution.
        colour: share of looks of pure colour.
        rate, discriminator_rate: learning rates.
        features, adversarial, r1: weights of the losses beside reconstruction, which is 1.
        penalty_every: R1 is taken every so many steps, and counts so many times more.
        code_noise: deviation of the noise on codes.
        ema: decay of the average of the weights.
        seed: of the weights and of all choices.
        stream: what the studio renders.
        shard_every: a new shard comes every so many steps.
        window: so many shards are at hand at most.
        validate_every: steps between two points of the validation curve.
        checkpoint_seconds: between two checkpoints.
        workers: processes that render.
        threads: of torch in this process; 0 leaves it to torch.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (unknown parameters are refused where pydantic checks)

    steps: int = 16_000
    batch: int = 12
    channels: int = 24
    colour: float = 0.45
    rate: float = 7e-4
    discriminator_rate: float = 5e-4
    features: float = 0.15
    adversarial: float = 0.01
    r1: float = 1.0
    penalty_every: int = 16
    code_noise: float = 0.05
    ema: float = 0.998
    seed: int = 7
    stream: StreamSettings = field(default_factory=StreamSettings)
    shard_every: int = 100
    window: int = 64
    validate_every: int = 500
    checkpoint_seconds: float = 60.0
    workers: int = 1
    threads: int = 1


def pretrain(settings: PretrainingSettings, folder: str | Path, watch: Watch | None = None) -> Base:
    """Teach a generator looks in general; a run that was stopped goes on.

    Args:
        settings: see there.
        folder: for the checkpoint and the stream's shards; name it by a fingerprint of settings and code.
        watch: told losses and shown the generator along the way.

    Returns:
        The averaged generator with its history: losses every 50 steps, with mean absolute errors on people and looks
        that were never taught (`validation_...`) every `validate_every`. Its facts have these errors of simple methods.

    Raises:
        TrainingDiverged: when a loss is not finite.
    """
    s, watch, folder = settings, watch or Watch(), Path(folder)
    if s.threads:
        torch.set_num_threads(s.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    encoder = load_encoder()
    held_out = _held_out(s, encoder)
    config = TransferConfig(held_out[0].codes.shape[1], s.stream.resolution, s.channels)
    state = State.start(config, s.seed, (s.rate, s.discriminator_rate), device)
    state.restore(folder / "checkpoint.pt")
    judge = copy.deepcopy(encoder).to(device)
    with StudioStream(s.stream, folder / "shards", s.shard_every, min(4, s.window), s.window, s.workers) as stream:
        began, saved = time.monotonic() - state.seconds, time.monotonic()
        while state.step < s.steps:
            # A generator of its own for each step: the batch depends on the seed and the step alone.
            chance = torch.Generator().manual_seed(s.seed * 1_000_003 + state.step)
            shards = stream.at(state.step)
            examples = draw_examples(shards, encoder.groups, s.batch, s.colour, s.code_noise, config.noise, chance).to(
                device
            )
            losses = _step(state, examples, judge, s, chance)
            state.step += 1
            state.seconds = time.monotonic() - began
            last = state.step == s.steps
            if state.step % 50 == 0 or state.step % s.validate_every == 0 or last:
                row = finite({name: float(value) for name, value in losses.items()}, state.step)
                if state.step % s.validate_every == 0 or last:
                    row |= _validated(state.average, held_out, device)
                    watch.examples(state.step, state.average, held_out[0])
                state.history.append({"step": state.step, "seconds": round(state.seconds, 1)} | row)
                watch.metrics(state.step, row)
                watch.progress(state.step, s.steps, f"{state.step * s.batch / state.seconds:.0f} portraits/s")
            if time.monotonic() - saved > s.checkpoint_seconds or last:
                state.save(folder / "checkpoint.pt")
                saved = time.monotonic()
    generator = state.average.to("cpu", memory_format=torch.contiguous_format).eval()
    simple = {"nothing": lambda images, codes: images, "likely_grade": _graded}
    validated = {name: _validated(restyle, held_out, "cpu") for name, restyle in simple.items()}
    facts = asdict(s) | {
        "validation": validated,
        "seconds": round(state.seconds),
        "device": device,
        "torch": torch.__version__,
    }
    return Base(generator, encoder.sha256, state.history, facts)


def _step(
    state: State, examples: Examples, encoder: StyleEncoder, s: PretrainingSettings, chance: torch.Generator
) -> dict[str, Tensor]:
    """One step of both networks; returns every loss by name."""
    state.set_rates((s.rate, s.discriminator_rate), s.steps)
    cast = torch.autocast(examples.inputs.device.type, torch.bfloat16)
    with cast:
        inputs = examples.inputs.contiguous(memory_format=torch.channels_last)
        results = state.generator(inputs, examples.codes, examples.noise)
    losses: dict[str, Tensor] = {}
    if s.adversarial:
        losses = teach_discriminator(state, examples.truth, results, examples.codes, s.r1, s.penalty_every, chance)
        losses["adversarial"] = fool_discriminator(state, results, examples.codes, chance)
    with cast:
        with torch.no_grad():
            wanted = encoder.features(examples.truth)
        losses["features"] = feature_loss(encoder.features(results.clamp(0, 1))[1:], wanted[1:])
    losses["reconstruction"] = reconstruction_loss(results, examples.truth, examples.weights)
    losses["total"] = losses["reconstruction"] + s.features * losses["features"]
    if s.adversarial:
        losses["total"] = losses["total"] + s.adversarial * losses["adversarial"]
    descend(state.optimizers[0], losses["total"], state.generator)
    state.average_weights(s.ema)
    return {name: value.detach() for name, value in losses.items()}


def _held_out(s: PretrainingSettings, encoder: StyleEncoder) -> tuple[Examples, Examples]:
    """Examples of looks worn and of looks of pure colour, on people and looks never taught."""
    shards = [make_shard(s.stream, _HELD_OUT + i, encoder) for i in range(2)]
    count = s.stream.sittings * s.stream.looks
    worn, pure = (
        draw_examples(shards, encoder.groups, count, share, 0.0, 1, torch.Generator().manual_seed(0))
        for share in (0.0, 1.0)
    )
    return worn, pure


def _validated(restyle: Restyle, held_out: tuple[Examples, Examples], device: str) -> dict[str, float]:
    """Mean absolute error in 255ths of looks worn and of looks of pure colour."""
    row = {}
    for name, examples in zip(("looks", "colour"), held_out, strict=True):
        errors = []
        for part in torch.arange(len(examples.inputs)).split(16):
            with torch.no_grad():
                results = restyle(examples.inputs[part].to(device), examples.codes[part].to(device))
            errors.append((results.clamp(0, 1).cpu() - examples.truth[part]).abs().mean((1, 2, 3)) * 255)
        row[f"validation_{name}"] = float(torch.cat(errors).mean())
    return row


def _graded(images: Tensor, codes: Tensor) -> Tensor:
    """The grade that explains the look best (`looks.grade`), the baseline to beat."""
    matrix, offset = codes[:, -TRANSPORT:][:, :9].unflatten(1, (3, 3)), codes[:, -TRANSPORT:][:, 9:12]
    return images + torch.einsum("nij,njhw->nihw", matrix, images) + offset[:, :, None, None]
