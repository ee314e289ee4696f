"""Atomic writes: a reader, or the next run after a kill, sees the old file or the new one, never half of either."""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TEMPORARY = re.compile(r"^\..*-[0-9a-f]{8}(\.[^.]*)?$", re.DOTALL)  # as atomic_file names them


@contextmanager
def atomic_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; what was written there replaces ``path`` when the block ends well.

    The temporary name keeps the suffix, for writers that go by it. An exception leaves ``path`` as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}-{uuid.uuid4().hex[:8]}{path.suffix}")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | Path) -> Iterator[Path]:
    """Yield a new, empty folder beside ``path``; it takes the place of ``path`` when the block ends well.

    Two renames replace a folder, so a kill between them leaves ``path`` missing, never mixed.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}")
    temporary.mkdir()
    try:
        yield temporary
        for file in temporary.rglob("*"):
            if file.is_file():
                with file.open("rb") as written:
                    os.fsync(written.fileno())
        if path.exists():
            old = path.with_name(f"{temporary.name}-old")
            os.replace(path, old)
            os.replace(temporary, path)
            shutil.rmtree(old)
        else:
            os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write ``data`` to ``path`` atomically."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: str | Path, text: str) -> None:
    """Write ``text`` to ``path`` atomically, as UTF-8."""
    write_bytes(path, text.encode())


def remove(path: str | Path) -> None:
    """Remove a file, or a folder with all that is in it; links are removed, not followed."""
    path = Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_leftovers(folder: str | Path, seconds: float = 60) -> None:
    """Remove temporary files in ``folder`` that writers which were killed left, and nobody has touched for so long."""
    for path in Path(folder).glob(".*"):
        if _TEMPORARY.search(path.name) and path.is_file() and time.time() - path.stat().st_mtime > seconds:
            path.unlink(missing_ok=True)
