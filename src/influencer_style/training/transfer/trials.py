"""Known looks laid on the users' own photos, and what a generator makes of them: the truth is known, on any photos.

Each trial takes as many photos as a creator gave, lays a random look on them, and lets the generator put it on other
people; the truth is the random look on these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor

from influencer_style.examples.colour_questions import TESTED, random_look
from influencer_style.examples.photographs import varied
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.pixels import shrink, to_tensor, to_uint8
from influencer_style.looks.set_statistics import SetStatistics, describe
from influencer_style.looks.style_code import style_code
from influencer_style.metrics.baselines import Method
from influencer_style.metrics.colour import delta_e
from influencer_style.networks.colour_map import network_trust
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training.transfer.adaptation import with_config

TRUSTS = (0.0, 0.25, 0.5, 0.75, 1.0)
_AS_GOOD = 1.05  # of the least loss


@dataclass(frozen=True, order=True)
class KindOfSet:
    """What a set of photos is like: how many there are, and whether they are one person's."""

    photos: int
    one_person: bool


@dataclass(frozen=True)
class Trials:
    """Trials of sets of one size, in mean colour differences (CIEDE2000) over people.

    Attributes:
        size: (n,) how much the generator changed photos.
        truth: (n,) how much the look changes them.
        error: (n,) how far the generator's results were from the truth.
        blank: (m,) how much the generator changed photos though the set had no look.
        others: (n,) how far other methods' results were from the truth, by method.
    """

    size: np.ndarray
    truth: np.ndarray
    error: np.ndarray
    blank: np.ndarray
    others: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class People:
    """Unstyled people: pictures (n, 3, s, s) in [0, 1], areas (n, 6, s, s), and what their encoder says of them."""

    encoder: StyleEncoder
    images: Tensor
    areas: Tensor
    descriptors: Tensor
    moments: Tensor

    @classmethod
    @torch.no_grad()
    def of(cls, encoder: StyleEncoder, crops: np.ndarray, resolution: int) -> People:
        """Describe face crops, uint8 (n, s, s, 3), at a generator's resolution, or at their own if that is lower."""
        images = at_resolution(crops, resolution)
        areas = torch.cat([encoder.segmenter(part) for part in images.split(64)])
        return cls(encoder, images, areas, *describe(encoder, images))

    def __len__(self) -> int:
        return len(self.images)

    def statistics(self, rows: Tensor) -> SetStatistics:
        """Return the statistics of some of them, as of a population."""
        return SetStatistics.of(self.descriptors[rows], self.moments[rows])


def at_resolution(crops: np.ndarray, resolution: int) -> Tensor:
    """Return face crops, uint8 (n, s, s, 3), in [0, 1] at a generator's resolution, or at their own if it is lower."""
    return to_tensor(shrink(crops, min(resolution, crops.shape[1])))


@dataclass(frozen=True)
class Trial:
    """Photos of a set, the rest of the population, the style code (d,) of the set's look; other people, and the truth.

    Pictures are (n, 3, s, s) in [0, 1]; the truth are the people in the set's look, or as they are if it has none.
    """

    photos: Tensor
    population: Tensor
    code: Tensor
    people: Tensor
    truth: Tensor


