"""The files below a folder, in an order that does not depend on the machine, and their names as text may hold them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def walk(folder: Path) -> Iterator[Path]:
    """Yield every file below ``folder`` in order of path; hidden files and folders not.

    Folders that nobody goes into are yielded too, so that they can be named: links to folders, and those that may not
    be listed (see ``closed``).
    """
    refused: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=refused.append):
        while refused:
            yield Path(refused.pop().filename)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for name in sorted((*names, *links)):
            if not name.startswith("."):
                yield Path(parent, name)
    yield from (Path(error.filename) for error in refused)


def closed(path: Path) -> str:
    """Return what is wrong with a folder that ``walk`` yielded, and what to do; nothing for a file."""
    if not path.is_dir():
        return ""
    if path.is_symlink():
        return "is a link to a folder; copy the photos themselves here"
    return "is a folder that cannot be listed; check its rights"


def shown(path: Path) -> str:
    """Return ``path`` as one line of text: what would break the line, or is not UTF-8, as backslash codes."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in str(path))


def utf8(text: str) -> str:
    """Return ``text`` with the bytes of a file name that are not UTF-8 written as backslash codes."""
    return text.encode("utf-8", "backslashreplace").decode()
