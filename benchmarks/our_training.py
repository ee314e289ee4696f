"""Our training as a benchmark runs it: an adaptation's settings, real studio shards, and a step like the trainer's.

Every stage of a step can be timed: the engine's own `take_step` runs, with a watch around the functions that it calls.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
import yaml
from torch import Tensor

from benchmarks.child import synchronise
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.examples.shard import Shard, kept_shard
from influencer_style.looks.encoder import StyleEncoder, load_encoder
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import SetStatistics, describe
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training import engine, game
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.state import Optimizer, State
from influencer_style.training.transfer.task import TransferTask

PARAMETERS = Path(__file__).parents[1] / "conf" / "base" / "parameters_training.yml"
SHARDS = 2
_CREATORS = 4
# Which function of a step is which stage; what is left over (grading the pictures to judge, joining) is the rest.
_STAGES = (
    (TransferTask, "draw", "draw_batch"),
    (engine, "compute_discriminator_loss", "discriminator_terms"),
    (game, "_adversarial_loss", "adversarial_term"),
    (engine, "compute_generator_loss", "truth_and_look_terms"),
    (Optimizer, "step", "optimisers_and_average"),
    (State, "average_weights", "optimisers_and_average"),
)
STAGES = (
    "draw_batch", "generator_forward", "discriminator_terms", "discriminator_backward", "adversarial_term",
    "truth_and_look_terms", "generator_backward", "optimisers_and_average", "rest",
)  # fmt: skip


def our_settings(size: int, profile: str = "cpu", initial: str = "base") -> TrainerSettings:
    """The settings that the base is adapted to creators with, at any resolution.

    Args:
        size: side of the pictures in pixels.
        profile: `cpu` or `gpu`, see conf/base/parameters_training.yml.
        initial: `scratch` for those of a training from nothing.
    """
    # Imported here: processes that only train would carry pandas and Kedro along, and be said to need their memory.
    from influencer_style.pipelines.training.parameters import TrainingParameters

    told = yaml.safe_load(PARAMETERS.read_text(encoding="utf-8"))["training"]
    settings = TrainingParameters(**(told | {"profile": profile, "initial": initial})).settings
    return replace(settings, stream=replace(settings.stream, resolution=size))


class Stopwatch:
    """Adds up the seconds that functions take, by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.last = ""

    def timing(self, stage: str | Callable[[], str], function: Callable) -> Callable:
        """Return the function with a watch around it; a stage that is callable is asked at every call."""

        @wraps(function)
        def timed(*arguments: Any, **options: Any) -> Any:
            name = stage() if callable(stage) else stage
            synchronise()
            start = time.perf_counter()
            result = function(*arguments, **options)
            synchronise()
            self.seconds[name] += time.perf_counter() - start
            self.last = name
            return result

        return timed


