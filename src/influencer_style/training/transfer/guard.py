"""The guard: what training made of a generator is kept only where nothing that can be checked got worse.

It checks with people that training has not seen: known truth from the studio, and users and creators of the validation
split. It chooses between generators that are finished; no gradient of what it measures ever reaches one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from influencer_style.examples.batch import PairedPhotos, mean_errors
from influencer_style.looks.pixels import to_uint8
from influencer_style.metrics.intervals import Interval, bootstrap
from influencer_style.metrics.kid import LEAST_PHOTOS, LEAST_PICTURES, kid_difference, kid_features
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training.game import shape_loss
from influencer_style.training.transfer.task import restyled

_TOLERANCE = 0.01  # of the base's error: less than anybody sees


@dataclass(frozen=True)
class Checked:
    """What generators are checked on: the studio's portraits with their truth, and people and creators of validation.

    `people` are validation users, (n, 3, s, s) in [0, 1], `looks` style codes (d,) by look, `photos` validation photos
    of each look's creator, uint8 (m, s, s, 3).
    """

    studio: PairedPhotos
    people: Tensor
    looks: dict[str, Tensor]
    photos: dict[str, np.ndarray]


@dataclass(frozen=True)
class Measures:
    """What was measured of a generator; rows of two generators' measures are the same pictures.

    `truth` are mean absolute errors in 255ths on studio portraits, (n,), `shapes` shares of shapes lost, (people,
    looks), see `game.shape_loss`, `features` are (people, f) by look, see `kid.kid_features`.
    """

    truth: np.ndarray
    shapes: np.ndarray
    features: dict[str, np.ndarray]


@dataclass(frozen=True)
class Comparison:
    """A generator compared with the base: differences, below 0 where it is better, with 95% intervals.

    They are those of the error on known `truth`, in 255ths, of the share of `shapes` lost, and of the distance to the
    creators' photos (`kid`), None where these or people are too few. `objections` are reasons not to keep it.
    """

    truth: Interval
    shapes: Interval
    kid: Interval | None
    objections: list[str]


def what_is_missing(people: int, photos: Mapping[str, int]) -> str | None:
    """Return why nobody could say whether results are nearer to the creators' photos; None where it can be measured.

    `people` is the number of validation users, `photos` that of each creator's validation photos, by look.
    """
    if people >= LEAST_PICTURES and any(count >= LEAST_PHOTOS for count in photos.values()):
        return None
    own = ", ".join(f"{name} {count}" for name, count in photos.items())
    return (
        f"too few validation photos to tell whether results are nearer to the creators': there are {people} of users, "
        f"and {LEAST_PICTURES} are needed; of creators {own}, and {LEAST_PHOTOS} of at least one are needed"
    )


def measure(generator: TransferGenerator, checked: Checked) -> Measures:
    """Measure a generator, on the device that it is on."""
    studio, device = checked.studio, next(generator.parameters()).device
    truth = mean_errors(restyled(generator, studio.inputs, studio.codes, device), studio.truth)
    shapes, features = [], {}
    for name, code in checked.looks.items():
        results = restyled(generator, checked.people, code.expand(len(checked.people), -1), device)
        shapes.append([float(shape_loss(a, b)) for a, b in zip(results.split(1), checked.people.split(1), strict=True)])
        features[name] = kid_features(to_uint8(results))
    return Measures(truth.numpy(), np.array(shapes).T, features)


def compare(candidate: Measures, base: Measures, photos: dict[str, np.ndarray], draws: int = 1000) -> Comparison:
    """Compare a generator with the base, both measured on the same pictures, with a bootstrap of `draws`.

    Photos are uint8 (m, s, s, 3) by look, see `Checked`; looks with fewer than 2 are left out of `kid`.
    """
    truth = bootstrap(candidate.truth - base.truth, draws)
    shapes = bootstrap((candidate.shapes - base.shapes).mean(1), draws)
    objections = []
    if truth.mean > _TOLERANCE * base.truth.mean():
        objections.append(f"known truth is missed by {truth.mean:.2f} of 255 levels more")
    if shapes.mean > _TOLERANCE:
        objections.append(f"{shapes.mean:.3f} more of people's shapes are lost")
    missing = what_is_missing(len(candidate.shapes), {name: len(own) for name, own in photos.items()})
    if missing is not None:
        return Comparison(truth, shapes, None, [*objections, missing])
    names = [name for name, own in photos.items() if len(own) >= LEAST_PHOTOS]
    one, other = ([measures.features[name] for name in names] for measures in (candidate, base))
    kid = kid_difference(one, other, [kid_features(photos[name]) for name in names], draws)
    if kid.high >= 0:
        objections.append(f"results are not surely nearer to the creators' photos (KID {kid.mean:+.3f})")
    return Comparison(truth, shapes, kid, objections)
