"""The loop: generator against discriminator, with known truth from the studio and, where there are any, real photos.

A batch depends on the seed and the step alone, so a training that was stopped goes on with the very batches that it
would have had.
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable
from pathlib import Path

import torch

from influencer_style.adversarial.creators import CreatorPhotos, Restyling
from influencer_style.adversarial.examples import Examples, draw_examples
from influencer_style.adversarial.loop import State, TrainingDiverged, Watch, sound
from influencer_style.adversarial.settings import TrainerSettings
from influencer_style.adversarial.step import take_step
from influencer_style.adversarial.stream import Shard, StudioStream
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import code_width
from influencer_style.networks.transfer import TransferConfig, TransferGenerator

log = logging.getLogger(__name__)
_MOST_PARTS = 64


def best_device() -> str:
    """Return `cuda`, `mps` or `cpu`: the first that this machine has."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def studio_stream(settings: TrainerSettings, folder: Path, encoder: StyleEncoder) -> StudioStream:
    """Return the stream of a training, kept in its folder."""
    s, first = settings, min(4, settings.window)
    return StudioStream(s.stream, folder, encoder, s.shard_every, first, s.window, s.workers)


def draw_batch(
    settings: TrainerSettings,
    shards: list[Shard],
    groups: list[slice],
    creators: CreatorPhotos | None,
    noise: int,
    chance: torch.Generator,
    device: str,
) -> tuple[Examples | None, Restyling | None]:
    """Draw what a step learns from: studio examples, and creators' photos; None for what is not wanted.

    Args:
        settings: of the training.
        shards: two or more where examples are wanted.
        groups: of the encoder that described them.
        creators: where photos are wanted.
        noise: width of z.
        chance: source of all choices.
        device: torch's name of where the batch goes.
    """
    s, examples, photos = settings, None, None
    if s.examples:
        examples = draw_examples(shards, groups, s.examples, s.colour, s.code_noise, noise, chance).to(device)
    if s.photos:
        photos = creators.batch(s.photos, s.code_noise, noise, chance).to(device)
    return examples, photos


def train(
    settings: TrainerSettings,
    shards_at: Callable[[int], list[Shard]],
    encoder: StyleEncoder,
    checkpoint: Path,
    watch: Watch | None = None,
    creators: CreatorPhotos | None = None,
    device: str = "cpu",
    initial: TransferGenerator | None = None,
) -> State:
    """Train a transfer generator; go on from the checkpoint where there is one.

    Losses that are not sound send the training back to its last checkpoint, once. Where memory runs out, batches are
    taken in twice as many parts.

    Args:
        settings: see there.
        shards_at: the studio's shards that are at hand at a step (`StudioStream.at`), two or more.
        encoder: the style encoder that described them, for feature and Gram losses.
        checkpoint: file to go on from, and to write to; it must belong to the same material and settings (name it by
            their fingerprint).
        watch: told losses, shown the generator and asked how good it is along the way.
        creators: the real photos, for `settings.photos` of a step.
        device: torch's name of it.
        initial: a generator to start from; its shape goes before that of the settings.

    Returns:
        The state at the end: its `average` (EMA) is the generator to keep, `history` has some 200 rows of losses.

    Raises:
        TrainingDiverged: when losses are not sound again, see `loop.sound`.
        ValueError: when the settings ask for photos and there are none.
    """
    s, watch = settings, watch or Watch()
    if s.photos and creators is None:
        raise ValueError(f"photos is {s.photos}, and there are no creators' photos; set it to 0")
    if s.threads:
        torch.set_num_threads(s.threads)
    torch.use_deterministic_algorithms(s.deterministic)
    config = TransferConfig(code_width(encoder), s.stream.resolution, s.channels) if initial is None else initial.config
    # The creators' domains, and the users'.
    domains = 1 + len(creators.names) if creators else 0

    def start() -> State:
        fresh = State.start(config, s.seed, (s.rate, s.discriminator_rate), device, domains, initial)
        fresh.restore(checkpoint)
        return fresh

    state = start()
    judge = copy.deepcopy(encoder).to(device)
    run = torch.compile(state.generator) if s.compiled else state.generator
    parts, tell_every = s.parts, max(10, s.steps // 200)
    began, saved = time.monotonic() - state.seconds, time.monotonic()
    while state.step < s.steps:
        # A generator of its own for each step: the batch depends on the seed and the step alone.
        chance = torch.Generator().manual_seed(s.seed * 1_000_003 + state.step + 7_919_000_017 * state.rollbacks)
        shards = shards_at(state.step) if s.examples else []
        examples, photos = draw_batch(s, shards, encoder.groups, creators, config.noise, chance, device)
        try:
            losses = take_step(state, run, examples, photos, judge, s, parts, chance)
        except torch.OutOfMemoryError:
            parts = _more_parts(parts, state)
            continue
        state.step += 1
        state.seconds = time.monotonic() - began
        last = state.step == s.steps or 0 < s.most_seconds < state.seconds
        shown = state.step % s.validate_every == 0 or last
        saving = time.monotonic() - saved > s.checkpoint_seconds or last
        if shown or saving or state.step % tell_every == 0:
            try:
                row = sound({name: float(value) for name, value in losses.items()}, state)
            except TrainingDiverged as error:
                state = _rolled_back(state, error, start)
                run = torch.compile(state.generator) if s.compiled else state.generator
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
        if last and state.step < s.steps:
            log.warning("Training ends at step %d of %d: %.0f s are over", state.step, s.steps, s.most_seconds)
            break
    state.average.to("cpu", memory_format=torch.contiguous_format).eval()
    return state


def _total(row: dict[str, float]) -> str:
    return f", total {row['total']:.3f}" if "total" in row else ", the discriminator's head start"


def _rolled_back(diverged: State, error: TrainingDiverged, start: Callable[[], State]) -> State:
    """Go back to the last checkpoint, to go on with other batches; the second time give up."""
    if diverged.rollbacks:
        raise error
    state = start()
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
