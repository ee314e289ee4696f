"""The audit log: a file that rows are only ever added to, each chained to the one before by its hash.

`audit.jsonl` holds one row a line, as canonical JSON: what happened, when, and `previous`, the hash of the row before.
`audit.head` beside it holds how many rows there are and the last one's hash. `audit_check.verify` reads both. Who adds
a row holds the lock of `audit.lock`, which stays empty.

What the chain proves: that no row was changed, removed, put in or moved, unless all later rows were written anew. What
it does not prove: that the rows are true, or that nobody wrote the whole log anew, both files of it. Who wants to be
sure of that notes the head elsewhere, and has `verify` look for it: a log that was written anew, or cut off before that
row, does not have it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from influencer_style.consent import clock
from influencer_style.storage.atomic import remove_leftovers, write_text
from influencer_style.storage.locks import locked
from influencer_style.storage.private import close_to_others, private_folder
from influencer_style.storage.regular import WARY, open_regular, require_regular

LOG_FILE, HEAD_FILE, LOCK_FILE = "audit.jsonl", "audit.head", "audit.lock"
GENESIS = "0" * 64  # what the first row follows on
_MOST_BYTES = 64 * 1024  # of a row; no reader ever holds more of a line
_MOST_LETTERS = 2000  # of a text in a row; longer ones are cut
_HEAD = re.compile(r"(\d{1,15}):([0-9a-f]{64})")
_OWN = {"n", "time", "event", "previous", "hash"}
_REMEDY = (
    f"See what is wrong: influencer-style audit. Put {LOG_FILE} and {HEAD_FILE} back as they were; or keep both "
    "elsewhere, as evidence, and a new log begins"
)

Row = dict[str, Any]


class AuditError(ValueError):
    """The log cannot be read, or not be added to; the text names the file and the remedy."""


class UnreadableLogError(AuditError):
    """A file of the log is there, and is not a regular file or cannot be opened."""


@dataclass(frozen=True)
class Head:
    """Where a log ends: how many rows it has, and the hash of the last."""

    rows: int = 0
    hash: str = GENESIS

    @classmethod
    def of(cls, text: str) -> Head:
        """Read `N:HASH`.

        Raises:
            AuditError: when it is anything else.
        """
        if not (found := _HEAD.fullmatch(text.strip())):
            raise AuditError(f"{text[:80]!r} is no head of an audit log; write how many rows, a colon and their hash")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.rows}:{self.hash}"


class AuditLog:
    """A log that any number of threads and processes may add to at the same time.

    Args:
        path: of `audit.jsonl`; it and its folder are made with the first row.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def append(self, event: str, **facts: Any) -> Row:
        """Add a row, and return it once it is on the disk.

        Args:
            event: what happened, in a word.
            **facts: plain data; texts are cut at 2,000 letters.

        Raises:
            AuditError: when the row cannot be written or would be larger than 64 KB, or when the end of the log is
                damaged: a new row would hide that.
        """
        if taken := sorted(_OWN & facts.keys()):
            raise ValueError(f"the log itself writes {', '.join(taken)}; name the fact differently")
        try:
            private_folder(self.path.parent)
            close_to_others(self.path)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            with _alone(self.path), _opened(self.path, flags) as file:
                end, unfinished = _end(file, self.path)
                _require_head(self.path, end)
                if unfinished:
                    os.ftruncate(file, os.fstat(file).st_size - unfinished)
                    told = {"reason": f"{unfinished} bytes of a row whose writer was killed were cut off"}
                    end = head_after(self._add(file, end, "repaired", told))
                return self._add(file, end, event, facts)
        except OSError as error:
            raise AuditError(
                f"{self.path} cannot be written ({error.strerror or error}), and nothing is decided without a record; "
                "make room, or see to the rights of its folder"
            ) from error

    def head(self) -> Head:
        """Return where the log ends; one that is not there yet has no rows. Reads the last row alone.

        Raises:
            AuditError: when it cannot be read, or its last row is damaged.
        """
        try:
            with _opened(self.path, os.O_RDONLY) as file:  # unlocked: a row that is being written is not ended yet
                return _end(file, self.path)[0]
        except FileNotFoundError:
            return Head()
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def _add(self, file: int, end: Head, event: str, facts: Mapping[str, Any]) -> Row:
        row = {name: _cut(value) for name, value in facts.items()}
        row |= {"n": end.rows + 1, "time": clock.now().isoformat(timespec="milliseconds"), "event": event}
        row["previous"] = end.hash
        row["hash"] = hash_of(row)
        line = f"{_canonical(row)}\n".encode()
        if len(line) > _MOST_BYTES:
            raise AuditError(f"a row of {len(line)} bytes is too large for {self.path}; tell less")
        if parsed(line[:-1]) is None:
            raise ValueError(f"{facts} holds keys that are no texts, so it would not be read as it was written")
        size = os.fstat(file).st_size
        try:
            if os.write(file, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file)
        except OSError:
            os.ftruncate(file, size)
            raise
        write_text(self.path.with_name(HEAD_FILE), f"{head_after(row)}\n")
        return row


