"""Batches of known truth from the studio stream: a portrait, a look's style code, the portrait in that look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from influencer_style.examples.batch import Batch
from influencer_style.examples.grades import apply_grades
from influencer_style.examples.stream import Shard
from influencer_style.looks.encoder import DescriptorGroups
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.set_statistics import SetStatistics
from influencer_style.looks.style_code import StyleCode, style_code

# What people look at first counts more: lips and eyes are small, and a mean over pixels forgets them; dyeing dark hair
# is the hardest to learn.
_REGION_WEIGHTS = (1.0, 4.0, 3.0, 6.0, 0.0)  # skin, lips, eyes, hair, background
_LEAST_CROWD = 12
_AT_ONCE = 16


@dataclass(frozen=True)
class Examples(Batch):
    """Images are (n, 3, s, s), sRGB in [0, 1].

    Attributes:
        inputs: unstyled portraits.
        codes: (n, d) of the looks.
        noise: (n, z) standard normal.
        truth: the same portraits in the looks.
        weights: (n, 1, s, s) how much each pixel of the truth counts, 1 in the mean.
    """

    inputs: Tensor
    codes: Tensor
    noise: Tensor
    truth: Tensor
    weights: Tensor


def draw_examples(
    shards: list[Shard], groups: DescriptorGroups, count: int, colour: float, code_noise: float, noise: int,
    rng: torch.Generator,
) -> Examples:  # fmt: skip
    """Draw a batch.

    Args:
        shards: at least two. A look and its reference crowd come from different shards, so they share no person.
        groups: of the encoder that described the shards.
        count: how many.
        colour: share of looks of pure colour.
        code_noise: deviation of the noise on codes, but for their transports.
        noise: width of z.
        rng: source of all choices.
    """
    drawn = []
    for _ in range(count):
        here = draw_number(len(shards), rng)
        there = (here + 1 + draw_number(len(shards) - 1, rng)) % len(shards)
        pure = float(torch.rand(1, generator=rng)) < colour
        neutral, truth, masks, photos = (_pure if pure else _worn)(shards[here], rng)
        crowd = draw_crowd(shards[there], torch.arange(len(shards[there].crowd)), rng)
        drawn.append((neutral, truth, masks, style_code(photos, crowd, groups)))
    neutral, truth, masks, codes = (torch.stack(part) for part in zip(*drawn, strict=True))
    weights = pixel_weights(masks)
    codes = with_noise(codes, code_noise, rng)
    mirror = (torch.rand(count, generator=rng) < 0.5).view(-1, 1, 1, 1)
    neutral, truth, weights = (mirrored(images, mirror) for images in (neutral, truth, weights))
    return Examples(
        neutral, codes, torch.randn(count, noise, generator=rng), truth, weights / weights.mean((1, 2, 3), True)
    )


def draw_crowd(shard: Shard, people: Tensor, rng: torch.Generator) -> SetStatistics:
    """Draw a population to compare with: some of these people of a shard, a dozen or more where there are."""
    return shard.population(people[subset(len(people), min(_LEAST_CROWD, len(people)), rng)])


def restyled(restyle: Callable[[Tensor, Tensor], Tensor], images: Tensor, codes: Tensor, device: str) -> Tensor:
    """Return what becomes of images (n, 3, h, w) with style codes (n, d), in [0, 1], on the CPU; a few at a time."""
    parts = zip(images.split(_AT_ONCE), codes.split(_AT_ONCE), strict=True)
    with torch.no_grad():
        return torch.cat([restyle(i.to(device), c.to(device)).clamp(0, 1).cpu() for i, c in parts])


def mean_errors(results: Tensor, truth: Tensor) -> Tensor:
    """Return the mean absolute error of each picture, (n,), in 255ths."""
    return (results - truth).abs().mean((1, 2, 3)) * 255


def pixel_weights(masks: Tensor, regions: tuple[float, ...] = _REGION_WEIGHTS) -> Tensor:
    """Return how much each pixel counts, (n, 1, h, w), 1 or more.

    Args:
        masks: (n, 5, h, w) of the studio's regions.
        regions: how much more than 1 each of them counts.
    """
    return 1 + (masks * torch.tensor(regions).view(1, 5, 1, 1)).sum(1, keepdim=True)


def with_noise(codes: Tensor, deviation: float, rng: torch.Generator) -> Tensor:
    """Return style codes (n, d) with noise on all but their transports."""
    style = StyleCode(codes)
    noisy = style.description + deviation * torch.randn(style.description.shape, generator=rng)
    return StyleCode.of(noisy, style.transports).numbers


def mirrored(images: Tensor, mirror: Tensor) -> Tensor:
    """Return images (n, c, h, w), left and right swapped where `mirror` (n, 1, 1, 1) says so."""
    return torch.where(mirror, images.flip(-1), images)


def subset(count: int, least: int, rng: torch.Generator) -> Tensor:
    """Draw `least` to `count` different numbers below `count`: sets of every size, so that none is a surprise later."""
    size = int(torch.randint(least, count + 1, (1,), generator=rng))
    return torch.randperm(count, generator=rng)[:size]


def _worn(shard: Shard, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor, SetStatistics]:
    """One look of a sitting, on one of its people; known from some photos of the stranger who wears it."""
    sittings, looks, grades, references = shard.descriptors.shape[:4]
    i, look, grade = draw_number(sittings, rng), draw_number(looks, rng), draw_number(grades, rng)
    who = draw_number(shard.neutral.shape[1], rng)
    some = subset(references, 1, rng)
    photos = shard.worn(i, look, grade, some)
    truth = apply_grades(to_tensor(shard.styled[i, look, who][None]), shard.grades[i, look, grade][None])[0]
    return to_tensor(shard.neutral[i, who][None])[0], truth, soft_masks(shard.regions[i, who]), photos


def _pure(shard: Shard, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor, SetStatistics]:
    """One look of pure colour, on somebody; known from some photos of other people, each one once."""
    look = draw_number(len(shard.maps), rng)
    others = shard.shown[look]
    free = np.setdiff1d(np.arange(len(shard.people)), others.numpy())
    who = int(free[draw_number(len(free), rng)])
    i, target = divmod(who, shard.neutral.shape[1])
    some = subset(len(others), 1, rng)
    photos = shard.mapped(look, some)
    taken = to_tensor(shard.people[who][None])
    noise = 0.02 * torch.rand(1, generator=rng) * torch.randn(taken.shape, generator=rng)
    taken = (taken + noise).clamp(0, 1)
    return taken[0], apply_grades(taken, shard.maps[look][None])[0], soft_masks(shard.regions[i, target]), photos


def soft_masks(regions: np.ndarray) -> Tensor:
    """Return uint8 masks as numbers in [0, 1]."""
    return torch.from_numpy(regions).float() / 255


def draw_number(count: int, rng: torch.Generator) -> int:
    """Draw a number below `count`."""
    return int(torch.randint(count, (1,), generator=rng))
