"""The index of restyled pictures: a row for each, with what made it, and for each photo that could not be used, why."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from influencer_style.batches.gathering import BatchError, key
from influencer_style.storage.atomic import atomic_file
from influencer_style.storage.regular import open_regular

_ROWS, _SECONDS = 50, 20  # after this many new rows, or this long, the file is written


@dataclass(frozen=True)
class Row:
    """A picture, or a photo that could not be used."""

    picture: str  # the picture's file, relative to the index; where `sha256` is empty, where it would be
    sha256: str = ""  # SHA-256 of that file
    model_version: str = ""  # such as `look-transfer version 3`; empty for a model that is not registered
    model_fingerprint: str = ""  # the model's fingerprint
    look: str = ""  # the look in a word, as the file's name has it
    strength: float = 0.0  # 0 to 1
    creators: str = ""  # the creators of the looks, joined by commas
    consents: str = ""  # what they granted, by look, as JSON
    time: str = ""  # when it was written, UTC
    photo: str = ""  # the photo's file
    source_sha256: str = ""  # SHA-256 of the photo's file; empty where it could not be read
    asked: str = ""  # fingerprint of model and request
    # `written`, or `quarantined` if the photo cannot be used. A picture of an earlier state of that photo stays, and so
    # does what the row says of it.
    status: str = "written"
    reason: str = ""  # why it could not be used
    notices: str = ""  # what the user should know, in sentences
    withdrawn: str = ""  # looks it carries whose creators have withdrawn since, joined by commas

    @classmethod
    def of(cls, picture: str, sha256: str, look: str, record: Mapping[str, Any], photo: str = "") -> Row:
        """Return the row of a picture that was written; arguments as the row's fields.

        The record is the picture's provenance; that of a file may hold anything. Raises KeyError, TypeError or
        ValueError if it is no record of such a picture.
        """
        return cls(
            picture=picture,
            sha256=sha256,
            model_version=str(record.get("model_version", "")),
            model_fingerprint=str(record["model_fingerprint"]),
            look=look,
            strength=float(record.get("strength", 1.0)),
            creators=", ".join(record["looks"]),
            consents=json.dumps(record["consents"], ensure_ascii=False, default=str),
            time=str(record.get("written") or f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
            photo=photo,
            source_sha256=str(record.get("source_sha256", "")),
            asked=str(record["asked"]),
            notices="; ".join(record.get("notices", ())),
        )


COLUMNS = tuple(field.name for field in fields(Row))


class Index:
    """The rows of a Parquet file, which need not exist, by picture; changes are written now and then, and by `save`.

    Raises BatchError if the file is no index.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows = self._read()
        self._changed: dict[str, Row] = {}
        self._saved = time.monotonic()

    def read_again(self) -> None:
        """Take in what another process has written since. Raises BatchError when the file is no longer an index."""
        self._rows = self._read() | self._changed

    def get(self, picture: str) -> Row | None:
        """Return the row of a picture, None where it has none."""
        return self._rows.get(key(picture))

    def rows(self) -> list[Row]:
        """Return all rows, in order of their pictures."""
        return [self._rows[name] for name in sorted(self._rows)]

    def put(self, row: Row) -> None:
        """Take a row in, replacing the one that its picture had; write the file if that is due.

        Raises OSError when the file cannot be written.
        """
        if self.get(row.picture) == row:
            return
        self._rows[key(row.picture)] = self._changed[key(row.picture)] = row
        if len(self._changed) >= _ROWS or time.monotonic() - self._saved >= _SECONDS:
            self.save()

    def save(self) -> None:
        """Write what has changed; rows that another process has written since stay.

        Raises OSError when the file cannot be written.
        """
        self._saved = time.monotonic()
        if not self._changed and self.path.exists():
            return
        self._rows = self._read() | self._changed
        kinds = [(column, pa.float64() if column == "strength" else pa.string()) for column in COLUMNS]
        table = pa.Table.from_pylist([asdict(row) for row in self.rows()], pa.schema(kinds))
        # As an open file: Arrow takes no path that is not UTF-8.
        with atomic_file(self.path, private=False) as temporary, temporary.open("wb") as file:
            pq.write_table(table, file)
        self._changed = {}

    def _read(self) -> dict[str, Row]:
        if not os.path.lexists(self.path):
            return {}
        try:
            with open_regular(self.path) as file:
                table = pq.ParquetFile(file).read(columns=list(COLUMNS))
            rows = [Row(**row) for row in table.to_pylist()]
        except (pa.ArrowException, OSError, TypeError) as error:
            remedy = "move it away and run again: pictures that are there are known by what is written in them"
            raise BatchError(f"{self.path} cannot be read as an index ({error}); {remedy}") from error
        return {key(row.picture): row for row in rows}
