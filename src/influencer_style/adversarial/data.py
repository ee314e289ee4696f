"""What training sees: users' and creators' face crops, studio pairs, and the style codes that go with them.

A batch depends on the seed and the step alone, so a training that was stopped goes on with the very batches that it
would have had.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from influencer_style.adversarial.examples import mirrored, pixel_weights, subset, with_noise
from influencer_style.adversarial.grades import apply_grades, plain_grades, random_grades
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles, SetStatistics, describe, style_code
from influencer_style.networks.bundle import to_tensor
from influencer_style.studio.pairs import StudioPairs

# Every rendered look stands for so many: itself, and itself under random grades, which cost nothing to make.
_GRADES = 3


@dataclass(frozen=True)
class Batch:
    """One step's material; images are (n, 3, h, w), sRGB in [0, 1]; codes (n, d).

    Attributes:
        inputs: pictures to restyle: first the studio pairs' neutral ones, then users' photos.
        codes: the looks asked for.
        noise: z for each input.
        truth: what the first `len(truth)` results should be.
        weights: (n, 1, h, w) how much each pixel of the truth counts.
        real: what the discriminator is shown as real: the truth, then creators' photos.
        target, deviation: (n, descriptor) of the looks asked of the users' photos.
    """

    inputs: Tensor
    codes: Tensor
    noise: Tensor
    truth: Tensor
    weights: Tensor
    real: Tensor
    target: Tensor
    deviation: Tensor


class TrainingData:
    """Holds all crops in memory at the training resolution, as uint8, and makes batches of them.

    Args:
        users: (n, s, s, 3) uint8 crops of unstyled people.
        creators: for each look its creator's crops, (m, s, s, 3) uint8.
        looks: the profiles.
        pairs: studio pairs, see `studio.pairs`.
        encoder: describes the pairs' reference photos.
        resolution: side in pixels of what training sees.
    """

    def __init__(
        self,
        users: np.ndarray,
        creators: dict[str, np.ndarray],
        looks: LookProfiles,
        pairs: StudioPairs,
        encoder: StyleEncoder,
        resolution: int,
    ) -> None:
        looks.require(encoder)
        self.names = sorted(creators)
        self.looks = looks
        self.resolution = resolution
        self.users = resize(users, resolution)
        self.creators = {name: resize(creators[name], resolution) for name in self.names}
        self.codes = {name: looks.code(name) for name in self.names}
        self.pairs = pairs
        self._encoder = encoder
        self._grades = random_grades(len(pairs.neutral) * _GRADES, torch.Generator().manual_seed(0))
        # The first of each look is the look as it was rendered.
        self._grades[::_GRADES] = plain_grades(1)

    @cached_property
    def described(self) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
        """Descriptors and moments of the pairs' population (n, ...) and of graded looks' references (looks, r, ...).

        Takes seconds, so it waits until a batch is wanted: a training that is finished wants none.
        """
        references = _describe_graded(self._encoder, self.pairs.references, self._grades)
        return _describe_all(self._encoder, self.pairs.population), references

    def batch(self, pairs: int, photos: int, noise: int, code_noise: float, generator: torch.Generator) -> Batch:
        """Draw one batch.

        Args:
            pairs: how many studio pairs.
            photos: how many users' photos; the creators' looks take turns, however many photos each has.
            noise: width of z.
            code_noise: deviation of the noise on the codes' descriptor part.
            generator: source of all choices.
        """

        def draw(high: int, count: int) -> list[int]:
            return torch.randint(high, (count,), generator=generator).tolist()

        chosen = list(zip(draw(len(self.pairs.neutral), pairs), draw(self.pairs.neutral.shape[1], pairs), strict=True))
        neutral, styled, regions = (
            np.stack([array[look, person] for look, person in chosen])
            for array in (self.pairs.neutral, self.pairs.styled, self.pairs.regions)
        )
        graded = [look * _GRADES + grade for (look, _), grade in zip(chosen, draw(_GRADES, pairs), strict=True)]
        start = draw(len(self.names), 1)[0]
        asked = [self.names[(start + i) % len(self.names)] for i in range(photos)]
        users = self.users[draw(len(self.users), photos)]
        real = torch.stack([self.creators[n][draw(len(self.creators[n]), 1)[0]] for n in asked])
        codes = torch.stack([self._pair_code(look, generator) for look in graded] + [self.codes[n] for n in asked])
        codes = with_noise(codes, code_noise, generator)
        weights = pixel_weights(torch.from_numpy(regions).float().div(255))
        neutral, truth = to_tensor(neutral), apply_grades(to_tensor(styled), self._grades[graded])
        mirror = (torch.rand(pairs + photos, generator=generator) < 0.5).view(-1, 1, 1, 1)
        inputs = torch.cat([neutral, users.float().div(255)])
        return Batch(
            inputs=mirrored(inputs, mirror),
            codes=codes,
            noise=torch.randn(pairs + photos, noise, generator=generator),
            truth=mirrored(truth, mirror[:pairs]),
            weights=mirrored(weights / weights.mean(), mirror[:pairs]),
            real=torch.cat([truth, real.float().div(255)]),
            target=torch.stack([self.looks[n].statistics.mean for n in asked]),
            deviation=torch.stack([self.looks[n].statistics.deviation for n in asked]),
        )

    def _pair_code(self, look: int, generator: torch.Generator) -> Tensor:
        population, references = self.described
        descriptors, moments = (part[look] for part in references)
        some = subset(len(descriptors), 2, generator)
        people = subset(len(population[0]), min(8, len(population[0])), generator)
        photos = SetStatistics.of(descriptors[some], moments[some])
        some_people = SetStatistics.of(*(part[people] for part in population))
        return style_code(photos, some_people, self.looks.groups)


def resize(crops: np.ndarray, resolution: int) -> Tensor:
    """Return crops, uint8 (n, s, s, 3), as uint8 (n, 3, resolution, resolution), area-true, a few at a time."""
    if len(crops) == 0:
        return torch.empty(0, 3, resolution, resolution, dtype=torch.uint8)
    small = [
        F.interpolate(to_tensor(crops[i : i + 64]), (resolution, resolution), mode="bilinear", antialias=True)
        for i in range(0, len(crops), 64)
    ]
    return torch.cat([part.mul(255).round().clamp(0, 255).byte() for part in small])


def _describe_all(encoder: StyleEncoder, crops: np.ndarray) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        parts = [describe(encoder, to_tensor(crops[i : i + 64])) for i in range(0, len(crops), 64)]
    return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])


def _describe_graded(encoder: StyleEncoder, references: np.ndarray, grades: Tensor) -> tuple[Tensor, Tensor]:
    """Describe every look's references (looks, r, s, s, 3) under its grades: (graded looks, r, d) and (..., 9)."""
    parts = []
    with torch.no_grad():
        for look, photos in enumerate(tqdm(references, desc="Describing studio looks", unit="look")):
            shown = to_tensor(photos).repeat(_GRADES, 1, 1, 1)
            own = grades[look * _GRADES : (look + 1) * _GRADES].repeat_interleave(len(photos), 0)
            parts.append([part.unflatten(0, (_GRADES, -1)) for part in describe(encoder, apply_grades(shown, own))])
    return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])
