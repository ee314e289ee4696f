"""What is behind a catalog entry: its file, a cheap digest of its data (no big file is read), and its shape."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from influencer_style.storage.fingerprint import file_sha256, fingerprint

WHOLE_FILE_BYTES = 4 * 2**20
FILES_OF_A_FOLDER = 20_000
DIGEST_LENGTH = 32
_KEPT_LAYER = "reporting"
_MOST_KEPT_BYTES = 32 * 2**20

CatalogEntry = AbstractDataset[Any, Any]


def digest_of(dataset: CatalogEntry | None, data: object) -> str:
    """Return a digest of a catalog entry's data, 32 characters.

    It is the data's own `fingerprint` if it has one. Otherwise it is the digest of the file's content (up to 4 MiB), or
    of names, sizes and modification times; for data that is only in memory, of type and shape.
    """
    path, own = path_of(dataset), getattr(data, "fingerprint", None)
    if isinstance(own, str):
        digest = own
    elif data is None:
        digest = "absent"
    elif path is not None and path.exists():
        digest = _path_digest(path)
    else:
        digest = fingerprint(shape_of(data))
    return digest[:DIGEST_LENGTH]


def report_of(dataset: CatalogEntry | None) -> Path | None:
    """Return the file of a catalog entry in the layer `reporting`; None for other entries, and for files above 32 MiB.

    Photos, crops and models stay where they are: a store is often shared, and only what was made to be shown belongs
    there.
    """
    path = path_of(dataset)
    layer = (getattr(dataset, "metadata", None) or {}).get("kedro-viz", {}).get("layer")
    if layer != _KEPT_LAYER or path is None or not path.is_file():
        return None
    return path if path.stat().st_size <= _MOST_KEPT_BYTES else None


def path_of(dataset: CatalogEntry | None) -> Path | None:
    """Return where a Kedro dataset keeps its data; None when it is not a local path."""
    if dataset is None:
        return None
    described = dataset._describe()
    place = described.get("filepath") or described.get("path")
    if place is None or described.get("protocol") not in (None, "file"):
        return None
    return Path(str(place))


def shape_of(data: object) -> dict[str, object]:
    """Return type, and shape, columns or length, of any value; never its content."""
    shape: dict[str, object] = {"type": type(data).__name__}
    if hasattr(data, "shape"):
        shape["shape"] = [int(side) for side in data.shape]
    elif hasattr(data, "__len__"):
        shape["length"] = len(data)
    if hasattr(data, "columns"):
        shape["columns"] = [str(column) for column in data.columns]
    return shape


def _path_digest(path: Path) -> str:
    if path.is_dir():
        return fingerprint(list(itertools.islice(_entries(path), FILES_OF_A_FOLDER)))
    if path.stat().st_size <= WHOLE_FILE_BYTES:
        return file_sha256(path)
    return fingerprint(_entry(path, path.name))


def _entries(folder: Path) -> Iterator[list[str | int]]:
    for root, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            path = Path(root, file)
            yield _entry(path, path.relative_to(folder).as_posix())


def _entry(path: Path, name: str) -> list[str | int]:
    facts = path.stat()
    return [name, facts.st_size, facts.st_mtime_ns]
