"""Addresses of stores. In a sqlite URI, SQLAlchemy ends the path at `?` and decodes `%20`, so folders need escaping."""

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


def without_password(uri: str) -> str:
    """Return the URI as it may be shown: user and password, if there are any, become `***`."""
    if uri.startswith(SQLITE):  # an @ is part of its path
        return uri
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://***@{rest.rpartition('@')[2]}" if "@" in rest else uri


def artifact_location(uri: str) -> str | None:
    """Return where a new experiment keeps its files: beside a sqlite file; None where the server decides."""
    path = sqlite_path(uri)
    return None if path is None else (path.resolve().parent / "mlruns").as_uri()
