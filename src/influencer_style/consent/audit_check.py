"""Reads an audit log from end to end, and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from influencer_style.consent.audit_log import HEAD_FILE, UnreadableLogError, lines, written_head
from influencer_style.consent.audit_row import AuditError, Head, Row
from influencer_style.consent.tombstones import FOLDER, TombstoneError, Tombstones

_CORRECTION = timedelta(minutes=10)  # by which a clock may be set back when it is corrected, without being a problem
_MAX_PROBLEMS = 100  # that are listed; a file that is no log at all would have one for each line


@dataclass(frozen=True)
class Problem:
    """What is wrong with a log, and in which line of the file (0: the file as a whole)."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


@dataclass(frozen=True)
class Verification:
    """What `verify` found."""

    rows: int  # number of rows
    head: Head  # where the log ends
    # What is wrong, at most 100 problems of rows; without any the log is whole
    problems: list[Problem] = field(default_factory=list)
    # Bytes at the end of a row that a killed process left and never acknowledged. That is no problem:
    # they are cut off before the next row.
    unfinished: int = 0


def verify(path: str | Path, noted: Head | None = None) -> Verification:
    """Check a log: each row against its hash and the row before, the last against the head file.

    Withdrawals are checked against the tombstones in the same folder. Others may add rows meanwhile. One row is in
    memory at a time. `noted` is a head of this log that was noted elsewhere; one of the rows must still have it. Raises
    AuditError if the file `audit.jsonl` at `path` is not there, or cannot be read.
    """
    path = Path(path)
    try:
        written = written_head(path)  # before the rows: it may lag behind them, and not the other way round
    except UnreadableLogError:
        raise
    except AuditError:
        written = None
    check = _Check({head: name for head, name in ((written, HEAD_FILE), (noted, "the head noted elsewhere")) if head})
    unfinished = 0
    for line, ended in lines(path):
        if not ended:
            unfinished = len(line)
            break
        check.read(line)
    problems = check.problems
    problems += [
        Problem(0, f"row {head.rows}, which {name} names, is not in it: it was cut off before, or written anew")
        for head, name in check.due.items()
        if head.rows
    ]
    if written is None and check.count > 1:  # a kill between the first row and its head leaves one row without a head
        problems.append(Problem(0, f"{HEAD_FILE} is missing or damaged, so rows may have been cut off at the end"))
    problems += [Problem(0, text) for text in _without_tombstone(check.withdrawals, path.parent)]
    return Verification(check.count, check.last or Head(), problems, unfinished)


class _Check:
    """The state of reading a log's lines one after the other."""

    def __init__(self, due: dict[Head, str]) -> None:
        self.due = due  # the heads that a row must still have, and what names each
        self.problems: list[Problem] = []
        self.count = 0
        self.last: Head | None = Head()  # None after a line that is no row, as what follows on it is not known
        self.withdrawals: dict[str, int] = {}  # number of the last row that says a withdrawal was done, by creator
        self._latest: datetime | None = None

    def read(self, line: bytes) -> None:
        self.count += 1
        row = Row.parse(line)
        if row is None:
            found = ["is no row of this log: it was changed or put in"]
            self.last = None
        else:
            time = row.written_at
            found = [*_broken_links(row, self.last)]
            if time is None:
                found.append(f"row {row.n} states no time")
            elif self._latest is not None and time < self._latest - _CORRECTION:
                times = f"row {row.n} is of {time:%Y-%m-%d %H:%M} UTC, a row before it of {self._latest:%Y-%m-%d %H:%M}"
                found.append(f"{times}: the clock was set back, and an expired consent may have been taken to hold")
            self._latest = max(filter(None, (time, self._latest)), default=None)
            # A row that only says `begun` may be of a withdrawal that was stopped before the tombstone was set.
            if row.event == "withdrawal" and row.text("decision").startswith("done"):
                self.withdrawals[row.text("creator")] = row.n
            self.last = row.head
            self.due.pop(row.head, None)
        self.problems = [*self.problems, *(Problem(self.count, text) for text in found)][:_MAX_PROBLEMS]


def _broken_links(row: Row, last: Head | None) -> Iterator[str]:
    """Say what is wrong with a row that comes after `last`."""
    if not row.is_sound:
        yield f"row {row.n} was changed: its hash is another"
    if last is None:
        return
    if row.n > last.rows + 1:
        yield f"rows {last.rows + 1} to {row.n - 1} are missing before it"
    elif row.n <= last.rows:
        yield f"row {row.n} comes after row {last.rows}: rows were moved or put in"
    elif row.previous != last.hash:
        yield f"row {row.n} does not follow on the row before, which was changed or replaced"


def _without_tombstone(withdrawals: dict[str, int], ledger: Path) -> Iterator[str]:
    """Say which withdrawals that a log records have no tombstone any more that can be read in the ledger's folder."""
    tombstones = Tombstones(ledger)
    for creator, row in sorted(withdrawals.items(), key=lambda one: one[1]):
        try:
            if tombstones.of(creator) is None:
                yield (
                    f"{creator} has withdrawn (row {row}), but the tombstone is gone from {FOLDER}, so the withdrawal "
                    "does not hold any more; restore it from a back-up, or withdraw again: kedro run --pipeline "
                    f"withdrawal --params creator={creator}"
                )
        except TombstoneError as error:
            yield str(error)
