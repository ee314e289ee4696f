"""The folder of photos to restyle."""

from __future__ import annotations

from pathlib import Path

from influencer_style.batches.gathering import BatchError
from influencer_style.project.folder import in_project


def photo_folder(folder: str) -> Path:
    """Return the folder; a relative one starts at the project. Raises BatchError when it does not exist."""
    place = in_project(folder)
    if not place.is_dir():
        raise BatchError(f"stylize.folder: {place} is not a folder; give one that holds photos")
    return place
