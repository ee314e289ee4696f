"""What all trainings here have in common: their state, their steps, and what they tell as they go."""

from __future__ import annotations

import copy
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from influencer_style.adversarial.checkpoint import load_checkpoint, save_checkpoint
from influencer_style.adversarial.discriminator import Discriminator
from influencer_style.networks.transfer import TransferConfig, TransferGenerator

log = logging.getLogger(__name__)
_WARM_UP = 50
_CLIP = 5.0
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
    validate: Callable[[TransferGenerator], dict[str, float]] = lambda generator: {}
    samples: Callable[[int, TransferGenerator], None] = lambda step, generator: None
    progress: Callable[[int, int, str], None] = lambda step, steps, words: None


@dataclass
class State:
    """All that changes while training. `average` is the moving average (EMA) of the generator: what is kept."""

    generator: TransferGenerator
    average: TransferGenerator
    discriminator: Discriminator
    optimizers: list[torch.optim.Optimizer]
    step: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)
    logits: dict[str, float] = field(default_factory=lambda: {"real": 0.0, "fake": 0.0})
    rollbacks: int = 0

    @classmethod
    def start(
        cls,
        config: TransferConfig,
        seed: int,
        rates: tuple[float, float],
        device: str,
        domains: int = 0,
        initial: TransferGenerator | None = None,
    ) -> State:
        """Return fresh networks, the same for the same seed, and Adam (Kingma and Ba 2015) for both.

        Args:
            config: of the generator.
            seed: of the weights.
            rates: learning rates of generator and discriminator.
            device: torch's name of it.
            domains: of the discriminator.
            initial: a generator of that shape to start from.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            generator = TransferGenerator(config)
            discriminator = Discriminator(config.code, config.resolution, domains=domains)
        if initial is not None:
            generator.load_state_dict(initial.state_dict())
        average = copy.deepcopy(generator).requires_grad_(False)
        networks = [n.to(device, memory_format=torch.channels_last) for n in (generator, average, discriminator)]
        learning = [[p for p in network.parameters() if p.requires_grad] for network in (networks[0], networks[2])]
        optimizers = [torch.optim.Adam(p, lr=rate, betas=(0.0, 0.99)) for p, rate in zip(learning, rates, strict=True)]
        return cls(*networks, optimizers)

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
