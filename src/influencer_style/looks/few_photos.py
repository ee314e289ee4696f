"""Looks that too few photos taught: one photo's room and daylight count as its creator's look then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from influencer_style.looks.profile import LookProfile

LEAST_GIVEN = 10
LEAST_TRAINING = 8  # of ten photos eight teach, one validates and one tests


def is_thin(training_photos: int) -> bool:
    """Return whether so many training photos are too few for a look, near copies of one counting as one."""
    return training_photos < LEAST_TRAINING


def thin_look_notice(look: LookProfile) -> str | None:
    """Return a sentence about a look that too few photos taught; None for one that had enough."""
    return thin_words(look.slug, look.statistics.count) if is_thin(look.statistics.count) else None


def thin_words(name: str, training_photos: int) -> str:
    """Return the sentence about a look that so few photos taught."""
    photos = f"{training_photos} {'photo' if training_photos == 1 else 'different photos'}"
    return (
        f"the look {name} was learnt from {photos}: what is in them by chance counts as the look; "
        f"give {LEAST_GIVEN} different photos or more"
    )
