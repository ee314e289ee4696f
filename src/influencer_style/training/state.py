"""Everything that changes while training, and its checkpoints, from which a training continues as if never stopped."""

from __future__ import annotations

import copy
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from influencer_style.examples.batch import PairedBatch
from influencer_style.storage.atomic import write_bytes
from influencer_style.training.discriminator import Discriminator
from influencer_style.training.task import Generator, Task

log = logging.getLogger(__name__)
_WARM_UP = 50
_CLIP = 5.0
_PLAIN = ("step", "seconds", "history", "rollbacks")


class Optimizer:
    """Adam (Kingma and Ba 2015) with clipped gradients; its rate warms up, and falls linearly over the last 40%.

    `rate` is the highest learning rate, `momentum` the decay of the mean gradient, `steps` the length of the training
    and `first` the step in which the network is first trained; from then on it is in every step.
    """

    def __init__(self, network: nn.Module, rate: float, momentum: float, steps: int, first: int) -> None:
        def factor(taken: int) -> float:
            step = first + taken
            return min(1.0, (step + 1) / _WARM_UP, max(0.02, (steps - step) / (0.4 * steps)))

        self.network = network
        trainable = [p for p in network.parameters() if p.requires_grad]
        self.adam = torch.optim.Adam(trainable, lr=rate, betas=(momentum, 0.99))
        self.schedule = LambdaLR(self.adam, factor)

    def step(self) -> None:
        """Take one step along the gradients that the network has, and clear them."""
        nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        self.adam.step()
        self.schedule.step()
        self.clear()

    def clear(self) -> None:
        """Clear the gradients."""
        self.adam.zero_grad(set_to_none=True)


@dataclass
class State(Generic[Generator]):
    """All that changes while training.

    `average` is the moving average (EMA) of the generator's weights, which is what is kept, `run` the generator,
    compiled or not, `logits`, (2,), are moving averages of the discriminator's logits for real and for fake pictures.
    `step` is the number of steps taken, `seconds` the time they took, `history` has rows of losses, and `rollbacks`
    says how many times diverged losses have sent the training back.
    """

    generator: Generator
    average: Generator
    discriminator: Discriminator
    generator_optimizer: Optimizer
    discriminator_optimizer: Optimizer
    run: Callable[..., Tensor]
    logits: Tensor
    step: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)
    rollbacks: int = 0

    @classmethod
    def start(cls, task: Task[PairedBatch, Generator]) -> State[Generator]:
        """Return fresh networks, the same for the same seed."""
        s, device = task.settings, task.device
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(s.seed)
            generator = task.fresh_generator()
            discriminator = Discriminator(generator.config.code, generator.config.resolution, domains=task.domains)
        if task.initial is not None:
            generator.load_state_dict(task.initial.state_dict())
        average = copy.deepcopy(generator)
        average.requires_grad_(False)
        for network in (generator, average, discriminator):
            network.to(device).to(memory_format=torch.channels_last)
        # float64, as Python's own numbers are; MPS has none.
        logits = torch.zeros(2, dtype=torch.float32 if "mps" in device else torch.float64, device=device)
        own = Optimizer(generator, s.rate, s.momentum, s.steps, s.head_start)
        other = Optimizer(discriminator, s.discriminator_rate, 0.0, s.steps, task.adversary_after)
        run = torch.compile(generator) if s.compiled else generator
        return cls(generator, average, discriminator, own, other, run, logits)

    @classmethod
    def resume(cls, task: Task[PairedBatch, Generator], checkpoint: Path) -> State[Generator]:
        """Return the state in a checkpoint; a fresh one where there is no checkpoint."""
        state = cls.start(task)
        if (saved := load_checkpoint(checkpoint)) is not None:
            for name, part in state._parts.items():
                part.load_state_dict(saved[name])
            for name in _PLAIN:
                setattr(state, name, saved[name])
            state.logits.copy_(saved["logits"])
            log.info("Training continues from the checkpoint at step %d", state.step)
        return state

    def save(self, checkpoint: Path) -> None:
        """Write a checkpoint."""
        plain = {name: getattr(self, name) for name in (*_PLAIN, "logits")}
        save_checkpoint(checkpoint, plain | {name: part.state_dict() for name, part in self._parts.items()})

    def average_weights(self, decay: float) -> None:
        """Move the average towards the generator; in the first steps faster than `decay`, as it has learnt nothing.

        Not torch's `AveragedModel`: its first update copies the generator, and each one asks the device for a counter.
        """
        decay = min(decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for average, weight in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                average.lerp_(weight, 1 - decay)

    @property
    def _parts(self) -> dict[str, nn.Module | torch.optim.Optimizer | LambdaLR]:
        one, other = self.generator_optimizer, self.discriminator_optimizer
        return {
            "generator": self.generator,
            "average": self.average,
            "discriminator": self.discriminator,
            "generator_adam": one.adam,
            "discriminator_adam": other.adam,
            "generator_schedule": one.schedule,
            "discriminator_schedule": other.schedule,
        }


def save_checkpoint(path: str | Path, state: dict[str, Any]) -> None:
    """Write tensors and plain values, whole or not at all."""
    written = io.BytesIO()  # torch's own writing to a file hides the disk's errors
    torch.save(state, written)
    write_bytes(path, written.getbuffer())


def load_checkpoint(path: str | Path) -> dict[str, Any] | None:
    """Read a checkpoint; None when there is none. Only tensors and plain values are ever unpickled.

    A damaged file must not end the run: it is put aside with a warning, and training starts anew.
    """
    path = Path(path)
    if not path.exists():
        return None
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        log.warning("Checkpoint %s cannot be read (%s); it is kept as %s, training starts anew", path, error, aside)
        return None
