"""Where a user keeps what belongs to no project."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def user_folder(name: str, variable: str) -> Path:
    """Return the folder of that name among this user's data, which need not be there yet.

    Args:
        name: of the folder.
        variable: of the environment; where it is set, it names the folder instead.

    Raises:
        RuntimeError: when this user has no home folder; the text names the remedy.
    """
    if named := os.environ.get(variable):
        return Path(named).absolute()
    told, usual = {
        "win32": (os.environ.get("LOCALAPPDATA", ""), "AppData/Local"),
        "darwin": ("", "Library/Application Support"),
    }.get(sys.platform, (os.environ.get("XDG_DATA_HOME", ""), ".local/share"))
    try:
        data = Path(told) if os.path.isabs(told) else Path.home() / usual
    except RuntimeError as error:
        raise RuntimeError(f"this user has no home folder; set {variable} to a folder of theirs") from error
    return data / "influencer_style" / name
