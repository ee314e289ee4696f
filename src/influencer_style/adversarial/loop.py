"""What all trainings here have in common: their state, their steps, and what they tell as they go."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from influencer_style.adversarial.checkpoint import load_checkpoint, save_checkpoint
from influencer_style.adversarial.discriminator import Discriminator, augment
from influencer_style.adversarial.losses import discriminator_loss, generator_loss, gradient_penalty
from influencer_style.networks.transfer import TransferConfig, TransferGenerator

log = logging.getLogger(__name__)
_WARM_UP = 50
_CLIP = 5.0


class TrainingDiverged(RuntimeError):
    """A loss is no longer a number."""


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

    @classmethod
    def start(cls, config: TransferConfig, seed: int, rates: tuple[float, float], device: str) -> State:
        """Return fresh networks, the same for the same seed, and Adam (Kingma and Ba 2015) for both."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            generator = TransferGenerator(config)
            discriminator = Discriminator(config.code, config.resolution)
        average = copy.deepcopy(generator).requires_grad_(False)
        networks = [n.to(device, memory_format=torch.channels_last) for n in (generator, average, discriminator)]
        learning = [[p for p in network.parameters() if p.requires_grad] for network in (networks[0], networks[2])]
        optimizers = [torch.optim.Adam(p, lr=rate, betas=(0.0, 0.99)) for p, rate in zip(learning, rates, strict=True)]
        return cls(*networks, optimizers)

    @property
    def _parts(self) -> dict[str, Any]:
        named = {"generator": self.generator, "average": self.average, "discriminator": self.discriminator}
        return named | {f"optimizer_{i}": optimizer for i, optimizer in enumerate(self.optimizers)}

    def save(self, path: Path) -> None:
        """Write a checkpoint."""
        plain = {"step": self.step, "seconds": self.seconds, "history": self.history}
        save_checkpoint(path, plain | {name: part.state_dict() for name, part in self._parts.items()})

    def restore(self, path: Path) -> None:
        """Go on from a checkpoint, if there is one."""
        if (saved := load_checkpoint(path)) is not None:
            for name, part in self._parts.items():
                part.load_state_dict(saved[name])
            self.step, self.seconds, self.history = saved["step"], saved["seconds"], saved["history"]
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


def teach_discriminator(
    state: State, real: Tensor, fake: Tensor, codes: Tensor, r1: float, every: int, chance: torch.Generator
) -> dict[str, Tensor]:
    """Let the discriminator tell real pictures from the generator's; returns its losses by name.

    Args:
        state: of the training.
        real, fake: (n, 3, h, w) in [0, 1].
        codes: (n, d) the looks asked for.
        r1: weight of the gradient penalty; 0 leaves it out.
        every: it is taken every so many steps, and counts so many times more.
        chance: source of the augmentations.
    """
    with torch.autocast(real.device.type, torch.bfloat16):
        told = state.discriminator(augment(real, chance), codes)
        taken = state.discriminator(augment(fake.detach(), chance), codes)
    losses = {"discriminator": discriminator_loss(told, taken)}
    objective = losses["discriminator"]
    if r1 and state.step % every == 0:
        # Second derivatives want full precision.
        images = real.detach().requires_grad_()
        losses["r1"] = gradient_penalty(images, state.discriminator(images, codes))
        objective = objective + losses["r1"] * r1 * every / 2
    descend(state.optimizers[1], objective, state.discriminator)
    return losses


def fool_discriminator(state: State, fake: Tensor, codes: Tensor, chance: torch.Generator) -> Tensor:
    """Return the generator's adversarial loss; the discriminator's weights get no gradient."""
    state.discriminator.requires_grad_(False)
    with torch.autocast(fake.device.type, torch.bfloat16):
        loss = generator_loss(state.discriminator(augment(fake, chance), codes))
    state.discriminator.requires_grad_(True)
    return loss


def descend(optimizer: torch.optim.Optimizer, loss: Tensor, network: nn.Module) -> None:
    """Take one step of one network."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
    optimizer.step()


def finite(losses: dict[str, float], step: int) -> dict[str, float]:
    """Return the losses.

    Raises:
        TrainingDiverged: when one is not a number.
    """
    bad = [name for name, value in losses.items() if not abs(value) < float("inf")]
    if bad:
        raise TrainingDiverged(
            f"training diverged at step {step}: {', '.join(bad)} is not a number; lower the learning rate"
        )
    return losses
