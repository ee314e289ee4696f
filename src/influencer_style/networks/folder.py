"""A model folder before its weights are loaded: which files it must have, and whether it was revoked. No torch here."""

from __future__ import annotations

from pathlib import Path

FILES = ("generator.safetensors", "encoder.safetensors", "looks.json", "looks.safetensors", "card.md")
REVOKED = "REVOKED.txt"  # says why, in a model folder whose other files are gone
_NOTE = 2000  # characters of it that are read


class BundleError(ValueError):
    """A model folder is missing, damaged, or its parts do not belong together."""


def unusable(folder: Path, reason: object, command: str) -> BundleError:
    """Return the error that says why a model folder cannot be used, and which command trains a model."""
    return BundleError(f"{folder} is not a usable model folder ({reason}); train one: {command}, or name another")


def refuse_revoked(folder: Path) -> None:
    """Refuse a model folder that a withdrawal has emptied.

    Raises:
        BundleError: saying why it was revoked.
    """
    note = folder / REVOKED
    if note.is_file():
        with note.open(encoding="utf-8", errors="replace") as file:
            raise BundleError(f"{folder} was revoked: {file.read(_NOTE).strip()}")
