"""Where the project is: relative paths in parameters and data start there, wherever a command was typed."""

from __future__ import annotations

import os
from pathlib import Path

from influencer_style.tracking import config


def project_folder() -> Path:
    """Return the Kedro project that the current folder lies in, or the current folder where there is none."""
    return config.project_folder() or Path.cwd()


def in_project(path: str | Path) -> Path:
    """Return ``path``, taken from the project where it is relative; ``~`` is the home folder."""
    return project_folder() / os.path.expanduser(path)  # Path.expanduser raises for a user that there is not


def as_written(path: str | Path) -> str:
    """Return ``path`` as data hold it: relative to the project where it lies in it, else absolute."""
    absolute, project = in_project(path), project_folder()
    return (absolute.relative_to(project) if absolute.is_relative_to(project) else absolute).as_posix()


def model_place(model: str) -> str | Path:
    """Return a model's address as it is, a model folder taken from the project where it is relative."""
    return model if model.startswith("models:/") else in_project(model)
