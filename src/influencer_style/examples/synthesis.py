"""Batches of known truth for synthesis: z, a look's style code, the portrait that follows from both."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from influencer_style.examples.batch import Batch
from influencer_style.examples.grades import apply_grades
from influencer_style.examples.stream import Shard
from influencer_style.examples.transfer import (
    draw_crowd,
    draw_number,
    pixel_weights,
    soft_masks,
    subset,
    with_noise,
)
from influencer_style.looks.encoder import DescriptorGroups
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.set_statistics import SetStatistics
from influencer_style.looks.style_code import style_code

# A face is told by eyes and mouth, which are small. Hair here is texture, which a mean error would blur.
_REGION_WEIGHTS = (1.0, 4.0, 5.0, 0.0, -0.5)  # skin, lips, eyes, hair, background


@dataclass(frozen=True)
class KnownPortraits(Batch):
    """Images are (n, 3, s, s), sRGB in [0, 1].

    Attributes:
        noise: (n, z) all that the portraits follow from, but for the looks.
        codes: (n, d) of the looks, told from photos of others.
        truth: the portraits.
        weights: (n, 1, s, s) how much each pixel of the truth counts, 1 in the mean.
    """

    noise: Tensor
    codes: Tensor
    truth: Tensor
    weights: Tensor


def draw_portraits(
    shards: list[Shard],
    groups: DescriptorGroups,
    count: int,
    colour: float,
    neutral: float,
    code_noise: float,
    rng: torch.Generator,
) -> KnownPortraits:
    """Draw a batch from the studio's known sittings.

    Args:
        shards: at least two. A look and its reference crowd come from different shards, so they share no person.
        groups: of the encoder that described the shards.
        count: how many.
        colour: share of looks of pure colour.
        neutral: share of unstyled portraits; the others wear looks.
        code_noise: deviation of the noise on codes, but for their transports.
        rng: source of all choices.
    """
    drawn = []
    for _ in range(count):
        here = draw_number(len(shards), rng)
        there = (here + 1 + draw_number(len(shards) - 1, rng)) % len(shards)
        kind = float(torch.rand(1, generator=rng))
        draw = _unstyled if kind < neutral else _coloured if kind < neutral + colour else _worn
        noise, truth, masks, photos = draw(shards[here], rng)
        crowd = draw_crowd(shards[there], torch.arange(len(shards[there].crowd)), rng)
        drawn.append((noise, truth, masks, style_code(photos, crowd, groups)))
    noise, truth, masks, codes = (torch.stack(part) for part in zip(*drawn, strict=True))
    weights = pixel_weights(masks, _REGION_WEIGHTS)
    return KnownPortraits(noise, with_noise(codes, code_noise, rng), truth, weights / weights.mean((1, 2, 3), True))


def _worn(shard: Shard, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor, SetStatistics]:
    """One look of a sitting, on one of its people; told from some photos of the stranger who wears it."""
    sittings, looks, grades, references = shard.descriptors.shape[:4]
    i, look, grade = (draw_number(high, rng) for high in (sittings, looks, grades))
    who = draw_number(shard.latents.shape[1], rng)
    photos = shard.worn(i, look, grade, subset(references, 1, rng))
    truth = apply_grades(to_tensor(shard.styled[i, look, who][None]), shard.grades[i, look, grade][None])[0]
    return shard.latents[i, who], truth, soft_masks(shard.regions[i, who]), photos


def _unstyled(shard: Shard, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor, SetStatistics]:
    """Somebody as they are; told from some unstyled others."""
    who, *others = torch.randperm(len(shard.crowd), generator=rng).tolist()
    others = torch.tensor(others)[subset(len(others), 1, rng)]
    return *_as_they_are(shard, who), shard.population(others)


def _coloured(shard: Shard, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor, SetStatistics]:
    """One look of pure colour, on somebody; told from some photos of others."""
    look = draw_number(len(shard.maps), rng)
    shown = shard.shown[look]
    free = torch.ones(len(shard.crowd), dtype=torch.bool)
    free[shown] = False
    free = free.nonzero()[:, 0]
    noise, taken, masks = _as_they_are(shard, int(free[draw_number(len(free), rng)]))
    truth = apply_grades(taken[None], shard.maps[look][None])[0]
    return noise, truth, masks, shard.mapped(look, subset(len(shown), 1, rng))


def _as_they_are(shard: Shard, who: int) -> tuple[Tensor, Tensor, Tensor]:
    """z, unstyled portrait and masks of one of the people of a shard, numbered as in its crowd."""
    i, target = divmod(who, shard.latents.shape[1])
    return shard.latents[i, target], to_tensor(shard.neutral[i, target][None])[0], soft_masks(shard.regions[i, target])
