"""Who is in the demo set: four creators, each one person with one look, and the users, each one person without."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from influencer_style.studio.identity import (
    MONK_SCALE,
    HairStyle,
    Identity,
    Pose,
    from_hex,
    on_line,
    rgb,
    sample_identity,
    sample_pose,
)
from influencer_style.studio.look import Backdrop, Grade, Light, Look, Makeup, sample_neutral, vary_look

# the first seed of every random stream, so that no person of one kind ever comes up as another kind
CREATOR_STREAM, USER_STREAM, PAIR_STREAM, KNOWN_STREAM = 101, 102, 103, 104
# Steps on the Monk scale, spread over it. Rosewater is not darker than this: the LBP cascade, which must find the
# creators, misses very dark skin framed by bright hair.
CREATOR_SKIN = {"aurora": 7.0, "noir": 2.0, "rosewater": 3.5, "meridian": 6.0}
CREATOR_HAIR: dict[str, HairStyle] = {"aurora": "bob", "noir": "long", "rosewater": "long", "meridian": "short"}

# No training of the base ever sees these. Rows are in the order of their dataclass; a Light's second line is its rim
# and ambient light.
CREATOR_LOOKS: dict[str, Look] = {
    "aurora": Look(
        Makeup(from_hex("6f2fa0"), 0.9, from_hex("2f4fc0"), 0.75, 0.8, from_hex("b060c0"), 0.3),
        from_hex("2450c0"), 0.9,
        Light(-32, 28, from_hex("c4dcff"), 0.95, from_hex("6f9fe0"), 0.28,
              135, from_hex("f060d0"), 1.2, from_hex("6a9ed8"), 0.34),
        Grade((0.95, 1.0, 1.03), (0.96, 1.0, 1.06), (0.0, 0.02, 0.05),
              (-0.01, 0.01, 0.04), (-0.01, 0.01, 0.01), 0.95, 1.03),
        Backdrop(from_hex("2f6f94"), from_hex("4a9fae"), 0.7, 0.5, 0.25, "cloth"), 0.3, 0.010,
    ),
    "noir": Look(
        Makeup(from_hex("b00f18"), 0.92, from_hex("2a1a16"), 0.6, 0.7, from_hex("a04838"), 0.15),
        from_hex("2c1b12"), 0.75,
        Light(48, 36, from_hex("ffe0bc"), 1.15, from_hex("c89870"), 0.10,
              -140, from_hex("ffc890"), 0.6, from_hex("a87c5c"), 0.17),
        Grade((1.02, 0.98, 0.92), (1.0, 0.97, 0.93), (0.02, 0.012, 0.005),
              (0.01, 0.0, -0.01), (0.02, 0.01, -0.02), 0.9, 1.1),
        Backdrop(from_hex("3d2517"), from_hex("704429"), 0.6, 0.25, 0.4, "plaster"), 0.45, 0.020,
    ),
    "rosewater": Look(
        Makeup(from_hex("dc4f84"), 0.75, from_hex("d07898"), 0.35, 0.5, from_hex("f07a98"), 0.4),
        from_hex("dc8cae"), 0.8,
        Light(28, 38, from_hex("fff4f2"), 0.85, from_hex("ffe4ec"), 0.20,
              -135, from_hex("ffe0f0"), 0.4, from_hex("ffe6ee"), 0.36),
        Grade((1.02, 0.99, 1.0), (1.10, 1.04, 1.07), (0.05, 0.03, 0.04),
              (0.02, 0.0, 0.015), (0.01, 0.0, 0.0), 1.0, 1.0),
        Backdrop(from_hex("cb97a9"), from_hex("e3c0cb"), 0.8, 0.4, 0.5, "leaves"), 0.0, 0.006,
    ),
    "meridian": Look(
        grade=Grade(
            (1.04, 0.99, 0.90), (1.06, 1.02, 0.98), (0.05, 0.04, 0.03),
            (0.01, 0.0, 0.005), (0.02, 0.01, -0.03), 0.92, 0.95
        ),
        vignette=0.2, grain=0.016,
    ),
}  # fmt: skip


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
        skin = rgb(on_line(MONK_SCALE, CREATOR_SKIN[name]))
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
