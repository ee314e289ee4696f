"""Looks learnt from too few photos, so that one photo's room and daylight count as its creator's look."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from influencer_style.looks.profile import LookProfile

LEAST_GIVEN = 10
LEAST_TRAINING = 8  # of ten photos, eight are for training, one is for validation and one for testing


def is_thin(training_photos: int) -> bool:
    """Return whether these are too few training photos for a look; near copies of a photo count as one."""
    return training_photos < LEAST_TRAINING


def thin_look_notice(look: LookProfile) -> str | None:
    """Return a sentence about a look learnt from too few photos; None if there were enough."""
    return thin_words(look.slug, look.statistics.count) if is_thin(look.statistics.count) else None


def thin_words(name: str, training_photos: int) -> str:
    """Return the sentence about a look learnt from this number of photos."""
    photos = f"{training_photos} {'photo' if training_photos == 1 else 'different photos'}"
    return (
        f"the look {name} was learnt from {photos}, so whatever they happen to show counts as the look; "
        f"give {LEAST_GIVEN} different photos or more"
    )
