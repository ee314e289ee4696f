"""Batches of known truth from the studio: a portrait or its z, a look's style code, the portrait in that look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

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


@dataclass(frozen=True)
class _Example:
    """Somebody, `who` of sitting `i` of a shard: as they are, the truth, and the photos that show the look."""

    i: int
    who: int
    inputs: Tensor
    truth: Tensor
    photos: SetStatistics


_Kind = Callable[[Shard, torch.Generator], _Example]


@dataclass(frozen=True)
class Sampling:
    """How a batch of known truth is drawn."""

    count: int  # number of examples
    colour: float = 0.0  # share of looks of pure colour
    neutral: float = 0.0  # share of unstyled portraits (synthesis only)
    code_noise: float = 0.0  # standard deviation of the noise on style codes; their transports get none


def draw_photos(
    shards: list[Shard], groups: DescriptorGroups, sampling: Sampling, noise: int, rng: torch.Generator
) -> PairedPhotos:
    """Draw a batch for transfer: unstyled portraits, half of them mirrored, and the same portraits in looks.

    There are at least two shards: a look and its reference crowd come from different ones, so they share no person.
    `groups` are those of the encoder that described the shards, `noise` is the width of z.
    """

    def choose(kind: float) -> _Kind:
        return partial(_coloured, photographed=True) if kind < sampling.colour else _worn

    inputs, _, truth, masks, codes = _draw(shards, groups, sampling, choose, rng)
    mirror = (torch.rand(sampling.count, generator=rng) < 0.5).view(-1, 1, 1, 1)
    inputs, truth, weights = (mirrored(x, mirror) for x in (inputs, truth, _pixel_weights(masks, _PHOTO_WEIGHTS)))
    z = torch.randn(sampling.count, noise, generator=rng)
    return PairedPhotos(codes, z, truth, weights / weights.mean((1, 2, 3), True), inputs)


def draw_portraits(shards: list[Shard], groups: DescriptorGroups, sampling: Sampling, rng: torch.Generator) -> Paired:
    """Draw a batch for synthesis, from sittings in which z and the look determine the portrait (`known`).

    Arguments are those of `draw_photos`.
    """

    def choose(kind: float) -> _Kind:
        if kind < sampling.neutral:
            return _unstyled
        return _coloured if kind < sampling.neutral + sampling.colour else _worn

    _, z, truth, masks, codes = _draw(shards, groups, sampling, choose, rng)
    weights = _pixel_weights(masks, _PORTRAIT_WEIGHTS)
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
    sampling: Sampling,
    choose: Callable[[float], _Kind],
    rng: torch.Generator,
) -> tuple[Tensor, ...]:
    """Draw examples of the kinds that `choose` says; return inputs, z, truth, masks (n, 5, s, s) and noisy codes."""
    drawn = []
    for _ in range(sampling.count):
        here = _number(len(shards), rng)
        there = (here + 1 + _number(len(shards) - 1, rng)) % len(shards)
        shard, kind = shards[here], float(torch.rand(1, generator=rng))
        example = choose(kind)(shard, rng)
        crowd = draw_crowd(shards[there], torch.arange(len(shards[there].crowd)), rng)
        at = example.i, example.who
        masks = torch.from_numpy(shard.regions[at]).float() / 255
        code = style_code(example.photos, crowd, groups)
        drawn.append((example.inputs, shard.latents[at], example.truth, masks, code))
    *pictures, codes = (torch.stack(part) for part in zip(*drawn, strict=True))
    return *pictures, with_noise(codes, sampling.code_noise, rng)


def _worn(shard: Shard, rng: torch.Generator) -> _Example:
    """Draw a look of a sitting on one of its people; known from some photos of the stranger who wears it."""
    sittings, looks, grades, references = shard.descriptors.shape[:4]
    i, look, grade = _number(sittings, rng), _number(looks, rng), _number(grades, rng)
    who = _number(shard.neutral.shape[1], rng)
    photos = shard.worn(i, look, grade, subset(references, 1, rng))
    truth = apply_grades(to_tensor(shard.styled[i, look, who][None]), shard.grades[i, look, grade][None])[0]
    return _Example(i, who, to_tensor(shard.neutral[i, who][None])[0], truth, photos)


def _coloured(shard: Shard, rng: torch.Generator, photographed: bool = False) -> _Example:
    """Draw a look of pure colour on one of the crowd; known from some photos of others, each one once.

    If `photographed`, they are as a camera saw them, before a background, with its noise.
    """
    look = _number(len(shard.maps), rng)
    shown = shard.shown[look]
    everyone = torch.arange(len(shard.people))
    others = everyone[~torch.isin(everyone, shown)]
    number = int(others[_number(len(others), rng)])
    i, who = divmod(number, shard.neutral.shape[1])
    photos = shard.mapped(look, subset(len(shown), 1, rng))
    if photographed:
        taken = to_tensor(shard.people[number][None])
        noise = 0.02 * torch.rand(1, generator=rng) * torch.randn(taken.shape, generator=rng)
        taken = (taken + noise).clamp(0, 1)
    else:
        taken = to_tensor(shard.neutral[i, who][None])
    return _Example(i, who, taken[0], apply_grades(taken, shard.maps[look][None])[0], photos)


def _unstyled(shard: Shard, rng: torch.Generator) -> _Example:
    """Draw somebody as they are; the look is that of some unstyled others."""
    people = torch.randperm(len(shard.crowd), generator=rng)
    i, who = divmod(int(people[0]), shard.neutral.shape[1])
    photos = shard.population(people[1:][subset(len(people) - 1, 1, rng)])
    portrait = to_tensor(shard.neutral[i, who][None])[0]
    return _Example(i, who, portrait, portrait, photos)


def _pixel_weights(masks: Tensor, areas: tuple[float, ...]) -> Tensor:
    """Return how much each pixel counts, (n, 1, h, w), from what each area adds to 1."""
    return 1 + (masks * torch.tensor(areas).view(1, 5, 1, 1)).sum(1, keepdim=True)


def _number(count: int, rng: torch.Generator) -> int:
    return int(torch.randint(count, (1,), generator=rng))
