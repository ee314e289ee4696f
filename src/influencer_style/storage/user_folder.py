"""Where a user's data lie that belong to no project."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def user_folder(name: str, variable: str) -> Path:
    """Return the folder of that name among this user's data, or the one that an environment variable names.

    The folder need not be there yet. Raises RuntimeError if this user has no home folder; the text names the remedy.
    """
    if named := os.environ.get(variable):
        return Path(named).absolute()
    homeless = f"this user has no home folder; set {variable} to a folder of theirs"
    try:
        data = platformdirs.user_data_path("influencer_style", appauthor=False)
    except RuntimeError as error:
        raise RuntimeError(homeless) from error
    if not data.is_absolute():  # older platformdirs leave the ~ as it is
        raise RuntimeError(homeless)
    return data / name
