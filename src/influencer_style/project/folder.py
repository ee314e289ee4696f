"""Where the project is: relative paths in parameters and data start there, wherever a command is typed."""

from __future__ import annotations

import os
from pathlib import Path


class ConfigurationError(ValueError):
    """The project's configuration holds something that is not allowed, or cannot be read."""


def enclosing_project() -> Path | None:
    """Return the Kedro project around the working folder; None outside of a project."""
    return project_around(Path.cwd())


def project_around(folder: Path) -> Path | None:
    """Return the Kedro project that a folder is or lies in; None if there is none.

    It is found as Kedro finds it. Kedro's own function would load all of Kedro, and every command would wait for it.
    """
    return next((place for place in (folder, *folder.parents) if _is_project(place)), None)


def project_folder() -> Path:
    """Return the Kedro project that the current folder lies in, or the current folder if there is none."""
    return enclosing_project() or Path.cwd()


def in_project(path: str | Path) -> Path:
    """Return ``path``, relative to the project unless it is absolute; ``~`` is the home folder."""
    return project_folder() / os.path.expanduser(path)  # Path.expanduser raises for an unknown user


def as_written(path: str | Path) -> str:
    """Return ``path`` as data hold it: relative to the project if it lies there, else absolute."""
    absolute, project = in_project(path), project_folder()
    return (absolute.relative_to(project) if absolute.is_relative_to(project) else absolute).as_posix()


def model_place(model: str) -> str | Path:
    """Return a model's address as it is, or a model folder, relative to the project unless it is absolute."""
    return model if model.startswith("models:/") else in_project(model)


def _is_project(folder: Path) -> bool:
    try:
        return "[tool.kedro]" in (folder / "pyproject.toml").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