def lines(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Yield the lines that a log has now, and whether each was ended; one that is too long for a row, in pieces.

    Raises:
        AuditError: when the file is not there, or cannot be read.
    """
    try:
        with open_regular(path) as file:
            left = _size_between_writes(path)
            while left and (line := file.readline(min(left, _MOST_BYTES))):
                left -= len(line)
                yield line.removesuffix(b"\n"), bool(left) or line.endswith(b"\n")
    except FileNotFoundError as error:
        raise AuditError(f"there is no audit log at {path}; the first decision writes it") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def parsed(line: bytes) -> Row | None:
    """Return the row in a line; None where it is not written exactly as `append` writes one."""
    try:
        row = json.loads(line)
        if not isinstance(row, dict) or _canonical(row).encode() != line:
            return None
    except (ValueError, RecursionError):
        return None
    texts = all(isinstance(row.get(name), str) for name in ("time", "event", "previous", "hash"))
    return row if texts and type(row.get("n")) is int else None


def hash_of(row: Row) -> str:
    """Return the hash that a row should have."""
    told = {name: value for name, value in row.items() if name != "hash"}
    return hashlib.sha256(_canonical(told).encode()).hexdigest()


def head_after(row: Row) -> Head:
    """Return the head of a log that ends with `row`."""
    return Head(row["n"], row["hash"])


def written_head(path: Path) -> Head | None:
    """Return what the head file beside the log at `path` says; None without one.

    Raises:
        AuditError: when it is damaged; UnreadableLogError: when it cannot be read.
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
    if written is None and end.rows <= 1:  # a kill between the first row and its head leaves one row without
        return
    if written is None or written.rows > end.rows or (written.rows == end.rows and written != end):
        told = "is missing" if written is None else "tells of rows that it does not have"
        raise AuditError(f"{path} cannot be added to, because {HEAD_FILE} {told}. {_REMEDY}")
    if written.rows < end.rows:  # a writer was killed before it had replaced the head
        remove_leftovers(path.parent, seconds=0)


def _end(file: int, path: Path) -> tuple[Head, int]:
    """Return where a log ends, and how many bytes of an unfinished row come after that."""
    size = os.fstat(file).st_size
    start = max(0, size - 2 * _MOST_BYTES)
    os.lseek(file, start, os.SEEK_SET)
    body, newline, unfinished = os.read(file, size - start).rpartition(b"\n")
    if not newline and not start:
        return Head(), len(unfinished)
    row = parsed(body.rpartition(b"\n")[2])
    if row is None or hash_of(row) != row["hash"] or len(unfinished) >= _MOST_BYTES:
        raise AuditError(f"{path} has a damaged last row, which no other can follow on. {_REMEDY}")
    return head_after(row), len(unfinished)


def _canonical(row: Mapping[str, Any]) -> str:
    """Return the one way to write a row: sorted, without spaces, in ASCII; so every changed byte shows."""
    return json.dumps(row, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _cut(value: Any) -> Any:
    return f"{value[:_MOST_LETTERS]}..." if isinstance(value, str) and len(value) > _MOST_LETTERS else value


def _unreadable(path: Path, error: OSError) -> AuditError:
    return UnreadableLogError(f"{path} cannot be read ({error.strerror or error}); see to its rights")


def _size_between_writes(path: Path) -> int:
    """Return a log's size while nobody adds a row; at any time, where this user may read the log and not write there.

    What is there while nobody writes stays as it is.
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
