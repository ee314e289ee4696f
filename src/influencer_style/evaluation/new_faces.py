"""New portraits in a look measured: are they faces, in that look, different from each other, and nobody's?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from influencer_style.evaluation.component_gaussian import component_gaussian
from influencer_style.faces.detect import Detector, main_faces
from influencer_style.looks.marks import Marks
from influencer_style.looks.pixels import shrink
from influencer_style.metrics.diversity import diversity, largest_step
from influencer_style.metrics.identity import IdentityJudge
from influencer_style.metrics.intervals import Interval, around, bootstrap, weights_of_draws
from influencer_style.metrics.kid import kid_features
from influencer_style.metrics.look_judge import LookJudge
from influencer_style.metrics.memorisation import nearest, repeats
from influencer_style.metrics.set_scores import kid_or_none, real_floor, spread

GAUSSIAN = "gaussian"
Figures = dict[str, Interval]


@dataclass(frozen=True)
class NewFaces:
    """New portraits in one look, and what there is to hold against them. Pictures are uint8 sRGB.

    Attributes:
        look: its name.
        drawn: by way, (n, s, s, 3): as they were drawn, before any is rejected.
        paths: by way, (p, k, s, s, 3): portraits along p straight ways between two seeds.
        training: (m, r, r, 3), the photos of the look's creator that were learnt from; r is at most s.
        held_out: (h, r, r, 3), photos of the same creator that were not; h may be 0.
        others: (q, c, c, 3), other people who truly wear the look; c is at least r, q 0 where that is not known.
        marks: of the training photos, at r pixels.
    """

    look: str
    drawn: Mapping[str, np.ndarray]
    paths: Mapping[str, np.ndarray]
    training: np.ndarray
    held_out: np.ndarray
    others: np.ndarray
    marks: Marks

    @property
    def size(self) -> int:
        """r, the side in pixels at which everything but faces is measured."""
        return self.training.shape[1]


@dataclass(frozen=True)
class Jury:
    """Who judges: of faces, of looks and of identity. No generator was trained by any of them."""

    detector: Detector
    looks: LookJudge
    identity: IdentityJudge


def score_new_faces(faces: NewFaces, jury: Jury, draws: int = 2000, seed: int = 0) -> dict[str, Figures]:
    """Measure the portraits of a look, way by way, beside photos and beside a Gaussian over pixels.

    Returns:
        by way, and for `gaussian`, a rival without any notion of a face: `one_face` (share with exactly one face),
        `look_accuracy` (share taken for the look), `repeats` (share that repeats a training photo: these are rejected
        when portraits are made), `usable` (share with one face, taken for the look, that repeat nothing), `diversity`
        (ratio to that of other people in the look, or, where there are none, of the creator's photos), `memorisation`
        (distance to the nearest training photo), `identity_to_creator` (cosine to the creator's face), `kid` (to the
        training photos), `largest_step` (of the paths, in mean steps; not of the Gaussian).
        Beside them `held_out`, the creator's unseen photos (`memorisation`, `identity_to_creator`); `others`, people
        who truly wear the look (`one_face`, `look_accuracy`, `identity_to_creator`, `kid`); `real_floor`, the creator's
        photos half against half (`kid`). A figure that too few pictures would have to carry is absent.
    """
    training, unseen = kid_features(faces.training), kid_features(faces.held_out)
    photos = np.concatenate([training, unseen])
    worn = shrink(faces.others, faces.size)
    others = kid_features(worn)
    real = others if len(others) > 1 else photos
    face = jury.identity.embed(faces.training).mean(0)
    face /= np.linalg.norm(face)
    count = max(len(pictures) for pictures in faces.drawn.values())
    drawn = dict(faces.drawn) | {GAUSSIAN: component_gaussian(faces.training, count, seed)}

    def to_creator(pictures: np.ndarray) -> Interval:
        return bootstrap(jury.identity.embed(pictures) @ face, draws, seed)

    found: dict[str, Figures] = {}
    for way, pictures in drawn.items():
        small = shrink(pictures, faces.size)
        features = kid_features(small)
        one, taken = one_face(pictures, jury.detector), jury.looks.takes_for(small, faces.look)
        repeated = repeats(small, faces.marks)
        own = found[way] = {
            name: bootstrap(values.astype(np.float64), draws, seed)
            for name, values in {
                "usable": one & taken & ~repeated,
                "one_face": one,
                "look_accuracy": taken,
                "repeats": repeated,
                "memorisation": nearest(features, training),
            }.items()
        }
        own["identity_to_creator"] = to_creator(small)
        if ratio := diversity_beside(features, real, draws, seed):
            own["diversity"] = ratio
        own |= _kid(features, training, seed)
        if way in faces.paths:
            own["largest_step"] = bootstrap(np.array([largest_step(path) for path in faces.paths[way]]), draws, seed)
    if len(unseen):
        away = bootstrap(nearest(unseen, training), draws, seed)
        found["held_out"] = {"memorisation": away, "identity_to_creator": to_creator(faces.held_out)}
    if len(others):
        shares = {
            "one_face": one_face(faces.others, jury.detector),
            "look_accuracy": jury.looks.takes_for(worn, faces.look),
        }
        found["others"] = {name: bootstrap(share.astype(np.float64), draws, seed) for name, share in shares.items()}
        found["others"] |= {"identity_to_creator": to_creator(worn)} | _kid(others, training, seed)
    if floor := real_floor(training, unseen, seed):
        found["real_floor"] = {"kid": floor}
    return found


def one_face(pictures: np.ndarray, detector: Detector) -> np.ndarray:
    """Return which pictures show exactly one face that counts (see `faces.detect.main_faces`): bool (n,)."""
    return np.array([len(main_faces(detector.find(picture))) == 1 for picture in pictures], bool)


def diversity_beside(features: np.ndarray, real: np.ndarray, draws: int = 2000, seed: int = 0) -> Interval | None:
    """Return how varied a set is beside another of other people, with a 95% bootstrap interval over both.

    Args:
        features: (n, f), one row a picture.
        real: (m, f).
        draws, seed: of the bootstrap.

    Returns:
        1 is as varied, 0 is one picture again and again. None for fewer than three pictures in a set, or a `real` that
        does not vary.
    """
    if min(len(features), len(real)) < 3 or not diversity(real) > 0:
        return None
    ours, theirs = (_spreads(rows, draws, seed + number) for number, rows in enumerate((features, real)))
    return around(diversity(features) / diversity(real), ours / theirs, len(features))


def _spreads(features: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """The mean distance of pairs in each draw; a picture drawn twice makes no pair with itself."""
    weights = weights_of_draws(len(features), draws, seed)
    weights = np.where((weights < 1).all(1, keepdims=True), weights, 1 / len(features))
    return spread(features, weights) / (1 - np.square(weights).sum(1))


def _kid(features: np.ndarray, photos: np.ndarray, seed: int) -> Figures:
    found = kid_or_none(features, photos, seed)
    return {"kid": found} if found else {}
