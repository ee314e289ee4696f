"""Batches of known truth from the studio: a portrait or its z, a look's style code, the portrait in that look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from influencer_style.examples.batch import Paired, PairedPhotos
from influencer_style.examples.grades import apply_grades
from influencer_style.examples.shard import Shard
from influencer_style.looks.encoder import DescriptorGroups
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.set_statistics import SetStatistics
from influencer_style.looks.style_code import StyleCode, style_code

# Weights of skin, lips, eyes, hair and background, added to 1. What people look at first counts more: lips and eyes are
# small, and a mean over pixels forgets them; dyeing dark hair is the hardest to learn.
_PHOTO_WEIGHTS = (1.0, 4.0, 3.0, 6.0, 0.0)
# Eyes and mouth make a face, and are small. Hair is texture here, which a mean error would blur.
_PORTRAIT_WEIGHTS = (1.0, 4.0, 5.0, 0.0, -0.5)
_LEAST_CROWD = 12

# What the generator is given (a portrait, or z), the truth, the masks of its areas, and the photos that show the look.
_Example = tuple[Tensor, Tensor, Tensor, SetStatistics]


@dataclass(frozen=True)
class Sampling:
    """How a batch of known truth is drawn.

    Attributes:
        count: Number of examples.
        colour: Share of looks of pure colour.
        neutral: Share of unstyled portraits (synthesis only).
        code_noise: Standard deviation of the noise on style codes; their transports get none.
    """

    count: int
    colour: float = 0.0
    neutral: float = 0.0
    code_noise: float = 0.0


def draw_photos(
    shards: list[Shard], groups: DescriptorGroups, sampling: Sampling, noise: int, rng: torch.Generator
) -> PairedPhotos:
    """Draw a batch for transfer: unstyled portraits, half of them mirrored, and the same portraits in looks.

    Args:
        shards: At least two. A look and its reference crowd come from different shards, so they share no person.
        groups: The groups of the encoder that described the shards.
        sampling: What is drawn.
        noise: Width of z.
        rng: Source of all choices.
    """

    def choose(kind: float) -> Callable[[Shard, torch.Generator], _Example]:
        return _photo_of_colour if kind < sampling.colour else _photo_in_look

    inputs, truth, masks, codes = _draw(shards, groups, sampling.count, choose, rng)
    codes = with_noise(codes, sampling.code_noise, rng)
    mirror = (torch.rand(sampling.count, generator=rng) < 0.5).view(-1, 1, 1, 1)
    inputs, truth, weights = (mirrored(x, mirror) for x in (inputs, truth, _pixel_weights(masks, _PHOTO_WEIGHTS)))
    z = torch.randn(sampling.count, noise, generator=rng)
    return PairedPhotos(codes, z, truth, weights / weights.mean((1, 2, 3), True), inputs)


def draw_portraits(shards: list[Shard], groups: DescriptorGroups, sampling: Sampling, rng: torch.Generator) -> Paired:
    """Draw a batch for synthesis, from sittings in which z and the look determine the portrait (`known`).

    Args:
        shards: At least two. A look and its reference crowd come from different shards, so they share no person.
        groups: The groups of the encoder that described the shards.
        sampling: What is drawn.
        rng: Source of all choices.
    """

    def choose(kind: float) -> Callable[[Shard, torch.Generator], _Example]:
        if kind < sampling.neutral:
            return _portrait_unstyled
        return _portrait_of_colour if kind < sampling.neutral + sampling.colour else _portrait_in_look

    z, truth, masks, codes = _draw(shards, groups, sampling.count, choose, rng)
    weights = _pixel_weights(masks, _PORTRAIT_WEIGHTS)
    codes = with_noise(codes, sampling.code_noise, rng)
    return Paired(codes, z, truth, weights / weights.mean((1, 2, 3), True))


def draw_crowd(shard: Shard, people: Tensor, rng: torch.Generator) -> SetStatistics:
    """Draw a population to compare with: some of these people of a shard, at least a dozen if there are as many."""
    return shard.population(people[subset(len(people), min(_LEAST_CROWD, len(people)), rng)])


def with_noise(codes: Tensor, deviation: float, rng: torch.Generator) -> Tensor:
    """Return style codes (n, d) with noise on everything except their transports."""
    style = StyleCode(codes)
    noisy = style.description + deviation * torch.randn(style.description.shape, generator=rng)
    return StyleCode.of(noisy, style.transports).numbers


def mirrored(images: Tensor, mirror: Tensor) -> Tensor:
    """Return images (n, c, h, w), left and right swapped where `mirror` (n, 1, 1, 1) says so."""
    return torch.where(mirror, images.flip(-1), images)


def subset(count: int, least: int, rng: torch.Generator) -> Tensor:
    """Draw `least` to `count` different numbers below `count`: training sees sets of every size."""
    size = int(torch.randint(least, count + 1, (1,), generator=rng))
    return torch.randperm(count, generator=rng)[:size]


def _draw(
    shards: list[Shard],
    groups: DescriptorGroups,
    count: int,
    choose: Callable[[float], Callable[[Shard, torch.Generator], _Example]],
    rng: torch.Generator,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Draw examples of the kinds that `choose` says; return what the generator is given, truth, masks, style codes."""
    drawn = []
    for _ in range(count):
        here = _number(len(shards), rng)
        there = (here + 1 + _number(len(shards) - 1, rng)) % len(shards)
        kind = float(torch.rand(1, generator=rng))
        given, truth, masks, photos = choose(kind)(shards[here], rng)
        crowd = draw_crowd(shards[there], torch.arange(len(shards[there].crowd)), rng)
        drawn.append((given, truth, masks, style_code(photos, crowd, groups)))
    given, truth, masks, codes = (torch.stack(part) for part in zip(*drawn, strict=True))
    return given, truth, masks, codes


