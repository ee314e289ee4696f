"""The audit log: a file to which rows are only ever added, each chained to the one before by its hash.

`audit.jsonl` holds one row a line, as canonical JSON: what happened, when, and `previous`, the hash of the row before.
`audit.head` next to it holds the number of rows and the hash of the last. `audit_check.verify` reads both. Whoever adds
a row holds the lock of `audit.lock`, which stays empty.

The chain proves that no row was changed, removed, put in or moved, unless all later rows were written anew. It does not
prove that the rows are true, or that nobody wrote both files of the log anew. To be sure of that, note the head
elsewhere and have `verify` look for it: a log that was written anew, or cut off before that row, does not have it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from influencer_style.consent import clock
from influencer_style.consent.audit_row import MAX_BYTES, AuditError, Head, Row
from influencer_style.storage.atomic import remove_leftovers, write_text
from influencer_style.storage.locks import locked
from influencer_style.storage.private import close_to_others, private_folder
from influencer_style.storage.regular import WARY, open_regular, require_regular

LOG_FILE, HEAD_FILE, LOCK_FILE = "audit.jsonl", "audit.head", "audit.lock"
_TAIL = 2 * MAX_BYTES  # bytes at the end of a log; room for two of the longest rows
_REMEDY = (
    f"See what is wrong: influencer-style audit. Put {LOG_FILE} and {HEAD_FILE} back as they were; or keep both "
    "elsewhere, as evidence, and a new log begins"
)


class UnreadableLogError(AuditError):
    """A file of the log is there, and is not a regular file or cannot be opened."""


class AuditLog:
    """A log to which any number of threads and processes may add at the same time; made with the first row."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def append(self, event: str, **facts: object) -> Row:
        """Add a row, and return it once it is on the disk.

        `event` says what happened, in a word. `facts` are plain data, whose texts are cut at 2,000 letters. Raises
        AuditError if the row cannot be written or would be larger than 64 KB, or if the end of the log is damaged: a
        new row would hide that.
        """
        try:
            private_folder(self.path.parent)
            close_to_others(self.path)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            with _alone(self.path), _opened(self.path, flags) as file:
                end, unfinished = _end(file, self.path)
                _require_head(self.path, end)
                if unfinished:
                    os.ftruncate(file, os.fstat(file).st_size - unfinished)
                    reason = f"{unfinished} bytes of a row whose writer was killed were cut off"
                    end = self._add(file, end, "repaired", {"reason": reason}).head
                return self._add(file, end, event, facts)
        except OSError as error:
            reason = (
                f"{self.path} cannot be written ({error.strerror or error}), and nothing is decided without a record"
            )
            raise AuditError(f"{reason}; make room, or see to the rights of its folder") from error

    def head(self) -> Head:
        """Return where the log ends; a log that is not there yet has no rows. Reads only the last row.

        Raises AuditError if it cannot be read, or its last row is damaged.
        """
        try:
            with _opened(self.path, os.O_RDONLY) as file:  # unlocked: a row that is being written is not ended yet
                return _end(file, self.path)[0]
        except FileNotFoundError:
            return Head()
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def last_time(self) -> datetime | None:
        """Return when the last whole row was written, UTC; None if there is no log or no such row.

        Raises AuditError if the log is there, and is not a regular file or cannot be read.
        """
        try:
            with open_regular(self.path) as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _TAIL))
                whole, _, _ = file.read(_TAIL).rpartition(b"\n")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(self.path, error) from error
        row = Row.parse(whole.rpartition(b"\n")[2])
        return row.written_at if row else None

    def _add(self, file: int, end: Head, event: str, facts: Mapping[str, object]) -> Row:
        row = Row.after(end, clock.now(), event, facts)
        line = row.line + b"\n"
        size = os.fstat(file).st_size
        try:
            if os.write(file, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file)
        except OSError:
            os.ftruncate(file, size)
            raise
        write_text(self.path.with_name(HEAD_FILE), f"{row.head}\n")
        return row


def lines(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines that a log has now, and whether each was ended; a line too long for a row comes in pieces.

    Raises AuditError if the file is not there, or cannot be read.
    """
    try:
        with open_regular(path) as file:
            left = _size_between_writes(path)
            while left and (line := file.readline(min(left, MAX_BYTES))):
                left -= len(line)
                yield line.removesuffix(b"\n"), bool(left) or line.endswith(b"\n")
    except FileNotFoundError as error:
        raise AuditError(f"there is no audit log at {path}; the first decision writes it") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def rows_of(path: str | Path) -> Iterator[Row]:
    """Yield the rows of a log that can be read, whether they are sound or not.

    Raises AuditError if the file is not there, or cannot be read.
    """
    yield from (row for line, _ in lines(Path(path)) if (row := Row.parse(line)))


def written_head(path: Path) -> Head | None:
    """Return what the head file next to the log at `path` says; None if there is no such file.

    Raises AuditError if it is damaged, UnreadableLogError if it cannot be read.
    """
    try:
        with open_regular(path.with_name(HEAD_FILE)) as file:
            return Head.of(file.read(200).decode("ascii", "replace"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path.with_name(HEAD_FILE), error) from error


def _require_head(path: Path, end: Head) -> None:
    """Refuse to add to a log that ends before its head file says."""
    written = written_head(path)
    if written is None and end.rows <= 1:  # a kill between the first row and its head leaves one row without a head
        return
    if written is None or written.rows > end.rows or (written.rows == end.rows and written != end):
        problem = "is missing" if written is None else "names rows that it does not have"
        raise AuditError(f"{path} cannot be added to, because {HEAD_FILE} {problem}. {_REMEDY}")
    if written.rows < end.rows:  # a writer was killed before it had replaced the head
        remove_leftovers(path.parent, seconds=0)


def _end(file: int, path: Path) -> tuple[Head, int]:
    """Return where a log ends, and how many bytes of an unfinished row come after that."""
    size = os.fstat(file).st_size
    start = max(0, size - _TAIL)
    os.lseek(file, start, os.SEEK_SET)
    body, newline, unfinished = os.read(file, size - start).rpartition(b"\n")
    if not newline and not start:
        return Head(), len(unfinished)
    row = Row.parse(body.rpartition(b"\n")[2])
    if row is None or not row.is_sound or len(unfinished) >= MAX_BYTES:
        raise AuditError(f"{path} has a damaged last row, which no other can follow on. {_REMEDY}")
    return row.head, len(unfinished)


def _unreadable(path: Path, error: OSError) -> AuditError:
    reason = f"{path} cannot be read ({error.strerror or error}), and nothing is decided without a record"
    return UnreadableLogError(f"{reason}; see to its rights, or put the file itself there")


def _size_between_writes(path: Path) -> int:
    """Return a log's size while nobody adds a row, so that what is there stays as it is.

    A user who may read the log but not write there gets its size at any time.
    """
    try:
        with _alone(path):
            return path.stat().st_size
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        return path.stat().st_size


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other writers out of a log for the block."""
    lock = path.with_name(LOCK_FILE)
    require_regular(lock)
    with locked(lock):
        yield


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    require_regular(path)
    file = os.open(path, flags | WARY, 0o600)
    try:
        yield file
    finally:
        os.close(file)
