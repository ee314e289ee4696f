"""One step of synthesis: both networks learn from portraits whose truth is known, and from creators' photos."""

from __future__ import annotations

import torch
from torch import Tensor

from influencer_style.examples.creators import Restyling
from influencer_style.examples.synthesis import KnownPortraits
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.training.adversary import Judged, adversarial_term, discriminator_terms
from influencer_style.training.loop import State, descend
from influencer_style.training.losses import feature_loss, gram_loss, reconstruction_loss, shape_loss
from influencer_style.training.machine import half_precision
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.step import in_parts


def take_synthesis_step(
    state: State,
    known: KnownPortraits | None,
    photos: Restyling | None,
    encoder: StyleEncoder,
    settings: TrainerSettings,
    adversary: bool,
    parts: int,
    rng: torch.Generator,
) -> dict[str, Tensor]:
    """Let both networks learn from a batch; return every loss by name, the generator's sum as `total`.

    Args:
        state: of the training; its networks, optimisers and averages move on.
        known: portraits with known truth; None where there are none.
        photos: creators' photos, and for new people in their looks noise, codes, and portraits whose shapes they should
            have; None where there are none, but not both.
        encoder: for features and descriptors.
        settings: of the training.
        adversary: whether the discriminator takes part in this step.
        parts: the batch is taken in so many parts, one after the other, and learnt from as a whole.
        rng: source of all choices.
    """
    weights = settings.weights
    state.set_rates((settings.rate, settings.discriminator_rate), settings.steps)
    penalised = state.step % settings.penalty_every == 0
    learns = state.step >= settings.head_start
    told: dict[str, Tensor] = {}

    def tell(terms: dict[str, Tensor], share: float) -> None:
        for name, value in terms.items():
            told[name] = told.get(name, 0.0) + share * value.detach()

    for share, sure, free in in_parts(known, photos, parts):
        asked = [batch for batch in (sure, free) if batch is not None]
        noise, codes = (torch.cat([getattr(batch, name) for batch in asked]) for name in ("noise", "codes"))
        with half_precision(noise.device, settings.half):
            results = state.run(noise, codes)
        terms: dict[str, Tensor] = {}
        if adversary:
            judged = _to_judge(sure, free, results)
            against = discriminator_terms(state.discriminator, judged, state.logits, settings, penalised, rng)
            (sum(against.values()) * share).backward()
            tell(against, share)
            if learns:
                terms["adversarial"] = adversarial_term(state.discriminator, judged, settings, rng)
        if learns:
            terms |= _generator_terms(sure, free, results, encoder, settings)
            terms["total"] = sum(getattr(weights, name, 1.0) * value for name, value in terms.items())
            (terms["total"] * share).backward()
            tell(terms, share)
    if adversary:
        descend(state.optimizers[1], state.discriminator)
    if learns:
        descend(state.optimizers[0], state.generator)
        state.average_weights(settings.ema)
    return told


def _generator_terms(
    known: KnownPortraits | None,
    photos: Restyling | None,
    results: Tensor,
    encoder: StyleEncoder,
    settings: TrainerSettings,
) -> dict[str, Tensor]:
    """Return the generator's losses but for the adversarial one, by name, not weighed."""
    weights, terms = settings.weights, {}
    count = 0 if known is None else len(known.truth)
    if known is not None:
        terms["reconstruction"] = reconstruction_loss(results[:count], known.truth, known.weights)
    with half_precision(results.device, settings.half):
        if known is not None and weights.features:
            with torch.no_grad():
                wanted = encoder.features(known.truth)
            terms["features"] = feature_loss(encoder.features(results[:count])[1:], wanted[1:])
        if photos is not None and weights.gram:
            described = encoder(results[count:]).float()
            terms["gram"] = gram_loss(described, photos.target, photos.deviation, encoder.groups)
    if photos is not None and weights.shape:
        terms["shape"] = shape_loss(results[count:], photos.inputs)
    return terms


def _to_judge(known: KnownPortraits | None, photos: Restyling | None, results: Tensor) -> Judged:
    """Every real picture beside one that was made in the same look: of the same person where the truth is known."""
    count, judged = 0 if known is None else len(known.truth), []
    if known is not None:
        nobody = torch.zeros(count, dtype=torch.long, device=results.device)
        judged.append(Judged(known.truth, results[:count], known.codes, nobody))
    if photos is not None:
        judged.append(Judged(photos.real, results[count:], photos.codes, photos.domains))
    return Judged.joined(judged)
