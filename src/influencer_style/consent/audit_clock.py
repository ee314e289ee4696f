"""A clock that was set back must not bring a consent back to life that had expired before."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from influencer_style.consent import clock
from influencer_style.consent.audit_log import AuditError, Row, parsed
from influencer_style.storage.regular import open_regular

_TAIL = 128 * 1024  # bytes at the end of a log; room for two of the longest rows


def require_clock(log: Path) -> None:
    """Refuse to decide on a day before the last row of an audit log; one that is not there refuses nothing.

    Raises:
        AuditError: when today lies before that row's day; the message names the remedy. ClockError: see `clock.today`.
    """
    last = last_time(log)
    # The days of the times themselves: a test that decides on another day leaves this alone.
    if last is None or clock.local_day(clock.now()) >= clock.local_day(last):
        return
    raise AuditError(
        f"the last row of {log} is of {last:%Y-%m-%d %H:%M} UTC, and the clock of this machine says "
        f"{clock.now():%Y-%m-%d %H:%M} UTC: it was set back, and nothing is decided. Set the clock right; or, if it "
        "was wrong when that row was written, keep the log and its head elsewhere, as evidence, and a new log begins"
    )


def last_time(log: Path) -> datetime | None:
    """Return when the last whole row of a log was written, UTC; None where there is no log or no such row.

    Raises:
        AuditError: when the log is there, and is not a regular file or cannot be read.
    """
    try:
        with open_regular(log) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            whole, _, _ = file.read(_TAIL).rpartition(b"\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AuditError(
            f"{log} cannot be read ({error.strerror or error}), and nothing is decided without a record; see to its "
            "rights, or put the log itself there"
        ) from error
    row = parsed(whole.rpartition(b"\n")[2])
    return time_of(row) if row else None


def time_of(row: Row) -> datetime | None:
    """Return when a row was written, UTC; None where it tells no time."""
    try:
        written = datetime.fromisoformat(row["time"])
    except ValueError:
        return None
    return written if written.tzinfo else None
