"""What time it is. Whoever decides by the day asks here, so that a test can decide on another day."""

from __future__ import annotations

from datetime import UTC, date, datetime


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the calendar day where this machine stands, which is what a consent's first and last day mean."""
    return now().astimezone().date()