def _photo_in_look(shard: Shard, rng: torch.Generator) -> _Example:
    i, who, truth, photos = _worn(shard, rng)
    return to_tensor(shard.neutral[i, who][None])[0], truth, _masks(shard, i, who), photos


def _photo_of_colour(shard: Shard, rng: torch.Generator) -> _Example:
    """Somebody as a camera saw them, before a background, with its noise."""
    who, grade, photos = _coloured(shard, rng)
    taken = to_tensor(shard.people[who][None])
    noise = 0.02 * torch.rand(1, generator=rng) * torch.randn(taken.shape, generator=rng)
    taken = (taken + noise).clamp(0, 1)
    return taken[0], apply_grades(taken, grade)[0], _masks(shard, *_sitter(shard, who)), photos


def _portrait_in_look(shard: Shard, rng: torch.Generator) -> _Example:
    i, who, truth, photos = _worn(shard, rng)
    return shard.latents[i, who], truth, _masks(shard, i, who), photos


def _portrait_of_colour(shard: Shard, rng: torch.Generator) -> _Example:
    who, grade, photos = _coloured(shard, rng)
    i, target = _sitter(shard, who)
    truth = apply_grades(to_tensor(shard.neutral[i, target][None]), grade)[0]
    return shard.latents[i, target], truth, _masks(shard, i, target), photos


def _portrait_unstyled(shard: Shard, rng: torch.Generator) -> _Example:
    """Somebody as they are; the look is that of some unstyled others."""
    people = torch.randperm(len(shard.crowd), generator=rng)
    i, target = _sitter(shard, int(people[0]))
    photos = shard.population(people[1:][subset(len(people) - 1, 1, rng)])
    truth = to_tensor(shard.neutral[i, target][None])[0]
    return shard.latents[i, target], truth, _masks(shard, i, target), photos


def _worn(shard: Shard, rng: torch.Generator) -> tuple[int, int, Tensor, SetStatistics]:
    """A look of sitting `i` on one of its people, `who`; known from some photos of the stranger who wears it."""
    sittings, looks, grades, references = shard.descriptors.shape[:4]
    i, look, grade = _number(sittings, rng), _number(looks, rng), _number(grades, rng)
    who = _number(shard.neutral.shape[1], rng)
    photos = shard.worn(i, look, grade, subset(references, 1, rng))
    truth = apply_grades(to_tensor(shard.styled[i, look, who][None]), shard.grades[i, look, grade][None])[0]
    return i, who, truth, photos


def _coloured(shard: Shard, rng: torch.Generator) -> tuple[int, Tensor, SetStatistics]:
    """One of the crowd, and a look of pure colour (1, 43) known from some photos of others, each one once."""
    look = _number(len(shard.maps), rng)
    shown = shard.shown[look]
    everyone = torch.arange(len(shard.people))
    others = everyone[~torch.isin(everyone, shown)]
    who = int(others[_number(len(others), rng)])
    return who, shard.maps[look][None], shard.mapped(look, subset(len(shown), 1, rng))


def _sitter(shard: Shard, who: int) -> tuple[int, int]:
    """Return the sitting, and the place in it, of somebody by their number in the crowd."""
    return divmod(who, shard.neutral.shape[1])


def _masks(shard: Shard, i: int, who: int) -> Tensor:
    """Return the masks of somebody's areas, (5, s, s) in [0, 1]."""
    return torch.from_numpy(shard.regions[i, who]).float() / 255


def _pixel_weights(masks: Tensor, regions: tuple[float, ...]) -> Tensor:
    """Return how much each pixel counts, (n, 1, h, w), from masks (n, 5, h, w) and what each area adds to 1."""
    return 1 + (masks * torch.tensor(regions).view(1, 5, 1, 1)).sum(1, keepdim=True)


def _number(count: int, rng: torch.Generator) -> int:
    return int(torch.randint(count, (1,), generator=rng))
