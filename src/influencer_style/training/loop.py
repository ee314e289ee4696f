"""What all trainings here have in common: their state, their steps, and what they tell as they go."""

from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.training.checkpoint import load_checkpoint, save_checkpoint
from influencer_style.training.discriminator import Discriminator
from influencer_style.training.settings import TrainerSettings

Generator = TransferGenerator | SynthesisGenerator
Config = TransferConfig | SynthesisConfig
log = logging.getLogger(__name__)
_WARM_UP = 50
_CLIP = 5.0
_MOST_PARTS = 64
_TOO_SURE = 20.0  # difference of the mean logits of real and made pictures
_PLAIN = ("step", "seconds", "history", "logits", "rollbacks")


class TrainingDiverged(RuntimeError):
    """A loss is no longer a number, or the game is over."""


@dataclass
class Watch:
    """What the loop tells, as it goes. By default nobody listens.

    Attributes:
        metrics: told a step and its losses.
        validate: given the averaged generator now and then; the errors that it returns join the losses.
        samples: shown the averaged generator, as often.
        progress: told now and then how many steps there were, how many there will be, and a few words.
    """

    metrics: Callable[[int, dict[str, float]], None] = lambda step, values: None
    validate: Callable[[Generator], dict[str, float]] = lambda generator: {}
    samples: Callable[[int, Generator], None] = lambda step, generator: None
    progress: Callable[[int, int, str], None] = lambda step, steps, words: None


