"""The engine: one loop, which trains every generator, of transfer and of synthesis alike.

A batch depends on the seed and the step alone, so a training that was stopped continues with the very batches that it
would have had.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

import torch

from influencer_style.examples.batch import PairedBatch, StepBatch
from influencer_style.training.game import Losses, compute_discriminator_loss, compute_generator_loss, sum_of
from influencer_style.training.machine import half_precision
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.state import State
from influencer_style.training.task import Generator, Pairs, Task

log = logging.getLogger(__name__)
_MOST_PARTS = 64
_TOO_SURE = 20.0  # difference of the mean logits of real and fake pictures


class TrainingDiverged(RuntimeError):
    """A loss is no longer a number, or the discriminator has won."""


def ignore(*_: object) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Watch(Generic[Generator]):
    """What follows a training. By default nothing does.

    `metrics` receives a step and its losses, `validate` the averaged generator now and then (the errors that it returns
    join the losses), `samples` a step and the averaged generator as often, and `progress` now and then the number of
    steps taken, that of all steps, and a short text.
    """

    metrics: Callable[[int, dict[str, float]], None] = ignore
    validate: Callable[[Generator], dict[str, float]] = lambda _: {}
    samples: Callable[[int, Generator], None] = ignore
    progress: Callable[[int, int, str], None] = ignore


def train(
    task: Task[PairedBatch, Generator], checkpoint: Path, watch: Watch[Generator] | None = None
) -> State[Generator]:
    """Train a generator; continue from the checkpoint if there is one.

    Diverged losses send the training back to its last checkpoint, once. Where memory runs out, batches are taken in
    twice as many parts. The checkpoint must belong to the same material and settings (name it by their fingerprint).
    Returns the state at the end: its `average` is the generator to keep, `history` has some 200 rows of losses. Raises
    TrainingDiverged when losses diverge again (see `_require_sound`), MemoryError when memory runs out even for single
    pictures.
    """
    s, watch = task.settings, watch or Watch()
    if s.threads:
        torch.set_num_threads(s.threads)
    if s.deterministic != torch.are_deterministic_algorithms_enabled():
        # Not each time: torch imports its compiler for this call, which takes seconds.
        torch.use_deterministic_algorithms(s.deterministic)
    state = State.resume(task, checkpoint)
    parts, log_every = s.parts, max(10, s.steps // 200)
    began, saved = time.monotonic() - state.seconds, time.monotonic()
    while state.step < s.steps:
        # A generator of its own for each step: the batch depends on the seed and the step alone.
        rng = torch.Generator().manual_seed(s.seed * 1_000_003 + state.step + 7_919_000_017 * state.rollbacks)
        try:
            losses = take_step(task, state, task.draw(state.step, rng), parts, rng)
        except torch.OutOfMemoryError:
            parts = _more_parts(parts, state)
            continue
        state.step += 1
        state.seconds = time.monotonic() - began
        last = state.step == s.steps
        validating = state.step % s.validate_every == 0 or last
        saving = time.monotonic() - saved > s.checkpoint_seconds or last
        reporting = validating or state.step % log_every == 0
        if reporting or saving:
            row = {name: float(value) for name, value in losses.items()}
            try:
                _require_sound(row, state)
            except TrainingDiverged as error:
                if state.rollbacks:
                    raise
                state = State.resume(task, checkpoint)
                state.rollbacks = 1  # other batches follow
                log.warning("%s; training goes back to step %d, once", error, state.step)
                continue
        if validating:
            row |= watch.validate(state.average)
            watch.samples(state.step, state.average)
        if reporting:
            _report(row, state, s, watch)
        if saving:
            state.save(checkpoint)
            saved = time.monotonic()
    state.average.to("cpu").to(memory_format=torch.contiguous_format).eval()
    return state


def take_step(
    task: Task[PairedBatch, Generator],
    state: State[Generator],
    batch: StepBatch[PairedBatch],
    parts: int,
    rng: torch.Generator,
) -> Losses:
    """Train both networks on one batch; return every loss by name, the generator's weighted sum as `total`.

    Networks, optimisers and averages of the state move on. The batch is taken in `parts`, one after the other, and
    learnt from as a whole.
    """
    s = task.settings
    penalised = state.step % s.penalty_every == 0
    adversary = s.weights.adversarial > 0 and state.step >= task.adversary_after
    learns = state.step >= s.head_start
    losses: Losses = {}
    for share, part in batch.to(task.device).parts(parts):
        with half_precision(torch.device(task.device), s.half):
            results = task.generate(state.run, part)
        pairs = Pairs.joined(task.pairs(part, *part.split(results), rng)) if adversary else None
        if pairs is not None:
            terms = compute_discriminator_loss(state.discriminator, pairs, state.logits, s, penalised, rng)
            (sum_of(terms) * share).backward()
            losses = _added(losses, terms, share)
        if learns:
            terms = compute_generator_loss(task, state.discriminator, part, results, pairs, rng)
            (terms["total"] * share).backward()
            losses = _added(losses, terms, share)
    if adversary:
        state.discriminator_optimizer.step()
    if learns:
        state.generator_optimizer.step()
        state.average_weights(s.ema)
    return losses


def _added(losses: Losses, terms: Losses, share: float) -> Losses:
    return losses | {name: losses.get(name, 0) + share * term.detach() for name, term in terms.items()}


def _report(row: dict[str, float], state: State[Generator], s: TrainerSettings, watch: Watch[Generator]) -> None:
    state.history.append({"step": state.step, "seconds": round(state.seconds, 1)} | row)
    watch.metrics(state.step, row)
    speed = state.step * (s.examples + s.photos) / state.seconds
    loss = f"total {row['total']:.3f}" if "total" in row else "the discriminator's head start"
    watch.progress(state.step, s.steps, f"{speed:.0f} images/s, {loss}")


def _require_sound(losses: dict[str, float], state: State[Generator]) -> None:
    """Raise TrainingDiverged if a loss is not a number, or the discriminator is too sure to teach anything."""
    bad = [name for name, value in losses.items() if not math.isfinite(value)]
    real, fake = state.logits.tolist()
    if bad:
        reason = f"{', '.join(bad)} is not a number; lower the learning rate"
    elif real - fake > _TOO_SURE:
        reason = "the discriminator tells all pictures apart; lower discriminator_rate, or raise weights.r1"
    else:
        return
    raise TrainingDiverged(f"training diverged at step {state.step}: {reason}")


def _more_parts(parts: int, state: State[Generator]) -> int:
    """Return twice as many parts, and clear what the step has left behind.

    Raises MemoryError when parts are single pictures already.
    """
    if parts >= _MOST_PARTS:
        raise MemoryError("memory runs out even for single pictures; lower the resolution or the channels")
    for optimizer in (state.generator_optimizer, state.discriminator_optimizer):
        optimizer.clear()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    log.warning("Out of memory at step %d: batches are taken in %d parts from now on", state.step, 2 * parts)
    return 2 * parts
