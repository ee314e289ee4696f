"""One step of a training: both networks learn from one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from influencer_style.adversarial.adversary import Judged, adversarial_term, discriminator_terms
from influencer_style.adversarial.creators import Restyling
from influencer_style.adversarial.examples import Examples
from influencer_style.adversarial.grades import apply_grades, photographic_grades
from influencer_style.adversarial.loop import State, descend
from influencer_style.adversarial.losses import (
    content_loss,
    feature_loss,
    gram_loss,
    reconstruction_loss,
    shape_loss,
)
from influencer_style.adversarial.settings import TrainerSettings
from influencer_style.looks.encoder import StyleEncoder

Restyle = Callable[[Tensor, Tensor, Tensor], Tensor]  # images, codes and noise in, results out


def take_step(
    state: State,
    restyle: Restyle,
    examples: Examples,
    photos: Restyling | None,
    encoder: StyleEncoder,
    settings: TrainerSettings,
    parts: int,
    chance: torch.Generator,
) -> dict[str, Tensor]:
    """Let both networks learn from a batch; return every loss by name, the generator's sum as `total`.

    Args:
        state: of the training; its networks, optimisers and averages move on.
        restyle: the state's generator, compiled or not.
        examples: with known truth.
        photos: without.
        encoder: for features and descriptors.
        settings: of the training.
        parts: the batch is taken in so many parts, one after the other, and learnt from as a whole.
        chance: source of all choices.
    """
    state.set_rates((settings.rate, settings.discriminator_rate), settings.steps)
    penalised = state.step % settings.penalty_every == 0
    learns = state.step >= settings.head_start
    told: dict[str, Tensor] = {}
    for share, known, unknown in _parts(examples, photos, parts):
        with torch.autocast(known.inputs.device.type, torch.bfloat16, enabled=settings.half):
            asked = [known] if unknown is None else [known, unknown]
            inputs, codes, noise = (torch.cat([getattr(a, n) for a in asked]) for n in ("inputs", "codes", "noise"))
            results = restyle(inputs.contiguous(memory_format=torch.channels_last), codes, noise)
        terms: dict[str, Tensor] = {}
        if settings.weights.adversarial:
            judged = _to_judge(known, unknown, results, state.domains, chance)
            against = discriminator_terms(state.discriminator, judged, state.logits, settings, penalised, chance)
            (sum(against.values()) * share).backward()
            told |= {name: told.get(name, 0.0) + share * value.detach() for name, value in against.items()}
            if learns:
                terms["adversarial"] = adversarial_term(state.discriminator, judged, settings, chance)
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
    known: Examples, unknown: Restyling | None, results: Tensor, encoder: StyleEncoder, settings: TrainerSettings
) -> dict[str, Tensor]:
    """Return the generator's losses but for the adversarial one, by name, not weighed.

    Args:
        known: the first pictures, with their truth.
        unknown: the others.
        results: (n, 3, h, w) what became of both.
        encoder: for features and descriptors.
        settings: which losses are wanted.
    """
    weights, count = settings.weights, len(known.truth)
    restored, restyled = results[:count], results[count:]
    terms = {"reconstruction": reconstruction_loss(restored, known.truth, known.weights)}
    with torch.autocast(results.device.type, torch.bfloat16, enabled=settings.half):
        if weights.features:
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
    known: Examples, unknown: Restyling | None, results: Tensor, users: int, chance: torch.Generator
) -> Judged:
    """Everything that is real beside everything that is made.

    What was made of users' photos is judged twice: as a photo of that creator's, and, under a random grade that hides
    all looks, as a photo of the users'.
    """
    none = torch.zeros(len(known.truth), dtype=torch.long, device=results.device)
    if unknown is None:
        return Judged(known.truth, results, known.codes, none)
    restyled, count = results[len(known.truth) :], len(unknown.inputs)
    grades = photographic_grades(2 * count, chance).to(results.device).split(count)
    others, hidden = (
        apply_grades(images.float().clamp(0, 1), grade)
        for images, grade in zip((unknown.others, restyled), grades, strict=True)
    )
    return Judged(
        real=torch.cat([known.truth, unknown.real, others]),
        fake=torch.cat([results, hidden]),
        codes=torch.cat([known.codes, unknown.codes, torch.zeros_like(unknown.codes)]),
        domains=torch.cat([none, unknown.domains, torch.full_like(unknown.domains, users)]),
    )


def _parts(
    examples: Examples, photos: Restyling | None, count: int
) -> Iterator[tuple[float, Examples, Restyling | None]]:
    """Cut a batch into parts, each with its share of the examples."""
    total = len(examples.inputs)
    count = min(count, total)
    of_photos = [None] * count if photos is None else photos.parts(count)
    for part, unknown in zip(examples.parts(count), of_photos, strict=True):
        yield len(part.inputs) / total, part, unknown if unknown is not None and len(unknown.inputs) else None