@torch.no_grad()
def trials(people: People, kind: KindOfSet, looks: int, tested: Tensor | None = None) -> Iterator[Trial]:
    """Yield trials of random looks, then a third as many without a look; the same arguments give the same trials.

    Args:
        people: Unstyled people, 12 or more.
        kind: Of the sets. One person's photos are before others' backgrounds and by cameras of their own.
        looks: How many.
        tested: Pictures (n, 3, s, s) of those who are tested each time; None for some of the people.
    """
    photos = kind.photos
    rng = torch.Generator().manual_seed(photos)
    for number in range(looks + max(2, looks // 3)):
        order = torch.randperm(len(people), generator=rng)
        test, rest = (people.images[order[:TESTED]], order[TESTED:]) if tested is None else (tested, order)
        shown, strangers = (
            (rest[:1].expand(photos), rest[1:]) if kind.one_person else rest.split([photos, len(rest) - photos])
        )
        images = people.images[shown]
        if kind.one_person:
            images = varied(images, people.areas[shown], rng, others=people.images[strangers], dyed=0)
        look = random_look(rng) if number < looks else torch.clone
        images = look(images)
        code = style_code(
            SetStatistics.of(*describe(people.encoder, images)), people.statistics(strangers), people.encoder.groups
        )
        yield Trial(images, people.images[strangers], code, test, look(test))


def try_looks(
    generator: TransferGenerator,
    people: People,
    kind: KindOfSet,
    looks: int,
    methods: Mapping[str, Method] = MappingProxyType({}),
) -> Trials:
    """Let a generator, and other methods, put known looks on people; other arguments as of `trials`."""
    tried, blanks = [], []
    others: dict[str, list[float]] = {name: [] for name in methods}
    for number, trial in enumerate(trials(people, kind, looks)):
        results = restyled(generator, trial.people, trial.code)
        size = differences(results, trial.people)
        if number >= looks:
            blanks.append(size)
            continue
        tried.append([size, differences(trial.truth, trial.people), differences(results, trial.truth)])
        pictures = [to_uint8(images) for images in (trial.people, trial.photos, trial.population)]
        for name, method in methods.items():
            others[name].append(float(delta_e(method(*pictures), to_uint8(trial.truth)).mean()))
    changed, truths, errors = np.array(tried).T
    return Trials(changed, truths, errors, np.array(blanks), {name: np.array(found) for name, found in others.items()})


def known_look_errors(
    generator: TransferGenerator, people: People, tested: Tensor, kind: KindOfSet, looks: int
) -> np.ndarray:
    """Return how far results are from known looks, (n,): mean colour difference (CIEDE2000) over looks and pixels.

    Arguments are those of `trials`; `tested` are the n people who are put into the looks.
    """
    found = []
    for trial in islice(trials(people, kind, looks, tested), looks):
        results = restyled(generator, trial.people, trial.code)
        found.append(delta_e(to_uint8(results), to_uint8(trial.truth)).reshape(len(tested), -1).mean(1))
    return np.mean(found, 0)


def trust_errors(generator: TransferGenerator, people: People, photos: int, looks: int = 40) -> dict[float, float]:
    """Return what share of a look is lost by each trust in the network, where one person's photos show the look.

    A network that was taught on drawings may be worth little on photographs, and all on drawings; these people are what
    it will be used on. Arguments as of `trials`.
    """
    alone, mapped = (
        with_config(generator, replace(generator.config, trust=trust, most_trust=trust)) for trust in (1.0, 0.0)
    )
    lost, changed = dict.fromkeys(TRUSTS, 0.0), 0.0
    for trial in islice(trials(people, KindOfSet(photos, one_person=True), looks), looks):
        by_network, by_map = (restyled(part, trial.people, trial.code) for part in (alone, mapped))
        changed += differences(trial.people, trial.truth)
        for most in TRUSTS:
            weight = float(network_trust(trial.code[None], generator.config.trust, most))
            lost[most] += differences(by_map.lerp(by_network, weight), trial.truth)
    return {trust: error / changed for trust, error in lost.items()}


def chosen_trust(errors: Mapping[float, float]) -> float:
    """Return the highest trust that loses hardly more than the best one, of those in `trust_errors`.

    The looks that are tried are colour and tone; make-up and hair are what the network alone knows.
    """
    return max(trust for trust, error in errors.items() if error <= _AS_GOOD * min(errors.values()))


def restyled(generator: TransferGenerator, images: Tensor, code: Tensor) -> Tensor:
    """Return images (n, 3, h, w) in the look of a style code (d,), in [0, 1]."""
    with torch.no_grad():
        return generator(images, code.expand(len(images), -1)).clamp(0, 1)


def differences(images: Tensor, others: Tensor) -> float:
    """Return the mean colour difference (CIEDE2000) of images (n, 3, h, w) in [0, 1] from others."""
    return float(delta_e(to_uint8(images), to_uint8(others)).mean())
