"""The folder that an export for apps is written to. No torch here: a command line checks it before it loads a model."""

from __future__ import annotations

from pathlib import Path

FILES = ("generator.onnx", "looks.json", "card.md")


class ExportError(ValueError):
    """Nothing was exported; the message says why."""


def require_free(folder: Path) -> None:
    """Refuse a folder that holds anything but an earlier export.

    Raises:
        ExportError: naming the folder, and the first files that would be in the way.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ExportError(f"{folder} is not a folder of its own; name another")
    if folder.is_dir() and (others := sorted(path.name for path in folder.iterdir() if path.name not in FILES)):
        raise ExportError(f"{folder} holds other files ({', '.join(others[:3])}), which are not replaced; name another")
