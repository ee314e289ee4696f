"""The game between the two networks: how the discriminator learns, and what it tells the generator."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from influencer_style.examples.batch import Batch
from influencer_style.training.discriminator import Discriminator, augment
from influencer_style.training.losses import (
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    lecam_loss,
    relativistic_discriminator_loss,
    relativistic_generator_loss,
)
from influencer_style.training.machine import half_precision
from influencer_style.training.settings import TrainerSettings

_MEMORY = 0.99  # decay of the moving averages of logits


@dataclass(frozen=True)
class Judged(Batch):
    """Pictures to tell apart, in pairs; (n, 3, h, w), sRGB, about [0, 1].

    Attributes:
        real: photos, or the studio's truth.
        fake: the generator's, each for the same look as the real picture beside it.
        codes: (n, d) the looks.
        domains: (n,) int: whose photos, see `Discriminator`.
    """

    real: Tensor
    fake: Tensor
    codes: Tensor
    domains: Tensor


def discriminator_terms(
    discriminator: Discriminator,
    judged: Judged,
    averages: dict[str, float],
    settings: TrainerSettings,
    penalised: bool,
    rng: torch.Generator,
) -> dict[str, Tensor]:
    """Return the discriminator's losses by name, weighed; their sum is what it descends.

    Args:
        discriminator: to teach.
        judged: what it is shown; no gradient reaches the generator.
        averages: moving averages `real` and `fake` of its logits; they are moved on.
        settings: of the training.
        penalised: whether the gradient penalties are taken in this step.
        rng: source of the augmentations.
    """
    weights = settings.weights
    fake = judged.fake.detach()
    with half_precision(fake.device, settings.half):
        told = discriminator(augment(judged.real, rng), judged.codes, judged.domains)
        taken = discriminator(augment(fake, rng), judged.codes, judged.domains)
    game = relativistic_discriminator_loss if settings.relativistic else discriminator_loss
    terms = {"discriminator": game(told, taken)}
    for name, logits in (("real", told), ("fake", taken)):
        averages[name] += (1 - _MEMORY) * (float(logits.detach().mean()) - averages[name])
    if weights.lecam:
        terms["lecam"] = weights.lecam * lecam_loss(told, taken, averages["real"], averages["fake"])
    if penalised:
        for name, pictures in (("r1", judged.real), ("r2", fake)):
            if weight := getattr(weights, name):
                # Second derivatives want full precision. Taken rarely, it counts as often as it was left out.
                pictures = pictures.detach().float().requires_grad_()
                penalty = gradient_penalty(pictures, discriminator(pictures, judged.codes, judged.domains))
                terms[name] = weight / 2 * settings.penalty_every * penalty
    return terms


def adversarial_term(
    discriminator: Discriminator, judged: Judged, settings: TrainerSettings, rng: torch.Generator
) -> Tensor:
    """Return the generator's adversarial loss; the discriminator's weights get no gradient."""
    discriminator.requires_grad_(False)
    with half_precision(judged.fake.device, settings.half):
        taken = discriminator(augment(judged.fake, rng), judged.codes, judged.domains)
        if settings.relativistic:
            with torch.no_grad():
                told = discriminator(augment(judged.real, rng), judged.codes, judged.domains)
            loss = relativistic_generator_loss(told, taken)
        else:
            loss = generator_loss(taken)
    discriminator.requires_grad_(True)
    return loss
