"""Results that have stayed the user's face and results that have become the creator's, in the studio."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch

from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import SetStatistics, describe
from influencer_style.metrics.identity import IdentityJudge
from influencer_style.metrics.likeness import of_photo, remember
from influencer_style.networks.base import TransferBase
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import restyle_crops
from influencer_style.studio.identity import SHAPE_FIELDS, Identity, Pose, sample_identity
from influencer_style.studio.look import Look, sample_look, sample_neutral, vary_look
from influencer_style.studio.pairs import crop_pose
from influencer_style.studio.population import CREATOR_LOOKS, StudioSettings, creators, photo_seed
from influencer_style.studio.render import march, shade
from influencer_style.studio.workers import in_parallel

SIDE = 96  # px of studio portraits; the judge looks at 64
Streams = tuple[tuple[int, ...], tuple[int, ...]]  # the first numbers of creators' and of users' random streams
MORPHS = (0.25, 0.4, 0.5, 0.6, 0.75, 0.9)
PHOTOS = 24  # of each creator in their look
_OWN = 6  # of each creator without it, to be restyled
_POPULATION = 32
HALF, WHOLE, TRUTH = "generator, strength 0.5", "generator", "truth"
_encoder, _base = cache(load_encoder), cache(TransferBase.load)
DONOR, FACE = "the creator in the user's pose", "the creator's face in the user's head"


def morph(share: float) -> str:
    """Return the name of a blend of the generator's result with the creator in the same pose."""
    return f"morph {share:.0%}"


@dataclass(frozen=True)
class Cell:
    """One look on one set of users. Pictures are uint8 (n, s, s, 3), rows the same people.

    Attributes:
        look: its name.
        creators: by kind (`profile`, `one photo`), what results are compared with.
        users: (n,) who they are, by number.
        photos: of the users.
        results: by kind of result, what became of them.
        own: photos of the creator, unstyled, and the generator's results.
    """

    look: str
    creators: dict[str, Likeness]
    users: np.ndarray
    photos: np.ndarray
    results: dict[str, np.ndarray]
    own: tuple[np.ndarray, np.ndarray]


def studio_cells(streams: Streams, number: int, users: int, demo: bool, judge: IdentityJudge) -> Iterator[Cell]:
    """Yield cells of `number` creators, each one person with one look, on the same users.

    Args:
        streams: of the random numbers: other streams are other people.
        number: of creators.
        users: how many.
        demo: whether the first four creators are the demo set's.
        judge: makes the embeddings.
    """
    jobs = [("photos", streams, i, demo) for i in range(number)]
    jobs += [("neutral", streams, i, demo) for i in range(users + _POPULATION)]
    jobs += [("looks", streams, i, demo, number) for i in range(users)]
    drawn = list(in_parallel(_render, jobs, 2, True, "Rendering people"))
    sets, neutral, worn = drawn[:number], np.stack(drawn[number:-users]), np.stack(drawn[-users:])
    names = [list(CREATOR_LOOKS)[i] if demo and i < len(CREATOR_LOOKS) else f"random-{i}" for i in range(number)]
    photos, people = neutral[:users], neutral[users:]
    in_look = {name: shown[:PHOTOS] for name, shown in zip(names, sets, strict=True)}
    bundle = base_in(in_look, people)
    known = remember(judge, bundle, in_look, people)
    for i, (name, shown) in enumerate(zip(names, sets, strict=True)):
        made, donor = restyle_crops(bundle, photos, name), worn[:, i, 1]
        results = {HALF: restyle_crops(bundle, photos, name, 0.5), WHOLE: made, TRUTH: worn[:, i, 0]}
        results |= {morph(share): _blend(made, donor, share) for share in MORPHS}
        results |= {DONOR: donor, FACE: worn[:, i, 2]}
        own = shown[PHOTOS:]
        creators = {"profile": known[name], "one photo": of_photo(judge, shown[0])}
        yield Cell(name, creators, np.arange(users), photos, results, (own, restyle_crops(bundle, own, name)))


