"""What time it is. Whatever decides by the day uses this module, so that a test can set another day."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime


class ClockError(ValueError):
    """The calendar day is not known; the message names the remedy."""


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the calendar day at this machine's place, which is what a consent's first and last day mean.

    Raises ClockError if the machine's time zone is 24 hours or more away from UTC.
    """
    return local_day(now())


def local_day(moment: datetime) -> date:
    """Return the calendar day of a moment at this machine's place; raises as `today` does."""
    try:
        return moment.astimezone().date()
    except (ValueError, OverflowError, OSError) as error:
        zone = f"TZ={os.environ['TZ']}" if os.environ.get("TZ") else "of this machine"
        reason = f"the time zone {zone} cannot be used ({error}), so the day is not known, and nothing is decided"
        raise ClockError(f"{reason}; set the environment variable TZ to a zone such as Europe/Berlin") from error
