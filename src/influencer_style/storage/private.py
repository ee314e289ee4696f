"""What identifies people can be read and written by its owner alone, whatever the umask is.

Files get mode 0600 and folders 0700. On Windows these modes mean nothing: there, a user's folders are closed to others
by the rights that they inherit.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_MODE, FOLDER_MODE = 0o600, 0o700
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_folder(path: str | Path) -> Path:
    """Make a folder, and the folders above it that are missing, for their owner alone; return it.

    A folder that is there keeps its mode, which somebody may have chosen: see `close_to_others`.
    """
    path = Path(path)
    for folder in reversed([path, *path.parents]):
        if not folder.is_dir():
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return path


def close_to_others(path: str | Path) -> bool:
    """Take away all rights of other users to a file or folder of this user; return whether there were any.

    Links are not followed. A file that belongs to somebody else, or is not there, stays as it is.
    """
    if os.name != "posix":
        return False
    try:
        about = os.lstat(path)
        if stat.S_ISLNK(about.st_mode) or about.st_uid != os.geteuid() or not about.st_mode & _OTHERS:
            return False
        os.chmod(path, stat.S_IMODE(about.st_mode) & ~_OTHERS)
    except OSError:
        return False
    return True


@contextmanager
def private_umask() -> Iterator[None]:
    """Keep all that this process makes in the block for its owner alone, whichever library makes it."""
    before = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(before)
