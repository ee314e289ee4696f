"""One step of a training: both networks learn from one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from influencer_style.examples.batch import Batch
from influencer_style.examples.creators import Restyling
from influencer_style.examples.grades import apply_grades, photographic_grades
from influencer_style.examples.transfer import Examples
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.training.adversary import Judged, adversarial_term, discriminator_terms
from influencer_style.training.loop import State, descend
from influencer_style.training.losses import (
    content_loss,
    feature_loss,
    gram_loss,
    reconstruction_loss,
    shape_loss,
)
from influencer_style.training.machine import half_precision
from influencer_style.training.settings import TrainerSettings

Restyle = Callable[[Tensor, Tensor, Tensor], Tensor]  # images, codes and noise in, results out


def take_step(
    state: State,
    restyle: Restyle,
    examples: Examples | None,
    photos: Restyling | None,
    encoder: StyleEncoder,
    settings: TrainerSettings,
    parts: int,
    rng: torch.Generator,
) -> dict[str, Tensor]:
    """Let both networks learn from a batch; return every loss by name, the generator's sum as `total`.

    Args:
        state: of the training; its networks, optimisers and averages move on.
        restyle: the state's generator, compiled or not.
        examples: with known truth; None where there are none.
        photos: without; None where there are none, but not both.
        encoder: for features and descriptors.
        settings: of the training.
        parts: the batch is taken in so many parts, one after the other, and learnt from as a whole.
        rng: source of all choices.
    """
    state.set_rates((settings.rate, settings.discriminator_rate), settings.steps)
    penalised = state.step % settings.penalty_every == 0
    learns = state.step >= settings.head_start
    told: dict[str, Tensor] = {}
    for share, known, unknown in in_parts(examples, photos, parts):
        asked = [batch for batch in (known, unknown) if batch is not None]
        with half_precision(asked[0].inputs.device, settings.half):
            inputs, codes, noise = (torch.cat([getattr(a, n) for a in asked]) for n in ("inputs", "codes", "noise"))
            results = restyle(inputs.contiguous(memory_format=torch.channels_last), codes, noise)
        terms: dict[str, Tensor] = {}
        if settings.weights.adversarial:
            judged = _to_judge(known, unknown, results, state.domains, rng)
            against = discriminator_terms(state.discriminator, judged, state.logits, settings, penalised, rng)
            (sum(against.values()) * share).backward()
            told |= {name: told.get(name, 0.0) + share * value.detach() for name, value in against.items()}
            if learns:
                terms["adversarial"] = adversarial_term(state.discriminator, judged, settings, rng)
        if learns:
            terms |= generator_terms(known, unknown, results, encoder, settings)
            weighed = [getattr(settings.weights, name, 1.0) * value for name, value in terms.items()]
            terms["total"] = sum(weighed)
            (terms["total"] * share).backward()
        told |= {name: told.get(name, 0.0) + share * value.detach() for name, value in terms.items()}
    if settings.weights.adversarial:
        descend(state.optimizers[1], state.discriminator)
    if learns:
        descend(state.optimizers[0], state.generator)
        state.average_weights(settings.ema)
    return told


def generator_terms(
    known: Examples | None, unknown: Restyling | None, results: Tensor, encoder: StyleEncoder, settings: TrainerSettings
) -> dict[str, Tensor]:
    """Return the generator's losses but for the adversarial one, by name, not weighed.

    Args:
        known: the first pictures, with their truth.
        unknown: the others; either may be None.
        results: (n, 3, h, w) what became of both.
        encoder: for features and descriptors.
        settings: which losses are wanted.
    """
    weights, terms = settings.weights, {}
    restored, restyled = _split(results, known)
    if known is not None:
        terms["reconstruction"] = reconstruction_loss(restored, known.truth, known.weights)
    with half_precision(results.device, settings.half):
        if weights.features and known is not None:
            with torch.no_grad():
                wanted = encoder.features(known.truth)
            terms["features"] = feature_loss(encoder.features(restored.clamp(0, 1))[1:], wanted[1:])
        if unknown is None:
            return terms
        if weights.gram:
            described = encoder(restyled.clamp(0, 1)).float()
            terms["gram"] = gram_loss(described, unknown.target, unknown.deviation, encoder.groups)
        if weights.content:
            with torch.no_grad():
                own = encoder.features(unknown.inputs)
            terms["content"] = content_loss(encoder.features(restyled.clamp(0, 1))[1:], own[1:])
    if weights.shape:
        terms["shape"] = shape_loss(restyled, unknown.inputs)
    return terms


def _to_judge(
    known: Examples | None, unknown: Restyling | None, results: Tensor, users: int, rng: torch.Generator
) -> Judged:
    """Everything that is real beside everything that is made.

    What was made of users' photos is judged twice: as a photo of that creator's, and, under a random grade that hides
    all looks, as a photo of the users'.
    """
    restored, restyled = _split(results, known)
    judged = []
    if known is not None:
        none = torch.zeros(len(known.truth), dtype=torch.long, device=results.device)
        judged.append(Judged(known.truth, restored, known.codes, none))
    if unknown is not None:
        grades = photographic_grades(2 * len(restyled), rng).to(results.device).split(len(restyled))
        others, hidden = (
            apply_grades(images.float().clamp(0, 1), grade)
            for images, grade in zip((unknown.others, restyled), grades, strict=True)
        )
        judged.append(Judged(unknown.real, restyled, unknown.codes, unknown.domains))
        everyone = torch.full_like(unknown.domains, users)
        judged.append(Judged(others, hidden, torch.zeros_like(unknown.codes), everyone))
    return Judged.joined(judged)


def _split(results: Tensor, known: Examples | None) -> tuple[Tensor, Tensor]:
    """What became of studio examples, and of users' photos."""
    count = 0 if known is None else len(known.truth)
    return results[:count], results[count:]


def in_parts(
    known: Batch | None, unknown: Batch | None, count: int
) -> Iterator[tuple[float, Batch | None, Batch | None]]:
    """Cut two batches with `codes`, of which one may be missing, into parts, each with its share of the pictures."""
    batches = [batch for batch in (known, unknown) if batch is not None]
    total = sum(len(batch.codes) for batch in batches)
    count = min(count, *(len(batch.codes) for batch in batches))
    both = [[None] * count if batch is None else batch.parts(count) for batch in (known, unknown)]
    for one, other in zip(*both, strict=True):
        yield sum(len(part.codes) for part in (one, other) if part is not None) / total, one, other
