"""The folder that pictures are written to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from influencer_style.batches.gathering import BatchError
from influencer_style.batches.index import Index


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """End everything, with words, where a folder cannot be written to. Raises BatchError."""
    try:
        yield
    except OSError as error:
        raise BatchError(
            f"{error.filename or folder} cannot be written ({error.strerror or error}); mend that, or choose "
            "another folder, and run again: what was written is not made again"
        ) from error


def require_inside(folder: Path, out: Path) -> None:
    """Refuse a sub-folder of pictures that a link leads out of `out`. Raises BatchError."""
    if not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(out)):
        raise BatchError(f"{folder} is a link that leads out of {out}; remove it, or choose another folder")


def prepare(folder: Path, index: Index) -> None:
    """Make a folder, and see that pictures and index can be written, before any work is done. Raises BatchError."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        index.save()
