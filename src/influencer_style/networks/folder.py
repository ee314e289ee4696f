"""A model folder before its weights are loaded: its files, and whether it was revoked. No torch here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Json

from influencer_style.storage.regular import is_regular, open_regular

FILES = ("generator.safetensors", "encoder.safetensors", "looks.json", "looks.safetensors", "card.md")
REVOKED = "REVOKED.txt"  # says why, in a model folder whose other files are gone
COMMANDS = {"transfer": "kedro run", "synthesis": "kedro run --pipeline synthesis_training"}
_MAX_NOTE_BYTES = 2000


class BundleError(ValueError):
    """A model folder is missing, damaged, or its parts do not belong together."""


class About(BaseModel):
    """The metadata of `generator.safetensors`: texts in the file, which may come from a stranger.

    Attributes:
        config: The arguments of the generator's configuration.
        crop_margin, fingerprint, data_sha256, notes: As in `bundle.Bundle`.
    """

    config: Json[dict[str, Any]]
    crop_margin: float
    fingerprint: str
    data_sha256: str
    notes: Json[dict[str, str]]


def require_files(folder: Path, names: Iterable[str]) -> None:
    """Refuse a folder in which one of these files is missing, or is a link, a pipe or a device.

    Raises:
        ValueError: Naming the file.
    """
    for name in names:
        if not is_regular(folder / name):
            raise ValueError(f"{name} is missing, or not a regular file")


def unusable(folder: Path, reason: object, command: str) -> BundleError:
    """Return the error that says why a model folder cannot be used, and which command trains a model."""
    return BundleError(f"{folder} is not a usable model folder ({reason}); train one: {command}, or name another")


def refuse_revoked(folder: Path) -> None:
    """Refuse a model folder that a withdrawal has emptied.

    Raises:
        BundleError: Saying why it was revoked.
    """
    note = folder / REVOKED
    try:
        with open_regular(note) as file:
            why = file.read(_MAX_NOTE_BYTES).decode("utf-8", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        why = f"{REVOKED} is there, but cannot be read ({error})"
    raise BundleError(f"{folder} was revoked: {why}")
