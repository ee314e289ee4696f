"""The files below a folder, in an order that does not depend on the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

# What programs put next to photos, in lower case: thumbnails, lists, edits. None of it is a forgotten photo.
_FOLDERS = {"@eadir", "__macosx", "#recycle", "@recycle", "$recycle.bin", "system volume information", "lost+found"}
_FILES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "picasa.ini", "icon\r"}
_SIDECARS = {".aae", ".json", ".xmp", ".thm", ".pp3", ".dop"}


def is_passed_over(name: str, is_folder: bool) -> bool:
    """Return whether a name is that of a hidden file, or of what programs put next to photos: neither is mentioned."""
    small = name.lower()
    if is_folder:
        return name.startswith(".") or small in _FOLDERS
    return name.startswith(".") or small in _FILES or os.path.splitext(small)[1] in _SIDECARS


def walk(folder: Path) -> Iterator[Path]:
    """Yield every file below ``folder`` in order of path, except those that are passed over (see ``is_passed_over``).

    Folders that are not entered are yielded, too, so that they can be named: links to folders, and folders that cannot
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
        visible = [
            (os.path.join(parent, name), is_folder) for name, is_folder in found if not is_passed_over(name, is_folder)
        ]
        yield from (Path(path) for path, is_folder in visible if not is_folder)
        waiting += [path for path, is_folder in reversed(visible) if is_folder]


def closed(path: Path) -> str:
    """Return what is wrong with a folder that ``walk`` yielded, and what to do; empty for a file."""
    if not os.path.isdir(path):  # Path.is_dir raises for a link to a name that is too long
        return ""
    if path.is_symlink():
        return "is a link to a folder; copy the photos themselves here"
    return "is a folder that cannot be listed; check its rights"
