"""A course of lessons for the areas network: its loss, its steps, the mean of its weights, its checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from influencer_style.faces.areas import AreasNetwork
from influencer_style.storage.atomic import atomic_file

PHOTOS, STUDIO = 6, 2  # of a batch, in this order
WEIGHTS = torch.tensor([1.0, 3.0, 3.0, 3.0, 1.5, 1.0, 1.2]).view(1, -1, 1, 1)
AVERAGE = 0.995  # of the weights, from step to step


def loss_of(logits: Tensor, areas: Tensor, inside: Tensor) -> Tensor:
    """Return weighted cross-entropy and the Dice loss (Milletari et al. 2016) of what lies inside of the photos."""
    logits, valid = logits.float(), inside[:, None].float()
    entropy = -(areas * logits.log_softmax(1) * WEIGHTS * valid).sum() / valid.sum()
    taken = logits.softmax(1) * valid
    both, all_ = (taken * areas).sum((0, 2, 3)), (taken + areas * valid).sum((0, 2, 3))
    return entropy + (1 - (2 * both + 1) / (all_ + 1)).mean()


@dataclass
class Course:
    """A network that is being taught, the mean of its weights, and how far it is."""

    network: AreasNetwork
    mean: AreasNetwork
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    @classmethod
    def begin(cls, start: Path | None, rate: float) -> Course:
        """Return a new course, from the mean weights of another one's checkpoint where one is given."""
        torch.manual_seed(0)
        network, mean = AreasNetwork(normalised=True), AreasNetwork(normalised=True)
        if start:
            network.load_state_dict(torch.load(start, weights_only=True)["mean"], strict=False)
        mean.load_state_dict(network.state_dict())
        network.to(memory_format=torch.channels_last)
        return cls(
            network, mean.requires_grad_(False), torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-3)
        )

    def keep(self, file: Path) -> None:
        state = {"network": self.network.state_dict(), "mean": self.mean.state_dict()}
        state |= {"optimizer": self.optimizer.state_dict(), "step": self.step, "seconds": self.seconds}
        with atomic_file(file) as part:
            torch.save(state, part)

    def resume(self, file: Path) -> None:
        state = torch.load(file, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]

    def take_step(self, pictures: Tensor, areas: Tensor, inside: Tensor, trust: float = 1.0) -> float:
        """Take a step. `trust`: how far labels of photos count; the rest is what the mean weights say (Reed 2015)."""
        if trust < 1:
            with torch.no_grad():
                said = self.mean.eval()(pictures[:PHOTOS].contiguous(memory_format=torch.channels_last))
            said = said**2 / (said**2).sum(1, keepdim=True)
            areas = torch.cat([trust * areas[:PHOTOS] + (1 - trust) * said, areas[PHOTOS:]])
        loss = loss_of(self.network.logits(pictures.contiguous(memory_format=torch.channels_last)), areas, inside)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step += 1
        kept = min(AVERAGE, self.step / (self.step + 10))
        with torch.no_grad():
            for mean, new in zip(self.mean.state_dict().values(), self.network.state_dict().values(), strict=True):
                mean.lerp_(new, 1 - kept) if mean.is_floating_point() else mean.copy_(new)
        return float(loss.detach())


def folded(network: AreasNetwork) -> AreasNetwork:
    """Return a network that computes the same as a normalised one, its normalisation part of its convolutions."""
    plain, parts = AreasNetwork(), dict(network.named_modules())
    kept = {**network.head.state_dict(prefix="head."), **network.place.state_dict(prefix="place.")}
    state = {key: value.detach().clone() for key, value in kept.items()}
    for name, norm in parts.items():
        if isinstance(norm, nn.BatchNorm2d):
            stem = f"{name.rpartition('.')[0]}.0"
            weight = parts[stem].weight.detach()
            assert norm.running_mean is not None
            assert norm.running_var is not None
            scale = norm.weight.detach() / (norm.running_var + norm.eps).sqrt()
            state[f"{stem}.weight"] = weight * scale.view(-1, 1, 1, 1)
            state[f"{stem}.bias"] = norm.bias.detach() - norm.running_mean * scale
    plain.load_state_dict(state)
    return plain.eval()


def unweighted(network: AreasNetwork, share: float) -> AreasNetwork:
    """Take the weights of the cross-entropy out of a network's likelihoods again: small areas came out too large."""
    with torch.no_grad():
        assert network.head.bias is not None
        network.head.bias -= share * WEIGHTS.flatten().log().repeat_interleave(4)
    return network
