"""What a node read and wrote, as MLflow datasets. Digests are cheap: no big file is read for its digest."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from influencer_style.storage.fingerprint import file_sha256, fingerprint

WHOLE_FILE_BYTES = 4 * 2**20
FILES_OF_A_FOLDER = 20_000
DIGEST_LENGTH = 32


def data_entity(name: str, dataset: Any, data: Any, context: str, project: Path) -> Any:
    """Return MLflow's `DatasetInput` for a catalog entry.

    The digest is the data's own `fingerprint` if it has one; else of a file's content (up to 4 MiB), or of names, sizes
    and times of change; else, for data that is only in memory, of its type and shape.

    Args:
        name: the entry's name in the catalog.
        dataset: the Kedro dataset behind it.
        data: what was loaded or saved.
        context: `input` or `output`.
        project: paths beneath it are given relative to it.
    """
    from mlflow.entities import Dataset, DatasetInput, InputTag

    path = path_of(dataset)
    own = getattr(data, "fingerprint", None)
    if isinstance(own, str):
        digest = own
    elif data is None:
        digest = "absent"
    elif path is not None and path.exists():
        digest = _path_digest(path)
    else:
        digest = fingerprint(shape_of(data))
    place = "memory" if path is None else str(path.relative_to(project) if path.is_relative_to(project) else path)
    entity = Dataset(
        name=name,
        digest=digest[:DIGEST_LENGTH],
        source_type="memory" if path is None else "local",
        source=json.dumps({"uri": place}),
        profile=json.dumps(shape_of(data)),
    )
    return DatasetInput(entity, [InputTag("mlflow.data.context", context)])


def path_of(dataset: Any) -> Path | None:
    """Return where a Kedro dataset keeps its data; None when it is not a local path."""
    described = dataset._describe()
    place = described.get("filepath") or described.get("path")
    if place is None or described.get("protocol") not in (None, "file"):
        return None
    return Path(str(place))


def shape_of(data: Any) -> dict[str, Any]:
    """Return type, and shape, columns or length, of any value; never its content."""
    shape: dict[str, Any] = {"type": type(data).__name__}
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


def _entries(folder: Path) -> Iterator[list[Any]]:
    for root, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            path = Path(root, file)
            yield _entry(path, path.relative_to(folder).as_posix())


def _entry(path: Path, name: str) -> list[Any]:
    facts = path.stat()
    return [name, facts.st_size, facts.st_mtime_ns]
