"""The consent nearest above a photo, in whichever of the creator's folders the photo lies."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from influencer_style.consent.grant import CONSENT_FILE, ConsentError

LEVELS = 12  # folders that are searched, including the photo's own
_NAMES = (CONSENT_FILE, "consent.yaml")


def folder_with_consent(photo: Path) -> Path | None:
    """Return the nearest folder above a photo that holds a consent; None if there is none.

    Links are followed first: the folder of the photo itself counts, not that of a link to it. The search ends after 12
    folders, and does not leave the home folder or the disk (mount point) of the photo.

    Args:
        photo: The file, as it was named.

    Raises:
        ConsentError: If something there is named like a consent, and is not a regular file called consent.yml: a link,
            a folder, consent.yaml, Consent.yml. A mistake in its name must not set its terms aside.
    """
    folder, home = Path(os.path.realpath(photo)).parent, _home()
    for _ in range(LEVELS):
        named = _named_like_consent(folder)
        if named:
            _require_proper(folder, named)
            return folder
        if folder in (folder.parent, home) or os.path.ismount(folder):
            return None
        folder = folder.parent
    return None


def _named_like_consent(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name.casefold() in _NAMES)
    except OSError:  # a folder that may be entered but not listed
        return [name for name in _NAMES if os.path.lexists(folder / name)]


def _require_proper(folder: Path, named: list[str]) -> None:
    for name in named:
        if name != CONSENT_FILE:
            raise ConsentError(f"{folder.name}/{name}: is not named {CONSENT_FILE}; rename it, or remove it")
        if not stat.S_ISREG(os.lstat(folder / name).st_mode):
            raise ConsentError(f"{folder.name}/{name}: is not a regular file; put the consent itself in its place")


def _home() -> Path | None:
    try:
        return Path(os.path.realpath(Path.home()))
    except RuntimeError:  # this user has no home folder
        return None
