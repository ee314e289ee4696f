"""Style codes: what sets a set of photos apart from the reference population, as one vector.

The order of a code's numbers is written down in this file alone; `StyleCode` gives its parts by name.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from influencer_style.looks.encoder import COLOURS, DescriptorGroups, StyleEncoder
from influencer_style.looks.grade import likely_grade
from influencer_style.looks.regional import NUMBERS, ROWS, WHOLE, regional_numbers, regional_transports
from influencer_style.looks.set_statistics import MOMENTS, SetStatistics

# The widths of the parts behind the difference, which is as wide as a descriptor.
_UNEXPLAINED = 3 * (MOMENTS - ROWS)
_REGIONAL = NUMBERS * ROWS
_SET = 2
_TRANSPORTS = 12 * ROWS
_REST = _REGIONAL + _SET + _TRANSPORTS


@dataclass(frozen=True)
class StyleCode:
    """Style codes (..., d + 54 + 42 + 91 + 2 + 84) and the names of their parts, each a view of `numbers`.

    In this order: `difference`, `spread`, `unexplained`, `regional`, `count` and `shared`, `transports`.
    """

    numbers: Tensor

    @classmethod
    def of(cls, description: Tensor, transports: Tensor) -> StyleCode:
        """Join a description (..., width - 84) and transports (..., 7, 12)."""
        return cls(torch.cat([description, transports.flatten(-2)], -1))

    @property
    def description(self) -> Tensor:
        """Everything but the transports, (..., width - 84)."""
        return self.numbers[..., :-_TRANSPORTS]

    @property
    def comparison(self) -> Tensor:
        """The measured differences from the population, (..., d + 96): `difference`, `spread` and `unexplained`."""
        return self.numbers[..., :-_REST]

    @property
    def difference(self) -> Tensor:
        """The difference of the mean descriptors (..., d), in units of the population's deviation.

        What every portrait has in common (a face, skin, a wall) cancels.
        """
        return self.comparison[..., : -(COLOURS + _UNEXPLAINED)]

    @property
    def spread(self) -> Tensor:
        """How much the set's colours vary against the population's, less 1, (..., 54).

        What a creator keeps from photo to photo (-1) is their look, what varies as with anybody (0) is not; of one
        photo nothing is known (0).
        """
        return self.comparison[..., -(COLOURS + _UNEXPLAINED) : -_UNEXPLAINED]

    @property
    def unexplained(self) -> Tensor:
        """What no single grade explains of the colours (`grade.likely_grade`), (..., 42), in two standard errors.

        What is worn stands out.
        """
        return self.comparison[..., -_UNEXPLAINED:]

    @property
    def areas_and_set(self) -> Tensor:
        """What lies between comparison and transports, (..., 93): `regional`, `count` and `shared`."""
        return self.numbers[..., -_REST:-_TRANSPORTS]

    @property
    def regional(self) -> Tensor:
        """The numbers of the whole picture and of each area, (..., 7, 13), see `regional.regional_numbers`."""
        return self.numbers[..., -_REST : -_SET - _TRANSPORTS].unflatten(-1, (ROWS, NUMBERS))

    @property
    def count(self) -> Tensor:
        """How few photos there are, (..., 1): 1 for a single one, else 1 / sqrt(count)."""
        return self.numbers[..., -_SET - _TRANSPORTS : -_SET - _TRANSPORTS + 1]

    @property
    def shared(self) -> Tensor:
        """How much the photos share beyond a grade, (..., 1): 0 (many people) to 1 (one person in one room)."""
        return self.numbers[..., -_TRANSPORTS - 1 : -_TRANSPORTS]

    @property
    def transports(self) -> Tensor:
        """Linear colour maps less the identity, (..., 7, 12): the grade, then each area's transport to the set."""
        return self.numbers[..., -_TRANSPORTS:].unflatten(-1, (ROWS, 12))

    @property
    def grade(self) -> Tensor:
        """The likely grade of the whole picture, (..., 12): matrix (9) and offset (3), less the identity."""
        return self.transports[..., 0, :]


def description_width(width: int) -> int:
    """Return how many numbers of a code of this width are not transports."""
    return width - _TRANSPORTS


def code_width(encoder: StyleEncoder) -> int:
    """Return how many numbers a style code has."""
    return encoder.dimension + COLOURS + _UNEXPLAINED + _REST


def style_code(photos: SetStatistics, reference: SetStatistics, groups: DescriptorGroups) -> Tensor:
    """Return the style code (d + 273,) of a set of photos against the reference population; see `StyleCode`.

    Args:
        photos: The statistics of the set.
        reference: The statistics of unstyled portraits, described by the same encoder.
        groups: The groups of that encoder's descriptors.
    """
    deviation = reference.deviation.clone()
    for group in groups:
        # A number that hardly varies in a small population would otherwise dominate.
        deviation[group] = deviation[group].clamp_min(0.5 * float(deviation[group].mean()) + 1e-6)
    difference = (photos.mean - reference.mean) / deviation
    colour = groups.colour
    several = min(photos.count, reference.count) > 1
    if several:
        unbiased = [(s.count / (s.count - 1)) ** 0.5 for s in (photos, reference)]
        spread = (photos.deviation * unbiased[0] / (deviation * unbiased[1]))[colour].clamp_max(2) - 1
    else:
        spread = torch.zeros_like(difference[colour])
    between = (reference.between, photos.between) if several else None
    regional = regional_numbers(reference.moments, photos.moments, between)
    grade = likely_grade(reference.halves, photos.halves)
    transports = regional_transports(reference.moments[WHOLE:], photos.moments[WHOLE:], grade.change)
    about_set = torch.tensor([photos.count**-0.5, grade.shared])
    description = [difference, spread, grade.unexplained.flatten() / 2, regional.flatten(), about_set]
    return torch.cat([*description, grade.change, transports.flatten()])
