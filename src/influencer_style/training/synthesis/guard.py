"""The guard of synthesis: an adapted generator is kept only where its looks surely gain and nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from influencer_style.examples.creators import CreatorPhotos
from influencer_style.faces.detect import Detector
from influencer_style.looks.pixels import to_uint8
from influencer_style.metrics.intervals import Interval, bootstrap
from influencer_style.metrics.kid import LEAST_PHOTOS, kid_difference, kid_features
from influencer_style.metrics.look_judge import LookJudge, fit_look_judge
from influencer_style.metrics.set_scores import diversity
from influencer_style.networks.synthesis import SynthesisGenerator, draw_noise
from influencer_style.training.synthesis.pretraining import portraits_of

_DETECTED_AT = 256  # pixels: small portraits are enlarged before faces are looked for
_PORTRAITS = 32  # in each look
_SEED = 1_000_003
_FEWER_FACES, _LESS_DIVERSE = 0.02, 0.8


@dataclass(frozen=True)
class Measures:
    """What was measured of a generator.

    `taken`, (n,), is for each person the share of looks whose judge takes the portrait for that look, `faces` the share
    of portraits with exactly one face, `diversity` the mean over looks; `features` are (n, f) by look, see
    `kid_features`.
    """

    taken: np.ndarray
    faces: float
    diversity: float
    features: dict[str, np.ndarray]


@dataclass(frozen=True)
class Comparison:
    """The adapted generator compared with the base, and the reasons not to keep it (`objections`).

    `taken` says how many more of its portraits are taken for their look, as a share, `kid` how much further they are
    from the creators' unseen photos, None where these are too few.
    """

    taken: Interval
    kid: Interval | None
    objections: list[str]


def compare(
    base: SynthesisGenerator,
    adapted: SynthesisGenerator,
    creators: CreatorPhotos,
    unseen: dict[str, np.ndarray],
    detector: Detector,
) -> Comparison:
    """Draw the same people in all looks with both generators, and compare.

    `creators` has the photos that the adapted one learnt from, `unseen` those of each creator that it has not seen,
    uint8 (m, s, s, 3).
    """
    users, *sets = (images.permute(0, 2, 3, 1).numpy() for images in (creators.users, *creators.creators.values()))
    judge = fit_look_judge(dict(zip(creators.creators, sets, strict=True)), users)
    before, after = (_measure(generator, creators, judge, detector) for generator in (base, adapted))
    taken, kid = bootstrap(after.taken - before.taken), None
    if names := [name for name in creators.names if len(unseen.get(name, ())) >= LEAST_PHOTOS]:
        one, other = ([measures.features[name] for name in names] for measures in (after, before))
        kid = kid_difference(one, other, [kid_features(unseen[name]) for name in names])
    objections = []
    if taken.low <= 0 and (kid is None or kid.high >= 0):
        objections.append(f"portraits are not surely more in the looks ({taken.mean:+.2f} taken for them)")
    if kid is not None and kid.low > 0:
        objections.append(f"they are further from the creators' photos (KID {kid.mean:+.3f})")
    if after.faces < before.faces - _FEWER_FACES:
        objections.append(f"fewer of them have one face ({after.faces:.2f}, before {before.faces:.2f})")
    if after.diversity < _LESS_DIVERSE * before.diversity:
        objections.append(f"they are less diverse ({after.diversity:.2f}, before {before.diversity:.2f})")
    return Comparison(taken, kid, objections)


def faces_found(pictures: np.ndarray, detector: Detector) -> np.ndarray:
    """Return how many faces the detector finds in each picture, uint8 (n, s, s, 3), enlarged to 256 pixels."""
    size = max(_DETECTED_AT, pictures.shape[1])
    larger = (cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC) for picture in pictures)
    return np.array([len(detector.find(picture)) for picture in larger], int)


def _measure(generator: SynthesisGenerator, creators: CreatorPhotos, judge: LookJudge, detector: Detector) -> Measures:
    noise = draw_noise(_PORTRAITS, _SEED, generator.config.noise)
    pictures = {
        name: to_uint8(portraits_of(generator, noise, creators.codes[name].expand(len(noise), -1)))
        for name in creators.names
    }
    features = {name: kid_features(drawn) for name, drawn in pictures.items()}
    return Measures(
        np.mean([judge.takes_for(drawn, name) for name, drawn in pictures.items()], axis=0),
        float(np.mean([(faces_found(drawn, detector) == 1).mean() for drawn in pictures.values()])),
        float(np.mean([diversity(rows) for rows in features.values()])),
        features,
    )
