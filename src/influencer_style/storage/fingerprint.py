"""Fingerprints: a SHA-256 of plain data, so that work is done again only if something has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol, runtime_checkable


def fingerprint(*parts: object) -> str:
    """Return the SHA-256 (hex) of ``parts``.

    A part is None, a bool, number, string, bytes, path (its name), NumPy array, pydantic model, dataclass, or a mapping
    or sequence of parts. Mappings do not depend on their order. Raises TypeError for any other type, whose text might
    change from run to run.
    """
    digest = hashlib.sha256()
    for part in parts:
        _feed(digest, part)
    return digest.hexdigest()


def file_sha256(path: str | Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def source_fingerprint(*packages: ModuleType) -> str:
    """Return the SHA-256 (hex) of the Python source of ``packages``: results made by other code are not trusted."""
    digest = hashlib.sha256()
    for package in packages:
        for folder in package.__path__:
            for file in sorted(Path(folder).rglob("*.py")):
                _feed(digest, file.relative_to(folder).as_posix())
                _feed(digest, file.read_bytes())
    return digest.hexdigest()


@runtime_checkable
class _Model(Protocol):
    """A pydantic model, recognised without loading pydantic, which many commands never need."""

    def model_dump(self, *, mode: str) -> dict[str, object]: ...


def _feed(digest: hashlib._Hash, part: object) -> None:
    if isinstance(part, _Model):
        part = part.model_dump(mode="json")
    elif is_dataclass(part) and not isinstance(part, type):
        part = asdict(part)
    if isinstance(part, Mapping):
        digest.update(b"{")
        for key in sorted(part, key=str):
            _feed(digest, str(key))
            _feed(digest, part[key])
        digest.update(b"}")
    elif isinstance(part, bytes | str):
        data = part.encode() if isinstance(part, str) else part
        digest.update(f"{type(part).__name__}{len(data)}:".encode() + data)
    elif isinstance(part, Sequence):
        digest.update(b"[")
        for item in part:
            _feed(digest, item)
        digest.update(b"]")
    elif part is None or isinstance(part, bool | int | float | Path):
        _feed_plain(digest, part)
    else:
        _feed_numpy(digest, part)


def _feed_plain(digest: hashlib._Hash, part: object) -> None:
    digest.update(f"{type(part).__name__.removesuffix('Path')}:{part}".encode())


def _feed_numpy(digest: hashlib._Hash, part: object) -> None:
    import numpy as np  # noqa: PLC0415  # commands without arrays need not wait for it

    if isinstance(part, np.ndarray):
        _feed(digest, [str(part.dtype), list(part.shape)])
        digest.update(np.ascontiguousarray(part).tobytes())
    elif isinstance(part, np.number):
        _feed_plain(digest, part)
    else:
        raise TypeError(f"cannot take the fingerprint of a {type(part).__name__}")