@dataclass
class State:
    """All that changes while training.

    `average` is the moving average (EMA) of the generator: what is kept. `run` is the generator, compiled or not.
    """

    generator: Generator
    average: Generator
    discriminator: Discriminator
    optimizers: list[torch.optim.Optimizer]
    run: Callable[..., Tensor]
    step: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)
    logits: dict[str, float] = field(default_factory=lambda: {"real": 0.0, "fake": 0.0})
    rollbacks: int = 0

    @classmethod
    def start(
        cls,
        config: Config,
        seed: int,
        rates: tuple[float, float],
        device: str,
        domains: int = 0,
        initial: Generator | None = None,
        compiled: bool = False,
        momentum: float = 0.0,
    ) -> State:
        """Return fresh networks, the same for the same seed, and Adam (Kingma and Ba 2015) for both.

        Args:
            config: of the generator, which is of its kind.
            seed: of the weights.
            rates: learning rates of generator and discriminator.
            device: torch's name of it.
            domains: of the discriminator.
            initial: a generator of that shape to start from.
            compiled: whether torch.compile makes the generator faster.
            momentum: of the generator's optimiser.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            generator = (SynthesisGenerator if isinstance(config, SynthesisConfig) else TransferGenerator)(config)
            discriminator = Discriminator(config.code, config.resolution, domains=domains)
        if initial is not None:
            generator.load_state_dict(initial.state_dict())
        average = copy.deepcopy(generator).requires_grad_(False)
        networks = [n.to(device, memory_format=torch.channels_last) for n in (generator, average, discriminator)]
        learning = [[p for p in network.parameters() if p.requires_grad] for network in (networks[0], networks[2])]
        optimizers = [
            torch.optim.Adam(parameters, lr=rate, betas=(beta, 0.99))
            for parameters, rate, beta in zip(learning, rates, (momentum, 0.0), strict=True)
        ]
        return cls(*networks, optimizers, torch.compile(generator) if compiled else generator)

    @property
    def domains(self) -> int:
        """How many domains the discriminator knows; the last is the users'."""
        return self.discriminator.domain.num_embeddings - 1

    @property
    def _parts(self) -> dict[str, Any]:
        named = {"generator": self.generator, "average": self.average, "discriminator": self.discriminator}
        return named | {f"optimizer_{i}": optimizer for i, optimizer in enumerate(self.optimizers)}

    def save(self, path: Path) -> None:
        """Write a checkpoint."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        save_checkpoint(path, plain | {name: part.state_dict() for name, part in self._parts.items()})

    def restore(self, path: Path) -> None:
        """Go on from a checkpoint, if there is one."""
        if (saved := load_checkpoint(path)) is not None:
            for name, part in self._parts.items():
                part.load_state_dict(saved[name])
            for name in _PLAIN:
                setattr(self, name, saved[name])
            log.info("Training goes on from the checkpoint at step %d", self.step)

    def set_rates(self, rates: tuple[float, float], steps: int) -> None:
        """Set the learning rates of this step: a short warm-up, then linear decay over the last 40%."""
        share = min(1.0, (self.step + 1) / _WARM_UP, max(0.02, (steps - self.step) / (0.4 * steps)))
        for optimizer, rate in zip(self.optimizers, rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate * share

    def average_weights(self, decay: float) -> None:
        """Move the average towards the generator; in the first steps faster than `decay` says, as it knows nothing."""
        decay = min(decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for kept, now in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                kept.lerp_(now, 1 - decay)


def run_steps(
    settings: TrainerSettings,
    start: Callable[[], State],
    learn: Callable[[State, int, torch.Generator], dict[str, Tensor]],
    checkpoint: Path,
    watch: Watch,
) -> State:
    """Take all steps of a training; go on from the checkpoint where there is one.

    Losses that are not sound send the training back to its last checkpoint, once. Where memory runs out, batches are
    taken in twice as many parts.

    Args:
        settings: how many steps, how often what is told. The clock decides about checkpoints alone.
        start: makes a fresh state.
        learn: takes one step, with a batch in so many parts, and a source of all choices; returns the losses.
        checkpoint: file to go on from, and to write to.
        watch: told and asked along the way.

    Raises:
        TrainingDiverged: when losses are not sound again, see `sound`.
    """
    s = settings
    if s.threads:
        torch.set_num_threads(s.threads)
    torch.use_deterministic_algorithms(s.deterministic)

    def begin() -> State:
        fresh = start()
        fresh.restore(checkpoint)
        return fresh

    state = begin()
    parts, tell_every = s.parts, max(10, s.steps // 200)
    began, saved = time.monotonic() - state.seconds, time.monotonic()
    while state.step < s.steps:
        # A generator of its own for each step: the batch depends on the seed and the step alone.
        rng = torch.Generator().manual_seed(s.seed * 1_000_003 + state.step + 7_919_000_017 * state.rollbacks)
        try:
            losses = learn(state, parts, rng)
        except torch.OutOfMemoryError:
            parts = _more_parts(parts, state)
            continue
        state.step += 1
        state.seconds = time.monotonic() - began
        last = state.step == s.steps
        shown = state.step % s.validate_every == 0 or last
        saving = time.monotonic() - saved > s.checkpoint_seconds or last
        if shown or saving or state.step % tell_every == 0:
            try:
                row = sound({name: float(value) for name, value in losses.items()}, state)
            except TrainingDiverged as error:
                state = _rolled_back(state, error, begin)
                continue
            if shown:
                row |= watch.validate(state.average)
                watch.samples(state.step, state.average)
            if shown or state.step % tell_every == 0:
                state.history.append({"step": state.step, "seconds": round(state.seconds, 1)} | row)
                watch.metrics(state.step, row)
                speed = state.step * (s.examples + s.photos) / state.seconds
                watch.progress(state.step, s.steps, f"{speed:.0f} images/s{_total(row)}")
        if saving:
            state.save(checkpoint)
            saved = time.monotonic()
    state.average.to("cpu", memory_format=torch.contiguous_format).eval()
    return state


def descend(optimizer: torch.optim.Optimizer, network: nn.Module) -> None:
    """Take one step of one network along the gradients that it has, and forget them."""
    nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def sound(losses: dict[str, float], state: State) -> dict[str, float]:
    """Return the losses.

    Raises:
        TrainingDiverged: when one is not a number, or the discriminator is so sure that it has nothing left to tell.
    """
    bad = [name for name, value in losses.items() if not math.isfinite(value)]
    if bad:
        what = f"{', '.join(bad)} is not a number; lower the learning rate"
    elif state.logits["real"] - state.logits["fake"] > _TOO_SURE:
        what = "the discriminator tells all pictures apart; lower discriminator_rate, or raise weights.r1"
    else:
        return losses
    raise TrainingDiverged(f"training diverged at step {state.step}: {what}")


def _total(row: dict[str, float]) -> str:
    return f", total {row['total']:.3f}" if "total" in row else ", the discriminator's head start"


def _rolled_back(diverged: State, error: TrainingDiverged, begin: Callable[[], State]) -> State:
    """Go back to the last checkpoint, to go on with other batches; the second time give up."""
    if diverged.rollbacks:
        raise error
    state = begin()
    state.rollbacks = 1
    log.warning("%s; training goes back to step %d, once", error, state.step)
    return state


def _more_parts(parts: int, state: State) -> int:
    """Twice as many parts, and what a step has left behind is gone. Raises MemoryError where parts are of one."""
    if parts >= _MOST_PARTS:
        raise MemoryError("memory runs out even for single pictures; lower the resolution or the channels")
    for optimizer in state.optimizers:
        optimizer.zero_grad(set_to_none=True)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    log.warning("Out of memory at step %d: batches are taken in %d parts from now on", state.step, 2 * parts)
    return 2 * parts
