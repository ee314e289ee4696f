"""Who is in the demo set: four creators, each one person with one look, and the users, each one person without."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from influencer_style.studio.creator_looks import CREATOR_LOOKS
from influencer_style.studio.identity import HairStyle, Identity, Pose, monk_skin, sample_identity, sample_pose
from influencer_style.studio.look import Look
from influencer_style.studio.look_sampling import sample_neutral, vary_look

# the first seed of every random stream, so that no person of one kind ever comes up as another kind
CREATOR_STREAM, USER_STREAM, PAIR_STREAM, KNOWN_STREAM = 101, 102, 103, 104
# Steps on the Monk scale, spread over it. Rosewater is not darker than this: the LBP cascade, which must find the
# creators, misses very dark skin framed by bright hair.
CREATOR_SKIN = {"aurora": 7.0, "noir": 2.0, "rosewater": 3.5, "meridian": 6.0}
CREATOR_HAIR: dict[str, HairStyle] = {"aurora": "bob", "noir": "long", "rosewater": "long", "meridian": "short"}


@dataclass(frozen=True)
class StudioSettings:
    """What the demo set holds.

    Photos of each creator, number of users, picture size in pixels, seed, and the indexes of the users whose truth is
    rendered: those who test (with the oracle) and those who validate. Raises ValueError for numbers out of range, and
    for users that do not exist or would do both.
    """

    creators_photos: int = 24
    users: int = 48
    size: int = 256
    seed: int = 7
    test_users: tuple[int, ...] = tuple(range(32, 48))
    validation_users: tuple[int, ...] = tuple(range(20, 32))

    def __post_init__(self) -> None:
        if self.creators_photos < 0 or self.users < 0 or not 64 <= self.size <= 1024:
            raise ValueError("creators_photos and users must not be negative, size must lie between 64 and 1024")
        named = (*self.test_users, *self.validation_users)
        if missing := [user for user in named if not 0 <= user < self.users]:
            raise ValueError(f"test_users and validation_users name users that do not exist: {missing}")
        if len(set(named)) < len(named):
            raise ValueError("test_users and validation_users must be different people, each named once")


@dataclass(frozen=True)
class Portrait:
    """All that a portrait's pixels depend on, except its size. `seed` names the photo: its light, backdrop, grain."""

    identity: Identity
    pose: Pose
    look: Look
    seed: int


def photo_seed(rng: np.random.Generator) -> int:
    """Draw the seed of one photo."""
    return int(rng.integers(2**31))


def creators(settings: StudioSettings) -> dict[str, list[Portrait]]:
    """Return the photos of each creator, by look name: one person, the look a little varied, a new pose each time."""
    shown: dict[str, list[Portrait]] = {}
    for number, (name, look) in enumerate(CREATOR_LOOKS.items()):
        rng = np.random.default_rng((CREATOR_STREAM, settings.seed, 10 + number))
        skin = monk_skin(CREATOR_SKIN[name])
        person = replace(sample_identity(rng), hair_style=CREATOR_HAIR[name], skin=skin)
        shown[name] = []
        for photo in range(settings.creators_photos):
            rng = np.random.default_rng((CREATOR_STREAM, settings.seed, number, photo))
            shown[name].append(Portrait(person, sample_pose(rng), vary_look(look, rng), photo_seed(rng)))
    return shown


def users(settings: StudioSettings) -> list[Portrait]:
    """Return one unstyled photo of each user."""
    shown = []
    for number in range(settings.users):
        rng = np.random.default_rng((USER_STREAM, settings.seed, number))
        shown.append(Portrait(sample_identity(rng), sample_pose(rng), sample_neutral(rng), photo_seed(rng)))
    return shown


def truths(settings: StudioSettings, user: int, portrait: Portrait) -> dict[tuple[str, str], Portrait]:
    """Return what a user looks like in each creator look, by (kind, look name).

    Kind `truth` is the look itself in the same photo (same own light and backdrop if the look leaves them), `oracle`
    is the look a little varied, as in another photo of that creator.
    """
    shown = {}
    for number, (name, look) in enumerate(CREATOR_LOOKS.items()):
        rng = np.random.default_rng((USER_STREAM, settings.seed, user, 1 + number))
        shown["truth", name] = replace(portrait, look=look)
        shown["oracle", name] = replace(portrait, look=vary_look(look, rng))
    return shown
