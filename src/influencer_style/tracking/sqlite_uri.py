"""The address of a sqlite store, of any folder: SQLAlchemy takes `?` for the end of a path, and decodes `%20`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

SQLITE = "sqlite:///"


def sqlite_uri(path: Path) -> str:
    """Return the tracking URI of a sqlite file."""
    return f"{SQLITE}{path.as_posix().replace('%', '%25').replace('?', '%3F')}"


def sqlite_path(uri: str) -> Path | None:
    """Return the file of a sqlite store, as SQLAlchemy reads its URI; None for stores of other kinds."""
    return Path(unquote(uri.removeprefix(SQLITE).partition("?")[0])) if uri.startswith(SQLITE) else None