@dataclass(frozen=True)
class _Person:
    """A person with a look of their own, or without."""

    identity: Identity
    look: Look
    rng: np.random.Generator


def _creator(streams: Streams, number: int, demo: bool) -> _Person:
    rng = np.random.default_rng((*streams[0], number))
    if demo and number < len(CREATOR_LOOKS):
        name = list(CREATOR_LOOKS)[number]
        return _Person(creators(StudioSettings(creators_photos=1))[name][0].identity, CREATOR_LOOKS[name], rng)
    return _Person(sample_identity(rng), sample_look(rng), rng)


def _render(job: tuple) -> np.ndarray:
    """Render a creator's photos, in their look and then some unstyled; somebody unstyled; or a user in all looks.

    In each look there are the user, the creator in the user's pose, and the user with the shape of the creator's face.
    """
    kind, streams, number, demo, *rest = job
    if kind == "photos":
        who = _creator(streams, number, demo)
        shown = [_shot(who.identity, crop_pose(who.rng), vary_look(who.look, who.rng), who.rng) for _ in range(PHOTOS)]
        shown += [_shot(who.identity, crop_pose(who.rng), sample_neutral(who.rng), who.rng) for _ in range(_OWN)]
        return np.stack(shown)
    rng = np.random.default_rng((*streams[1], number))
    user, pose, neutral, seed = sample_identity(rng), crop_pose(rng), sample_neutral(rng), photo_seed(rng)
    seen = march(user, pose, SIDE)
    if kind == "neutral":
        return shade(seen, user, _fine(neutral), seed)
    found = []
    for other in range(rest[0]):
        creator = _creator(streams, other, demo)
        shape = {name: getattr(creator.identity, name) for name in (*SHAPE_FIELDS, "texture_seed")}
        people = [(user, seen)]
        people += [(who, march(who, pose, SIDE)) for who in (creator.identity, replace(user, **shape))]
        found.append([shade(known, who, _fine(creator.look), seed) for who, known in people])
    return np.array(found)


def studio_photos(looks: dict[str, Look], photos: int = 14) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return photos of creators, one person for each look, and of unstyled people, uint8 (n, 96, 96, 3)."""
    sets = {}
    for number, (name, look) in enumerate(looks.items()):
        rng = np.random.default_rng((901, number))
        who = sample_identity(rng)
        sets[name] = np.stack([_shot(who, crop_pose(rng), vary_look(look, rng), rng) for _ in range(photos)])
    rngs = [np.random.default_rng((902, number)) for number in range(_POPULATION)]
    return sets, np.stack([_shot(sample_identity(rng), crop_pose(rng), sample_neutral(rng), rng) for rng in rngs])


def _shot(who: Identity, pose: Pose, look: Look, rng: np.random.Generator) -> np.ndarray:
    return shade(march(who, pose, SIDE), who, _fine(look), photo_seed(rng))


def _fine(look: Look) -> Look:
    return replace(look, grain=look.grain * SIDE / 256)  # what is left of it in a crop of 256 px, averaged down


def _blend(results: np.ndarray, donors: np.ndarray, share: float) -> np.ndarray:
    return np.round(results * (1 - share) + donors * share).astype(np.uint8)


def base_in(sets: dict[str, np.ndarray], people: np.ndarray) -> TransferBundle:
    """The shipped base in the looks of sets of photos, against unstyled people."""
    encoder = _encoder()

    def statistics(pictures: np.ndarray) -> SetStatistics:
        with torch.no_grad():
            return SetStatistics.of(*describe(encoder, to_tensor(pictures)))

    profiles = [LookProfile(name, name, statistics(pictures)) for name, pictures in sets.items()]
    looks = LookProfiles(statistics(people), profiles, encoder.sha256, encoder.groups)
    return TransferBundle(_base().generator, encoder, looks, 2.0, "", "", "")
