"""A model folder before its weights are loaded: which files it must have, and whether it was revoked. No torch here."""

from __future__ import annotations

from pathlib import Path

from influencer_style.storage.regular import open_regular

FILES = ("generator.safetensors", "encoder.safetensors", "looks.json", "looks.safetensors", "card.md")
REVOKED = "REVOKED.txt"  # says why, in a model folder whose other files are gone
_NOTE = 2000  # bytes of it that are read


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
    try:
        with open_regular(note) as file:
            why = file.read(_NOTE).decode("utf-8", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        why = f"{REVOKED} is there, but cannot be read ({error})"
    raise BundleError(f"{folder} was revoked: {why}")
