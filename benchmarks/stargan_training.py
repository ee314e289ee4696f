"""One training iteration of StarGAN v2 (Choi et al. 2020), written from the paper, for networks of its shape.

Where the paper leaves a choice, the cheaper one is taken, so that it is no slower than it has to be: the second picture
of the diversity term gets no gradient, and the discriminator's weights get none while the generator learns.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from benchmarks.stargan_shaped import Discriminator, Generator, MappingNetwork, Shape, StyleEncoder, start
from influencer_style.training.game import discriminator_loss, generator_loss, gradient_penalty
from influencer_style.training.machine import half_precision

_RATE, _MAPPING_RATE, _DECAY = 1e-4, 1e-6, 1e-4
_EMA = 0.999


@dataclass(frozen=True)
class Batch:
    """What an iteration sees. Pictures are (n, 3, s, s) in [-1, 1].

    Attributes:
        images, domains: photos and (n,) their domains, from 0.
        references, targets: two sets of other photos (2, n, 3, s, s), and (n,) the domains of both.
        latents: (2, n, latent) standard normal.
    """

    images: Tensor
    domains: Tensor
    references: Tensor
    targets: Tensor
    latents: Tensor

    @classmethod
    def random(cls, shape: Shape, count: int, seed: int, device: str) -> Batch:
        """Pictures of noise: what they show costs nothing."""
        rng = torch.Generator().manual_seed(seed)
        pictures = torch.rand(3, count, 3, shape.size, shape.size, generator=rng).mul(2).sub(1).to(device)
        domains = torch.randint(shape.domains, (2, count), generator=rng).to(device)
        latents = torch.randn(2, count, shape.latent, generator=rng).to(device)
        return cls(pictures[0], domains[0], pictures[1:], domains[1], latents)


class StarganTraining:
    """All networks of a training with their optimisers; a step is `iterate`.

    Args:
        shape: of the networks.
        count: pictures of the batch that `cycle` takes; the paper's batches have 8.
        device: torch's name of it.
        tuned: whether it is given two tricks of our trainer's, bfloat16 in convolutions and memory in channels-last
            order; the paper's training has neither.
        seed: of the weights.
    """

    def __init__(self, shape: Shape, count: int = 8, device: str = "cpu", tuned: bool = False, seed: int = 0) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            made = [network(shape) for network in (Generator, MappingNetwork, StyleEncoder, Discriminator)]
            for network in made:
                network.apply(start)
        order = torch.channels_last if tuned else torch.contiguous_format
        made = [network.to(device, memory_format=order) for network in made]
        self.generator, self.mapping, self.encoder, self.discriminator = made
        self.averages = [copy.deepcopy(network).requires_grad_(False) for network in made[:3]]
        self.images, self.tuned, self.device = count, tuned, device
        self.batch = Batch.random(shape, count, seed, device)
        self.optimizers = [
            torch.optim.Adam(network.parameters(), lr=rate, betas=(0.0, 0.99), weight_decay=_DECAY)
            for network, rate in zip(made, (_RATE, _MAPPING_RATE, _RATE, _RATE), strict=True)
        ]

    @property
    def parameters(self) -> dict[str, int]:
        """Trainable parameters of each network."""
        names = ("generator", "mapping", "encoder", "discriminator")
        return {name: sum(p.numel() for p in getattr(self, name).parameters()) for name in names}

    def cycle(self) -> None:
        """Take one step on the batch."""
        self.iterate(self.batch)

    def iterate(self, batch: Batch) -> dict[str, Tensor]:
        """Let all networks learn from a batch, as the paper says: each guided by latents and then by references.

        Returns:
            Every loss by name, `latent_...` and `reference_...`.
        """
        guides = {"latent": (self.mapping, batch.latents), "reference": (self.encoder, batch.references)}
        told: dict[str, Tensor] = {}
        for name, (network, sources) in guides.items():
            terms = self._discriminator_terms(network, sources[0], batch)
            self._descend(sum(terms.values()), [3])
            told |= {f"{name}_{term}": value.detach() for term, value in terms.items()}
        for name, (network, sources) in guides.items():
            terms = self._generator_terms(network, sources, batch)
            # The mapping network has no part where references guide.
            self._descend(sum(terms.values()), [0, 1, 2] if name == "latent" else [0, 2])
            told |= {f"{name}_{term}": value.detach() for term, value in terms.items()}
        for kept, now in zip(self.averages, (self.generator, self.mapping, self.encoder), strict=True):
            with torch.no_grad():
                for average, parameter in zip(kept.parameters(), now.parameters(), strict=True):
                    average.lerp_(parameter, 1 - _EMA)
        return told

    def _discriminator_terms(self, guide: nn.Module, source: Tensor, batch: Batch) -> dict[str, Tensor]:
        with self._precision():
            with torch.no_grad():
                fake = self.generator(batch.images, guide(source, batch.targets))
            taken = self.discriminator(fake, batch.targets)
        # R1 at the real pictures each time, its weight 1; second derivatives want full precision.
        real = batch.images.detach().requires_grad_()
        told = self.discriminator(real, batch.domains)
        return {"discriminator": discriminator_loss(told, taken.float()), "r1": gradient_penalty(real, told) / 2}

    def _generator_terms(self, guide: nn.Module, sources: Tensor, batch: Batch) -> dict[str, Tensor]:
        self.discriminator.requires_grad_(False)
        with self._precision():
            styles = guide(sources[0], batch.targets)
            fake = self.generator(batch.images, styles)
            taken = self.discriminator(fake, batch.targets)
            again = self.encoder(fake, batch.targets)
            with torch.no_grad():
                other = self.generator(batch.images, guide(sources[1], batch.targets))
            back = self.generator(fake, self.encoder(batch.images, batch.domains))
        self.discriminator.requires_grad_(True)
        return {
            "adversarial": generator_loss(taken.float()),
            "style": (again.float() - styles.float()).abs().mean(),
            "diversity": -(fake.float() - other.float()).abs().mean(),
            "cycle": (back.float() - batch.images).abs().mean(),
        }

    def _precision(self) -> torch.autocast:
        return half_precision(torch.device(self.device), "auto" if self.tuned else False)

    def _descend(self, loss: Tensor, learning: list[int]) -> None:
        loss.backward()
        for number in learning:
            self.optimizers[number].step()
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
