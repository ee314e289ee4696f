"""What time it is. Whoever decides by the day asks here, so that a test can decide on another day."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime


class ClockError(ValueError):
    """The calendar day is not known; the message names the remedy."""


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the calendar day where this machine stands, which is what a consent's first and last day mean.

    Raises:
        ClockError: when the machine's time zone is 24 hours or more away from UTC.
    """
    return local_day(now())


def local_day(moment: datetime) -> date:
    """Return the calendar day of a moment where this machine stands; raises as `today` does."""
    try:
        return moment.astimezone().date()
    except (ValueError, OverflowError, OSError) as error:
        zone = os.environ.get("TZ")
        named = f"TZ={zone}" if zone else "of this machine"
        raise ClockError(
            f"the time zone {named} cannot be used ({error}), so nobody knows which day it is, and nothing is decided; "
            "set the environment variable TZ to a zone such as Europe/Berlin"
        ) from error
