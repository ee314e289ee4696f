"""The rows of an audit log and the chain of their hashes: how a row is written, read and checked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

GENESIS = "0" * 64  # the hash that the first row follows on
MAX_BYTES = 64 * 1024  # of a row; no reader ever holds more of a line
_MAX_LETTERS = 2000  # of a text in a row; longer ones are cut
_HEAD = re.compile(r"(\d{1,15}):([0-9a-f]{64})")
_CHAIN_TEXTS = ("time", "event", "previous", "hash")
_CHAIN = {"n", *_CHAIN_TEXTS}


class AuditError(ValueError):
    """The log cannot be read, or no row can be added; the text names the file and the remedy."""


@dataclass(frozen=True)
class Head:
    """Where a log ends: how many rows it has, and the hash of the last."""

    rows: int = 0
    hash: str = GENESIS

    @classmethod
    def of(cls, text: str) -> Head:
        """Read `N:HASH`. Raises AuditError if the text is anything else."""
        if not (found := _HEAD.fullmatch(text.strip())):
            raise AuditError(
                f"{text[:80]!r} is no head of an audit log; write the number of rows, a colon and the hash"
            )
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.rows}:{self.hash}"


@dataclass(frozen=True)
class Row:
    """A row of an audit log."""

    n: int  # the row's number, from 1
    time: str  # when it was written, ISO 8601, UTC
    event: str  # what happened, in a word
    previous: str  # the hash of the row before
    hash: str = ""  # the hash that the row states for itself; see `is_sound`
    facts: Mapping[str, object] = field(default_factory=dict)  # what else the row says, as plain data

    @classmethod
    def after(cls, head: Head, time: datetime, event: str, facts: Mapping[str, object]) -> Row:
        """Return the row that follows on `head`, with its hash. Texts among the facts are cut at 2,000 letters.

        Raises ValueError if a fact has the name of a field of the chain or is not plain data, AuditError if the row
        would be larger than 64 KB.
        """
        if taken := sorted(_CHAIN & facts.keys()):
            raise ValueError(f"the log itself writes {', '.join(taken)}; name the fact differently")
        cut = {
            name: f"{value[:_MAX_LETTERS]}..." if isinstance(value, str) and len(value) > _MAX_LETTERS else value
            for name, value in facts.items()
        }
        row = cls(head.rows + 1, time.isoformat(timespec="milliseconds"), event, head.hash, facts=cut)
        row = cls(row.n, row.time, row.event, row.previous, row._own_hash(), cut)
        if len(row.line) >= MAX_BYTES:
            raise AuditError(f"a row of {len(row.line) + 1} bytes is too large for the audit log; give it fewer facts")
        if cls.parse(row.line) is None:
            raise ValueError(f"{facts} holds keys that are not texts, so it would not be read as it was written")
        return row

    @classmethod
    def parse(cls, line: bytes) -> Row | None:
        """Return the row in a line; None if the line is not written exactly as rows are."""
        try:
            values = json.loads(line)
            if not isinstance(values, dict) or _canonical(values) != line:
                return None
        except (ValueError, RecursionError):
            return None
        chain = {name: values.pop(name, None) for name in sorted(_CHAIN)}
        if type(chain["n"]) is not int or not all(isinstance(chain[name], str) for name in _CHAIN_TEXTS):
            return None
        return cls(**chain, facts=values)

    @property
    def line(self) -> bytes:
        """The row as the log holds it, without the line's end."""
        return _canonical(self._hashed() | {"hash": self.hash})

    @property
    def is_sound(self) -> bool:
        """Whether the row's hash is that of what it says."""
        return self.hash == self._own_hash()

    @property
    def head(self) -> Head:
        """The head of a log that ends with this row."""
        return Head(self.n, self.hash)

    @property
    def written_at(self) -> datetime | None:
        """When the row was written, UTC; None if it states no such time."""
        try:
            written = datetime.fromisoformat(self.time)
        except ValueError:
            return None
        return written if written.tzinfo else None

    def text(self, name: str) -> str:
        """Return a fact as text; empty if the row does not have it."""
        value = self.facts.get(name)
        return "" if value is None else str(value)

    def _hashed(self) -> dict[str, object]:
        return {**self.facts, "n": self.n, "time": self.time, "event": self.event, "previous": self.previous}

    def _own_hash(self) -> str:
        return hashlib.sha256(_canonical(self._hashed())).hexdigest()


def _canonical(values: Mapping[str, object]) -> bytes:
    """Return the one way to write a row: sorted, without spaces, in ASCII; so every changed byte shows."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
