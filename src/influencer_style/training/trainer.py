"""The loop: generator against discriminator, with known truth from the studio and, where there are any, real photos.

A batch depends on the seed and the step alone, so a training that was stopped goes on with the very batches that it
would have had.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from influencer_style.examples.creators import CreatorPhotos, Restyling
from influencer_style.examples.stream import Shard, StudioStream
from influencer_style.examples.transfer import Examples, draw_examples
from influencer_style.looks.encoder import DescriptorGroups, StyleEncoder
from influencer_style.looks.style_code import code_width
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.training.loop import State, Watch, run_steps
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.step import take_step


def studio_stream(settings: TrainerSettings, folder: Path, encoder: StyleEncoder) -> StudioStream:
    """Return the stream of a training, kept in its folder."""
    s, first = settings, min(4, settings.window)
    return StudioStream(s.stream, folder, encoder, s.shard_every, first, s.window, s.workers)


def draw_batch(
    settings: TrainerSettings,
    shards: list[Shard],
    groups: DescriptorGroups,
    creators: CreatorPhotos | None,
    noise: int,
    rng: torch.Generator,
    device: str,
) -> tuple[Examples | None, Restyling | None]:
    """Draw what a step learns from: studio examples, and creators' photos; None for what is not wanted.

    Args:
        settings: of the training.
        shards: two or more where examples are wanted.
        groups: of the encoder that described them.
        creators: where photos are wanted.
        noise: width of z.
        rng: source of all choices.
        device: torch's name of where the batch goes.
    """
    s, examples, photos = settings, None, None
    if s.examples:
        examples = draw_examples(shards, groups, s.examples, s.colour, s.code_noise, noise, rng).to(device)
    if s.photos:
        photos = creators.batch(s.photos, s.code_noise, noise, rng).to(device)
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
    """Train a transfer generator; go on from the checkpoint where there is one, see `loop.run_steps`.

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
    config = TransferConfig(code_width(encoder), s.stream.resolution, s.channels) if initial is None else initial.config
    # The creators' domains, and the users'.
    domains = 1 + len(creators.names) if creators else 0

    judge = copy.deepcopy(encoder).to(device)

    def start() -> State:
        rates = s.rate, s.discriminator_rate
        return State.start(config, s.seed, rates, device, domains, initial, s.compiled, s.momentum)

    def learn(state: State, parts: int, rng: torch.Generator) -> dict[str, Tensor]:
        shards = shards_at(state.step) if s.examples else []
        batch = draw_batch(s, shards, encoder.groups, creators, config.noise, rng, device)
        return take_step(state, state.run, *batch, judge, s, parts, rng)

    return run_steps(s, start, learn, checkpoint, watch)
