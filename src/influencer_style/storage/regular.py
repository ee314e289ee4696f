"""Opening files that must be regular ones: never through a link, never a pipe, a socket or a device.

Files of models, ledgers, tombstones, looks, credentials and indexes are opened here. The folders that hold them may be
reached through links: docs/security.md lists what may be one.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

# A pipe would block the open, and a link lead elsewhere. Where a system lacks one of these, the two checks remain.
WARY = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class NotRegularError(OSError):
    """A file is a link, a folder, a pipe, a socket or a device; the message names it and the remedy."""

    def __init__(self, path: str | Path, what: str) -> None:
        super().__init__(errno.EINVAL, f"{what}; put the file itself there")
        self.path = Path(path)

    def __str__(self) -> str:
        return f"{self.path.name} {self.strerror}"


def is_regular(path: str | Path) -> bool:
    """Return whether a regular file lies at ``path`` itself; links are not followed."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def is_folder(path: str | Path) -> bool:
    """Return whether a folder lies at ``path`` itself; links are not followed."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def require_regular(path: str | Path) -> None:
    """Refuse what lies at ``path`` unless it is a regular file, or nothing.

    Raises NotRegularError if something else lies there, OSError if that cannot be found out.
    """
    try:
        _require(path, os.lstat(path).st_mode)
    except FileNotFoundError:
        return


def open_regular(path: str | Path) -> BinaryIO:
    """Open a regular file for reading, without ever waiting for it.

    Raises NotRegularError if something else lies there, even if it was put there just now, OSError if there is nothing,
    or it cannot be read.
    """
    _require(path, os.lstat(path).st_mode)
    try:
        opened = os.open(path, os.O_RDONLY | WARY)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise NotRegularError(path, "is not a regular file") from None
        raise
    try:
        _require(path, os.fstat(opened).st_mode)
        return os.fdopen(opened, "rb")
    except BaseException:
        os.close(opened)
        raise


def read_regular(path: str | Path, most_bytes: int) -> bytes:
    """Return what a regular file holds, at most ``most_bytes``.

    Raises OSError as from `open_regular`; also if the file is larger.
    """
    with open_regular(path) as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise OSError(errno.EFBIG, f"is larger than {most_bytes / 1e6:.3g} MB", str(path))
    return data


def _require(path: str | Path, mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise NotRegularError(path, "is a link")
    if not stat.S_ISREG(mode):
        raise NotRegularError(path, "is not a regular file")
