"""New portraits in a look measured: are they faces, in that look, different from each other, and nobody's?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from influencer_style.faces.detect import Detector
from influencer_style.faces.face import main_faces
from influencer_style.looks.marks import Marks
from influencer_style.looks.pixels import shrink
from influencer_style.metrics.identity import IdentityJudge
from influencer_style.metrics.intervals import (
    BOOTSTRAP,
    Bootstrap,
    Figures,
    Interval,
    Methods,
    around,
    weights_of_draws,
)
from influencer_style.metrics.kid import kid_features
from influencer_style.metrics.look_judge import LookJudge
from influencer_style.metrics.memorisation import nearest, repeats
from influencer_style.metrics.set_scores import diversity, kid_or_none, largest_step, real_floor, spread

GAUSSIAN = "gaussian"


@dataclass(frozen=True)
class NewFaces:
    """New portraits in one look, and what there is to compare them with. Pictures are uint8 sRGB.

    Attributes:
        look: The look's name.
        drawn: By way, the portraits as they were drawn, before any is rejected, (n, s, s, 3).
        paths: By way, portraits along p straight paths between two seeds, (p, k, s, s, 3).
        training: The photos of the look's creator that were learnt from, (m, r, r, 3); r is at most s.
        held_out: The photos of the same creator that were not, (h, r, r, 3); h may be 0.
        others: Other people who truly wear the look, (q, c, c, 3); c is at least r, q is 0 if that is not known.
        marks: The marks of the training photos, at r pixels.
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
        """The side r in pixels at which everything but faces is measured."""
        return self.training.shape[1]


@dataclass(frozen=True)
class Jury:
    """The judges of faces, of looks and of identity. No generator was trained by any of them."""

    detector: Detector
    looks: LookJudge
    identity: IdentityJudge


def score_new_faces(faces: NewFaces, jury: Jury, bootstrap: Bootstrap = BOOTSTRAP) -> Methods:
    """Measure the portraits of a look, way by way, alongside photos and a Gaussian over pixels.

    Returns by way, and for `gaussian`, a rival without any notion of a face: `one_face` (share with exactly one face),
    `look_accuracy` (share taken for the look), `repeats` (share that repeats a training photo: these are rejected when
    portraits are made), `usable` (share with one face, taken for the look, that repeat nothing), `diversity` (ratio to
    that of other people in the look, or, if there are none, of the creator's photos), `memorisation` (distance to the
    nearest training photo), `identity_to_creator` (cosine to the creator's face), `kid` (to the training photos),
    `largest_step` (of the paths, in mean steps; not of the Gaussian). In addition `held_out`, the creator's unseen
    photos (`memorisation`, `identity_to_creator`); `others`, people who truly wear the look (`one_face`,
    `look_accuracy`, `identity_to_creator`, `kid`); `real_floor`, the creator's photos half against half (`kid`). A
    figure that too few pictures support is absent.
    """
    seed, of = bootstrap.seed, bootstrap.of
    training, unseen = kid_features(faces.training), kid_features(faces.held_out)
    worn = shrink(faces.others, faces.size)
    others = kid_features(worn)
    real = others if len(others) > 1 else np.concatenate([training, unseen])
    face = jury.identity.embed(faces.training).mean(0)
    face /= np.linalg.norm(face)

    def measured(pictures: np.ndarray, features: np.ndarray, **facts: np.ndarray) -> Figures:
        to_creator, distance = jury.identity.embed(pictures) @ face, kid_or_none(features, training, seed)
        figures = {name: of(values) for name, values in (facts | {"identity_to_creator": to_creator}).items()}
        return figures | ({"kid": distance} if distance else {})

    def of_portraits(pictures: np.ndarray) -> Figures:
        small = shrink(pictures, faces.size)
        features, repeated = kid_features(small), repeats(small, faces.marks)
        one, taken = one_face(pictures, jury.detector), jury.looks.takes_for(small, faces.look)
        figures = measured(
            small, features, usable=one & taken & ~repeated, one_face=one, look_accuracy=taken, repeats=repeated,
            memorisation=nearest(features, training),
        )  # fmt: skip
        ratio = diversity_beside(features, real, bootstrap)
        return figures | ({"diversity": ratio} if ratio else {})

    count = max(len(pictures) for pictures in faces.drawn.values())
    drawn = {**faces.drawn, GAUSSIAN: component_gaussian(faces.training, count, seed)}
    found = {way: of_portraits(pictures) for way, pictures in drawn.items()}
    for way, paths in faces.paths.items():
        found[way]["largest_step"] = of(np.array([largest_step(path) for path in paths]))
    if len(unseen):
        to_creator = jury.identity.embed(faces.held_out) @ face
        found["held_out"] = {"memorisation": of(nearest(unseen, training)), "identity_to_creator": of(to_creator)}
    if len(others):
        one, taken = one_face(faces.others, jury.detector), jury.looks.takes_for(worn, faces.look)
        found["others"] = measured(worn, others, one_face=one, look_accuracy=taken)
    if floor := real_floor(training, unseen, seed):
        found["real_floor"] = {"kid": floor}
    return found


def one_face(pictures: np.ndarray, detector: Detector) -> np.ndarray:
    """Return which pictures show exactly one face that counts (see `faces.detect.main_faces`): bool (n,)."""
    return np.array([len(main_faces(detector.find(picture))) == 1 for picture in pictures], bool)


def component_gaussian(photos: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """Draw pictures from the Gaussian over the photos' principal components: the rival of every generator.

    Photos are uint8 (m, s, s, 3), results (count, s, s, 3). It knows nothing of faces; its portraits are blurred
    doubles of the training photos (as Turk and Pentland's eigenfaces, 1991). Still, their colours and edges match the
    photos' on average, so their KID to the photos is good. A generator has to be visibly better: KID alone decides
    nothing. Raises ValueError if m is below 2.
    """
    if len(photos) < 2:
        raise ValueError(f"a covariance needs at least 2 photos, got {len(photos)}")
    rows = photos.reshape(len(photos), -1).astype(np.float64)
    mean = rows.mean(0)
    # The covariance of m photos has m - 1 components, each a mix of photos: mixing them at random draws from it.
    shares = np.random.default_rng(seed).standard_normal((count, len(photos)))
    drawn = mean + shares @ (rows - mean) / np.sqrt(len(photos) - 1)
    return drawn.round().clip(0, 255).astype(np.uint8).reshape(count, *photos.shape[1:])


def diversity_beside(features: np.ndarray, real: np.ndarray, bootstrap: Bootstrap = BOOTSTRAP) -> Interval | None:
    """Return the ratio of a set's diversity to that of a set of other people, with an interval over both.

    Features are (n, f) and (m, f), one row a picture. 1 is as varied, 0 is one picture again and again. None for fewer
    than three pictures in a set, or a `real` that does not vary.
    """
    if min(len(features), len(real)) < 3 or not diversity(real) > 0:
        return None
    ours, theirs = (
        _spreads(rows, bootstrap.draws, bootstrap.seed + number) for number, rows in enumerate((features, real))
    )
    return around(diversity(features) / diversity(real), ours / theirs, len(features))


def _spreads(features: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Return the mean distance of pairs in each draw; a picture drawn twice makes no pair with itself."""
    weights = weights_of_draws(len(features), draws, seed)
    weights = np.where((weights < 1).all(1, keepdims=True), weights, 1 / len(features))
    return spread(features, weights) / (1 - np.square(weights).sum(1))
