"""The guard: what training made of a generator is kept only where nothing that can be checked got worse.

Checked on nobody that training has seen: known truth from the studio, and users and creators of the validation split.
It chooses between generators that are finished; no gradient of what it measures ever reaches one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from influencer_style.examples.transfer import mean_errors, restyled
from influencer_style.looks.pixels import to_uint8
from influencer_style.metrics.intervals import Interval, bootstrap
from influencer_style.metrics.kid import LEAST_PHOTOS, LEAST_PICTURES, kid_difference, kid_features
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.training.losses import shape_loss

_TOLERANCE = 0.01  # of the base's error: less than anybody sees


@dataclass(frozen=True)
class Checked:
    """What generators are checked on. Images are (n, 3, s, s), sRGB in [0, 1].

    Attributes:
        inputs, codes, truth: studio portraits, (n, d) the looks asked for, and the truth.
        people: validation users.
        looks: style codes (d,) by look.
        photos: uint8 (m, s, s, 3) validation photos of each look's creator.
    """

    inputs: Tensor
    codes: Tensor
    truth: Tensor
    people: Tensor
    looks: dict[str, Tensor]
    photos: dict[str, np.ndarray]


@dataclass(frozen=True)
class Measures:
    """What was measured of a generator; rows of two generators' measures are the same pictures.

    Attributes:
        truth: (n,) mean absolute errors in 255ths on studio portraits.
        shapes: (people, looks) of shapes lost, 0 to 2, see `losses.shape_loss`.
        features: by look, (people, f), see `kid.kid_features`.
    """

    truth: np.ndarray
    shapes: np.ndarray
    features: dict[str, np.ndarray]


@dataclass(frozen=True)
class Comparison:
    """A generator beside the base: differences, below 0 where it is better, with 95% intervals.

    Attributes:
        truth: in 255ths.
        shapes: of the share of shapes lost.
        kid: to the creators' photos; None where these or the people are too few to say.
        objections: why it is not to be kept; none where it is.
    """

    truth: Interval
    shapes: Interval
    kid: Interval | None
    objections: list[str]

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Comparison:
        """Undo `dataclasses.asdict`."""
        intervals = {name: told[name] and Interval(**told[name]) for name in ("truth", "shapes", "kid")}
        return cls(**intervals, objections=told["objections"])


def what_is_missing(people: int, photos: Mapping[str, int]) -> str | None:
    """Return why it could not be told whether results are nearer to the creators' photos; None where it can be.

    Args:
        people: how many validation users there are.
        photos: how many validation photos each creator has, by look.
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
    device = next(generator.parameters()).device

    truth = mean_errors(restyled(generator, checked.inputs, checked.codes, device), checked.truth)
    shapes, features = [], {}
    for name, code in checked.looks.items():
        results = restyled(generator, checked.people, code.expand(len(checked.people), -1), device)
        shapes.append([float(shape_loss(a, b)) for a, b in zip(results.split(1), checked.people.split(1), strict=True)])
        features[name] = kid_features(to_uint8(results))
    return Measures(truth.numpy(), np.array(shapes).T, features)


def compare(candidate: Measures, base: Measures, photos: dict[str, np.ndarray], draws: int = 1000) -> Comparison:
    """Hold a generator against the base.

    Args:
        candidate, base: of the same pictures.
        photos: uint8 (m, s, s, 3) by look, see `Checked`; looks with fewer than 2 are left out of `kid`.
        draws: of the bootstrap.
    """
    truth = bootstrap(candidate.truth - base.truth, draws)
    shapes = bootstrap((candidate.shapes - base.shapes).mean(1), draws)
    known = [name for name, own in photos.items() if len(own) >= LEAST_PHOTOS]
    missing = what_is_missing(len(candidate.shapes), {name: len(own) for name, own in photos.items()})
    kid = None
    if missing is None:
        sets = ([measures.features[name] for name in known] for measures in (candidate, base))
        kid = kid_difference(*sets, [kid_features(photos[name]) for name in known], draws)
    objections = []
    if truth.mean > _TOLERANCE * base.truth.mean():
        objections.append(f"known truth is missed by {truth.mean:.2f} of 255 levels more")
    if shapes.mean > _TOLERANCE:
        objections.append(f"{shapes.mean:.3f} more of people's shapes are lost")
    if missing is not None:
        objections.append(missing)
    elif kid.high >= 0:
        objections.append(f"results are not surely nearer to the creators' photos (KID {kid.mean:+.3f})")
    return Comparison(truth, shapes, kid, objections)
