"""Photographs restyled so that they stay the user's, and faces that became the creator's, along the face mesh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import torch
from tqdm import tqdm

from benchmarks.face_morphs import morphed, swapped
from benchmarks.identity_trials import reframed, relit
from benchmarks.photographic_grades import GRADES
from influencer_style.faces.align import LIFT
from influencer_style.faces.mesh import FaceMesh
from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.pixels import shrink, to_tensor
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import SetStatistics, describe
from influencer_style.metrics.identity import IdentityJudge
from influencer_style.metrics.likeness import remember
from influencer_style.networks.base import TransferBase
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import restyle_crops

SIDE = 128  # px at which the guard looks
USERS, MORPHED = 12, 5  # of each creator: restyled, and blended with the creator
_POPULATION = 12
MORPHS = (0.25, 0.4, 0.5, 0.6, 0.75)
WHOLE, TRUTH, OWN = "generator", "truth", "the creator's own photo"
FITTED, SHAPED = "the creator's face in the user's head, features moved", "the creator's face in the user's head"
OVERLAY = "overlay 50%"
_encoder, _base = cache(load_encoder), cache(TransferBase.load)


def morph(share: float) -> str:
    """Return the name of a morph of the true result with the creator."""
    return f"morph {share:.0%}"


def black_and_white(picture: np.ndarray) -> np.ndarray:
    """Black and white at nearly twice the contrast, uint8 (h, w, 3)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    hard = 128 + 1.8 * (grey - grey.mean())
    return np.repeat(hard.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


LOOKS: dict[str, Callable[[np.ndarray], np.ndarray]] = GRADES | {"black_and_white": black_and_white}


@dataclass(frozen=True)
class Cell:
    """One creator, known by one graded photo, and users in that look. Pictures are uint8 (n, 128, 128, 3).

    Attributes:
        creator: The creator's number.
        look: The look's name.
        users: (n,) the users' numbers; the last is the creator.
        photos: Their photos.
        results: By kind: the rows of the users, and the results.
        bundle: The base with the look.
        photo: The creator's graded photo.
        population: People on whom the look is tried.
    """

    creator: int
    look: str
    users: np.ndarray
    photos: np.ndarray
    results: dict[str, tuple[slice, np.ndarray]]
    bundle: TransferBundle
    photo: np.ndarray
    population: np.ndarray

    def likeness(self, judge: IdentityJudge) -> Likeness:
        """Return what a profile would keep of the creator."""
        return remember(judge, self.bundle, {self.look: self.photo[None]}, self.population)[self.look]


def cells(crops: np.ndarray, creators: int, seed: int) -> Iterator[Cell]:
    """Yield cells of creators drawn from people, each with users drawn from the others.

    The face that users become is never the photo by which the creator is known: it is lit from another side, framed
    anew, and mirrored every second time. Hardly anybody is shown twice, so it has to be made of the same photo.

    Args:
        crops: The people, uint8 (n, 256, 256, 3).
        creators: The number of creators.
        seed: The seed of all that is drawn.
    """
    rng, mesh = np.random.default_rng(seed), FaceMesh()
    order = rng.permutation(len(crops))
    population = shrink(crops[order[:_POPULATION]], SIDE)
    reference = _statistics(population)
    grades = list(LOOKS.items())
    for number, creator in enumerate(tqdm(order[-creators:], desc="Restyling and morphing", unit="creator")):
        name, grade = grades[number % len(grades)]
        look = name.replace("_", "-")
        photo = grade(crops[creator])
        users = rng.choice(np.setdiff1d(np.arange(len(crops)), [creator]), USERS, replace=False)
        users = np.append(users, creator)
        photos = shrink(crops[users], SIDE)
        truth = [grade(crop) for crop in crops[users[:-1]]]
        bundle = _base_in(look, shrink(photo[None], SIDE), reference)
        made, others = restyle_crops(bundle, photos, look), slice(0, USERS)
        results = {
            WHOLE: (others, made[others]),
            TRUTH: (others, _small(truth)),
            OWN: (slice(USERS, None), made[USERS:]),
        }
        other = grade(reframed(relit(crops[creator], rng), rng)[:, :: -1 if number % 2 else 1])
        for kind, shown in _became(truth[:MORPHED], np.ascontiguousarray(other), mesh).items():
            results[kind] = slice(0, MORPHED), _small(shown)
        yield Cell(int(creator), look, users, photos, results, bundle, shrink(photo[None], SIDE)[0], population)


def _became(truth: list[np.ndarray], other: np.ndarray, mesh: FaceMesh) -> dict[str, list[np.ndarray]]:
    """Return by kind what became of users whose face was blended with or replaced by another's."""
    points = [_points(picture, mesh) for picture in truth]
    to = _points(other, mesh)
    pairs = list(zip(truth, [(own, to) for own in points], strict=True))
    found = {morph(share): [morphed(own, other, both, share) for own, both in pairs] for share in MORPHS}
    found[OVERLAY] = [np.round(own * 0.5 + other * 0.5).astype(np.uint8) for own, _ in pairs]
    found[FITTED] = [swapped(own, other, both, fitted=True) for own, both in pairs]
    found[SHAPED] = [swapped(own, other, both, fitted=False) for own, both in pairs]
    return found


def _points(crop: np.ndarray, mesh: FaceMesh) -> np.ndarray:
    side = len(crop)
    return mesh.fit(crop, (side / 2, side * (0.5 + LIFT)), 0.6 * side, 0.0).points


def _small(pictures: list[np.ndarray]) -> np.ndarray:
    return shrink(np.stack(pictures), SIDE)


def _base_in(look: str, photos: np.ndarray, reference: SetStatistics) -> TransferBundle:
    """Return the shipped base in the look of photos, against the statistics of unstyled people."""
    profile = LookProfile(look, look, _statistics(photos))
    looks = LookProfiles(reference, [profile], _encoder().sha256, _encoder().groups)
    return TransferBundle(_base().generator, _encoder(), looks, 2.0, "", "", "")


def _statistics(pictures: np.ndarray) -> SetStatistics:
    with torch.no_grad():
        return SetStatistics.of(*describe(_encoder(), to_tensor(pictures)))
