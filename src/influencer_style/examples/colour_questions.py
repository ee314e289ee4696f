"""What colour maps learn from: questions whose answer is known, drawn from photos of people without a look.

A question is a set of photos under one random edit, a population without it, and colours of other people before and
after; no person is in two of the three. The set shows one person or many. The answer is the edit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from influencer_style.examples.batch import Batch
from influencer_style.examples.film_edits import Edit, camera_edit, film_edit
from influencer_style.examples.grades import apply_grades, photographic_grades
from influencer_style.examples.photographs import Photographs
from influencer_style.looks.encoder import DescriptorGroups
from influencer_style.looks.grade import halves
from influencer_style.looks.regional import regional_moments
from influencer_style.looks.segmenter import SIZE
from influencer_style.looks.set_statistics import SetStatistics
from influencer_style.looks.style_code import style_code
from influencer_style.networks.colour_map import SIDE, ColourMap

TESTED, _PIXELS = 6, 80  # people whose colours the answer gives, and colours of each
LEAST_POPULATION = 5
_ONE_PERSON = 0.25  # share of sets that show one person
_USUALLY = 0.4  # share of sets of the usual size
_MAP_EDITS = 5000


@dataclass(frozen=True)
class Sizes:
    """How many photos the sets and populations of questions have; where people do not suffice, fewer.

    Attributes:
        sets: the least and the most photos of a set.
        populations: the least and the most people of a population.
        usual: photos of four sets in ten; 0 where no size is usual.
    """

    sets: tuple[int, int]
    populations: tuple[int, int]
    usual: int = 0

    def of(self, people: int, rng: torch.Generator) -> tuple[int, int]:
        """Draw the sizes of a set and of a population from so many people, besides those who are tested."""
        left = people - TESTED
        usual = self.usual and _uniform(rng) < _USUALLY
        size = min(self.usual if usual else _size(*self.sets, rng), left - LEAST_POPULATION)
        return size, min(_size(*self.populations, rng), left - size)


@dataclass(frozen=True)
class Questions(Batch):
    """Style codes, and what becomes of colours of people who are not in the set."""

    codes: Tensor  # (n, 219) numbers of style codes that tell a map: `ColourMap.inputs`
    before: Tensor  # (n, 480, 3) sRGB in bytes
    after: Tensor  # (n, 480, 3) the same under the edit

    def __len__(self) -> int:
        return len(self.codes)


def questions(photographs: Photographs, sizes: Sizes, rng: torch.Generator) -> Iterator[Questions]:
    """Yield questions, one at a time and without end."""
    while True:
        yield _question(photographs, sizes, rng)


def edit_components(photographs: Photographs, count: int, rng: torch.Generator) -> Tensor:
    """Return the principal components (count, 2187) of random edits as tables, in their standard deviations.

    Colours count as often as photos show them.
    """
    axis = torch.linspace(0, 1, SIDE)
    colours = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"))
    flat = colours.view(1, 3, SIDE, -1)
    tables = torch.stack([(edit(flat) - flat).flatten() for edit in _map_edits(rng)])
    plain = photographs.pictures[0, 0, 0].movedim(1, -1).reshape(-1, 3)[::97]
    seen = (plain.float() / 255 * (SIDE - 1)).round().long()
    counts = torch.zeros(SIDE, SIDE, SIDE).index_put_(tuple(seen.T), torch.ones(len(seen)), accumulate=True)
    weights = ((counts / counts.mean()).clamp_max(8) + 0.15).sqrt().expand(3, -1, -1, -1).flatten()
    _, sizes, rows = torch.linalg.svd(tables * weights, full_matrices=False)
    return rows[:count] / weights * (sizes[:count, None] / len(tables) ** 0.5)


def random_look(rng: torch.Generator) -> Edit:
    """Draw a look of colour and tone: an edit, a grade as studio people wear them too, or both."""
    if _uniform(rng) < 0.65:
        return film_edit(rng)
    graded, further = _graded(photographic_grades(1, rng)), film_edit(rng)
    return graded if _uniform(rng) < 0.6 else lambda images: further(graded(images))


def _question(photographs: Photographs, sizes: Sizes, rng: torch.Generator) -> Questions:
    size, others = sizes.of(photographs.people, rng)
    people = torch.randperm(photographs.people, generator=rng)
    shown = TESTED + size
    if _uniform(rng) < _ONE_PERSON:
        tested, person, rest = people.split([TESTED, 1, len(people) - TESTED - 1])
        people = torch.cat([tested, person.expand(size), rest])
    pictures, areas = photographs.photo(people[: shown + others], rng, alike=_uniform(rng) < 0.5)
    pictures = camera_edit(rng)(pictures)
    edited = random_look(rng)(pictures[:shown])
    photos, population = (
        _statistics(images, masks)
        for images, masks in ((edited[TESTED:], areas[TESTED:shown]), (pictures[shown:], areas[shown:]))
    )
    code = style_code(photos, population, DescriptorGroups.of(0))
    some = torch.randint(SIZE * SIZE, (TESTED, 1, _PIXELS), generator=rng).expand(-1, 3, -1)
    before, after = (
        _bytes(images[:TESTED].flatten(2).gather(2, some).transpose(1, 2).flatten(0, 1))[None]
        for images in (pictures, edited)
    )
    return Questions(ColourMap.inputs(code[None]), before, after)


def _statistics(images: Tensor, areas: Tensor) -> SetStatistics:
    """Return the statistics of colour alone; of descriptors there is only what tells no map."""
    moments = regional_moments(images, torch.cat([areas, halves(images, areas)], 1))
    return SetStatistics.of(torch.zeros(len(images), DescriptorGroups.of(0)[-1].stop), moments)


def _map_edits(rng: torch.Generator) -> Iterator[Edit]:
    for _ in range(_MAP_EDITS):
        yield film_edit(rng, local=False) if _uniform(rng) < 0.5 else _graded(photographic_grades(1, rng))


def _graded(grade: Tensor) -> Edit:
    return lambda images: apply_grades(images, grade.expand(len(images), -1))


def _size(least: int, most: int, rng: torch.Generator) -> int:
    """Draw a size, small ones as often as large ones."""
    return round(least * (most / least) ** _uniform(rng))


def _uniform(rng: torch.Generator) -> float:
    return float(torch.rand((), generator=rng))


def _bytes(images: Tensor) -> Tensor:
    return (images * 255).round().byte()
