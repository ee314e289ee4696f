"""The files below a folder, in an order that does not depend on the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def walk(folder: Path) -> Iterator[Path]:
    """Yield every file below ``folder`` in order of path; hidden files and folders not.

    Folders that nobody goes into are yielded too, so that they can be named: links to folders, and those that may not
    be listed (see ``closed``).
    """
    waiting = [str(folder)]  # no recursion: folders may lie thousands deep
    while waiting:
        parent = waiting.pop()
        try:
            with os.scandir(parent) as entries:
                found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        except OSError:
            yield Path(parent)
            continue
        visible = [(os.path.join(parent, name), is_folder) for name, is_folder in found if not name.startswith(".")]
        yield from (Path(path) for path, is_folder in visible if not is_folder)
        waiting += [path for path, is_folder in reversed(visible) if is_folder]


def closed(path: Path) -> str:
    """Return what is wrong with a folder that ``walk`` yielded, and what to do; nothing for a file."""
    if not os.path.isdir(path):  # Path.is_dir raises for a link to a name that is too long
        return ""
    if path.is_symlink():
        return "is a link to a folder; copy the photos themselves here"
    return "is a folder that cannot be listed; check its rights"