class OurTraining:
    """A training on shards that are rendered already.

    Args:
        settings: of the training. Its steps are taken after the discriminator's head start, so all are full ones.
        folder: with the shards 0 and 1, or for them.
        device: torch's name of it.
    """

    def __init__(self, settings: TrainerSettings, folder: Path, device: str = "cpu") -> None:
        torch.use_deterministic_algorithms(settings.deterministic)
        self.settings, self.device = settings, device
        self.encoder = load_encoder()
        self.shards = [kept_shard(settings.stream, number, folder, self.encoder) for number in range(SHARDS)]
        creators = _creators(self.shards, self.encoder) if settings.photos else None
        self.task = TransferTask(
            settings=settings,
            encoder=self.encoder,
            shards_at=lambda _: self.shards,
            creators=creators,
            device=device,
        )
        self.state: State[TransferGenerator] = State.start(self.task)
        cycles = -(-settings.head_start // settings.penalty_every)
        self.state.step = cycles * settings.penalty_every

    @property
    def images(self) -> int:
        """Photos of a cycle: of `penalty_every` steps, so that each has its share of the gradient penalty."""
        return self.settings.penalty_every * (self.settings.examples + self.settings.photos)

    @property
    def parameters(self) -> dict[str, int]:
        """Trainable parameters of each network."""
        networks = {"generator": self.state.generator, "discriminator": self.state.discriminator}
        return {name: sum(p.numel() for p in n.parameters() if p.requires_grad) for name, n in networks.items()}

    def cycle(self) -> None:
        """Take `penalty_every` steps."""
        for _ in range(self.settings.penalty_every):
            self.take()

    def take(self) -> dict[str, Tensor]:
        """Draw a batch and take a step, as the engine does; return the losses."""
        s, state = self.settings, self.state
        rng = torch.Generator().manual_seed(s.seed * 1_000_003 + state.step)
        losses = engine.take_step(self.task, state, self.task.draw(state.step, rng), s.parts, rng)
        state.step += 1
        return losses

    def stages(self, cycles: int) -> dict[str, dict[str, float]]:
        """Return mean milliseconds of each stage of a step, and of the whole.

        Args:
            cycles: so many cycles are timed.

        Returns:
            `mean` over all steps, and `with_penalty` and `without_penalty` over steps of either kind.
        """
        kinds: dict[bool, list[dict[str, float]]] = {True: [], False: []}
        for _ in range(cycles * self.settings.penalty_every):
            penalised = self.state.step % self.settings.penalty_every == 0
            kinds[penalised].append(self._timed_step())
        wanted = {"mean": kinds[True] + kinds[False], "with_penalty": kinds[True], "without_penalty": kinds[False]}
        return {
            kind: {name: sum(one[name] for one in taken) / len(taken) for name in (*STAGES, "step")}
            for kind, taken in wanted.items()
            if taken
        }

    def _timed_step(self) -> dict[str, float]:
        """Milliseconds of the stages of one step."""
        watch = Stopwatch()

        def whose_backward() -> str:
            return f"{'discriminator' if watch.last == 'discriminator_terms' else 'generator'}_backward"

        with ExitStack() as patches:
            for place, name, stage in _STAGES:
                patches.enter_context(patch.object(place, name, watch.timing(stage, getattr(place, name))))
            running = watch.timing("generator_forward", self.state.run)
            patches.enter_context(patch.object(self.state, "run", running))
            patches.enter_context(patch.object(Tensor, "backward", watch.timing(whose_backward, Tensor.backward)))
            whole = Stopwatch()
            whole.timing("step", self.take)()
        total, seconds = whole.seconds["step"], dict(watch.seconds)
        # The generator's other losses are computed around the adversarial one.
        seconds["truth_and_look_terms"] = seconds.get("truth_and_look_terms", 0.0) - seconds.get(
            "adversarial_term", 0.0
        )
        taken = seconds | {"rest": total - sum(seconds.values()), "step": total}
        return {name: 1000 * taken.get(name, 0.0) for name in (*STAGES, "step")}


def creator_photos(
    encoder: StyleEncoder, users: np.ndarray, population: np.ndarray, sets: dict[str, np.ndarray], side: int
) -> CreatorPhotos:
    """Return users' crops and creators' sets, uint8 (n, s, s, 3), and their looks, for a training at `side` px.

    Args:
        encoder: describes them.
        users: to restyle.
        population: that looks are measured against.
        sets: each creator's crops.
    """
    with torch.no_grad():
        known = [SetStatistics.of(*describe(encoder, to_tensor(crops))) for crops in (population, *sets.values())]
    profiles = [LookProfile(name, name, own) for name, own in zip(sets, known[1:], strict=True)]
    return CreatorPhotos(users, sets, LookProfiles(known[0], profiles, encoder.sha256, encoder.groups), side)


def _creators(shards: list[Shard], encoder: StyleEncoder) -> CreatorPhotos:
    """Unstyled people of the studio as users, some sittings' styled ones as creators: what they show costs nothing."""
    users = shards[0].people
    sets = {
        f"creator-{i}": styled.reshape(-1, *styled.shape[2:]) for i, styled in enumerate(shards[0].styled[:_CREATORS])
    }
    return creator_photos(encoder, users, users, sets, users.shape[1])
