"""A project that was moved: MLflow's database holds absolute paths of files, which are made to follow the project.

`python -m influencer_style.tracking.moved` does it for the project around the working folder, before MLflow's own
programs open its store.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from influencer_style.tracking.config import project_uri, sqlite_path

logger = logging.getLogger(__name__)

FILES = "mlruns"  # the folder next to the database in which a project's store keeps its files
_OF_EXPERIMENTS = ("experiments", "artifact_location")
_OF_FILES = (("runs", "artifact_uri"), ("logged_models", "artifact_location"))
_PLACES = (_OF_EXPERIMENTS, *_OF_FILES, ("model_versions", "source"), ("model_versions", "storage_location"))


def follow_move(connection: sqlite3.Connection, database: Path) -> None:
    """Correct the recorded paths of the store's files, all or none, if these have moved with the database.

    Places that somebody has chosen for an experiment, away from the database, stay as they are. Raises sqlite3.Error if
    the file is no database, is locked, or cannot be written.
    """
    here = database.resolve().parent / FILES
    if not _moved(connection, here):
        return
    connection.execute("BEGIN IMMEDIATE")
    with connection:  # which commits or rolls back
        for old in _moved(connection, here):  # another process may have been faster
            for table, column in _existing(connection, _PLACES):
                connection.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE {column} = ? OR {column} GLOB ?",
                    (here.as_uri(), len(old) + 1, old, f"{_escaped(old)}/*"),
                )
            logger.warning("%s was moved here from %s; the paths of its files are corrected.", database, _path(old))


def _moved(connection: sqlite3.Connection, here: Path) -> list[str]:
    """Return the recorded places, as URIs, whose files are in `here` now."""
    if not _existing(connection, [_OF_EXPERIMENTS]):
        return []
    recorded = {row[0] for row in connection.execute("SELECT artifact_location FROM experiments") if row[0]}
    return [
        old
        for old in sorted(recorded)
        if (path := _path(old)) is not None
        and path.name == FILES
        and path != here
        and (not path.parent.exists() or _has_come_along(connection, old, here))
    ]


def _has_come_along(connection: sqlite3.Connection, old: str, here: Path) -> bool:
    """Return whether files that are recorded under the place `old` lie in `here`."""
    for table, column in _existing(connection, _OF_FILES):
        found = connection.execute(f"SELECT {column} FROM {table} WHERE {column} GLOB ?", (f"{_escaped(old)}/*",))
        if any((here / url2pathname(uri[len(old) + 1 :])).exists() for (uri,) in found):
            return True
    return False


def _existing(connection: sqlite3.Connection, places: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those of the tables and columns that the database has; a new one has none."""
    return [
        (table, column)
        for table, column in places
        if column in {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
    ]


def _path(uri: str) -> Path | None:
    parts = urlsplit(uri)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" and not parts.netloc else None


def _escaped(uri: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in uri)


def main() -> int:
    """Correct the store of the project around the working folder; return 0, or 1 when that fails."""
    logging.basicConfig(format="%(message)s")
    path = sqlite_path(project_uri() or "")
    if path is None or not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as connection:
            follow_move(connection, path)
    except sqlite3.Error as error:
        logger.error("%s cannot be used: %s", path, error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
