"""Reads an audit log from end to end, and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from influencer_style.consent.audit_clock import time_of
from influencer_style.consent.audit_log import (
    HEAD_FILE,
    AuditError,
    Head,
    Row,
    UnreadableLogError,
    hash_of,
    head_after,
    lines,
    parsed,
    written_head,
)
from influencer_style.consent.audit_tombstones import WithdrawalsDone

_BACK = timedelta(minutes=10)  # that a clock may be set back when it is corrected; rows before that are no problem
_MOST_PROBLEMS = 100  # that are told; a file that is no log at all would have one a line


@dataclass(frozen=True)
class Problem:
    """What is wrong with a log, and in which line of the file (0: the file as a whole)."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


@dataclass(frozen=True)
class Verification:
    """What `verify` found.

    Attributes:
        rows: how many rows there are.
        head: where the log ends.
        problems: what is wrong, at most 100; none means that the log is whole.
        unfinished: bytes at the end that a killed process left of a row that it never acknowledged. That is no
            problem: they are cut off before the next row.
    """

    rows: int
    head: Head
    problems: list[Problem] = field(default_factory=list)
    unfinished: int = 0


def verify(path: str | Path, noted: Head | None = None) -> Verification:
    """Check each row against its hash and the row before, the last against the head file, and withdrawals against the
    tombstones in the same folder.

    Others may add rows meanwhile. One row is in memory at a time.

    Args:
        path: of `audit.jsonl`.
        noted: a head of this log that was noted elsewhere; it must be one of its rows still.

    Raises:
        AuditError: when the file is not there, or cannot be read.
    """
    path, problems = Path(path), []
    try:
        written = written_head(path)  # before the rows: it may lag behind them, and not the other way round
        lost = written is None
    except UnreadableLogError:
        raise
    except AuditError:
        written, lost = None, True
    due = {head: told for head, told in ((written, HEAD_FILE), (noted, "the head noted elsewhere")) if head}
    last: Head | None = Head()  # None after a line that is no row: what follows on it cannot be known
    latest: datetime | None = None
    withdrawals = WithdrawalsDone()
    count = unfinished = 0
    for number, (line, ended) in enumerate(lines(path), 1):
        if not ended:
            unfinished = len(line)
            break
        count += 1
        row = parsed(line)
        if row is None:
            problems.append(Problem(number, "is no row of this log: it was changed or put in"))
            last = None
        else:
            problems += [Problem(number, text) for text in _wrong(row, last)]
            time = time_of(row)
            problems += [Problem(number, text) for text in _backwards(row, time, latest)]
            latest = max(filter(None, (time, latest)), default=None)
            withdrawals.read(row)
            last = head_after(row)
            due.pop(last, None)
        del problems[_MOST_PROBLEMS:]
    problems += [
        Problem(0, f"row {head.rows}, which {told} names, is not in it: it was cut off before, or written anew")
        for head, told in due.items()
        if head.rows
    ]
    if lost and count > 1:  # a kill between the first row and its head leaves one row without
        problems.append(Problem(0, f"{HEAD_FILE} is missing or damaged, so rows may have been cut off at the end"))
    problems += [Problem(0, text) for text in withdrawals.without_tombstone(path.parent)]
    return Verification(count, last or Head(), problems, unfinished)


def rows_of(path: str | Path) -> Iterator[Row]:
    """Yield the rows of a log that can be read, whether they are sound or not.

    Raises:
        AuditError: when the file is not there, or cannot be read.
    """
    yield from (row for line, _ in lines(Path(path)) if (row := parsed(line)))


def _wrong(row: Row, last: Head | None) -> Iterator[str]:
    """Say what is wrong with a row that comes after `last`."""
    if hash_of(row) != row["hash"]:
        yield f"row {row['n']} was changed: its hash is another"
    if last is None:
        return
    if row["n"] > last.rows + 1:
        yield f"rows {last.rows + 1} to {row['n'] - 1} are missing before it"
    elif row["n"] <= last.rows:
        yield f"row {row['n']} comes after row {last.rows}: rows were moved or put in"
    elif row["previous"] != last.hash:
        yield f"row {row['n']} does not follow on the row before, which was changed or replaced"


def _backwards(row: Row, time: datetime | None, latest: datetime | None) -> Iterator[str]:
    """Say whether a row was written before those that stand before it."""
    if time is None:
        yield f"row {row['n']} tells no time"
    elif latest is not None and time < latest - _BACK:
        yield (
            f"row {row['n']} is of {time:%Y-%m-%d %H:%M} UTC, and a row before it of {latest:%Y-%m-%d %H:%M}: the "
            "clock was set back, and a consent that had expired may have been taken to hold"
        )
