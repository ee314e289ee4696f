"""A photo's file, read once and whole: never a device or a pipe, and never through a link that leads outside."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MAX_BYTES = 200_000_000


class PhotoError(ValueError):
    """A file that cannot be used as a photo.

    ``code`` is one of empty_file, not_an_image, truncated, too_large, too_small, unsupported_format, link_outside,
    unreadable; ``message`` says what is wrong and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


def read_file(path: str | Path, root: str | Path | None = None, most: int | None = None) -> bytes:
    """Return what a regular file holds, or its first `most` bytes; if it grows meanwhile, one byte above MAX_BYTES.

    It must lie inside the folder `root`, if any, once links are followed. Raises PhotoError if there is no such file,
    or it is not regular, empty, or too large.
    """
    path = Path(path)
    try:
        if root is not None:
            path, root = path.resolve(), Path(root).resolve()
            if not path.is_relative_to(root):
                raise PhotoError("link_outside", f"is a link that leaves {root.name}; copy the photo itself there")
        # What lies there may change between two looks: a named pipe would block the open, a link lead elsewhere.
        wary = getattr(os, "O_NONBLOCK", 0) | (0 if root is None else getattr(os, "O_NOFOLLOW", 0))
        _require_regular(path.stat())
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | wary)) as file:
            about = os.fstat(file.fileno())
            _require_regular(about)
            refuse_size(about.st_size)
            return file.read(MAX_BYTES + 1 if most is None else most)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        what = getattr(error, "strerror", None) or "links that lead in a circle"
        raise PhotoError("unreadable", f"cannot be read ({what}); check the file and its rights") from None


def _require_regular(about: os.stat_result) -> None:
    if not stat.S_ISREG(about.st_mode):
        raise PhotoError("unreadable", "is not a regular file; give the photo itself")


def refuse_size(size: int) -> None:
    """Refuse a file of this many bytes if it is too large or empty. Raises PhotoError."""
    if size > MAX_BYTES:
        raise PhotoError("too_large", f"has {size / 1e6:.0f} MB, more than {MAX_BYTES / 1e6:.0f}; export it smaller")
    if not size:
        raise PhotoError("empty_file", "has no bytes; copy it again from its original")
