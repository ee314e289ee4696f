"""How registered models are served: by which file of `serving`, asked by what, with which packages."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from importlib.resources import files
from pathlib import Path
from typing import Any

from influencer_style.tracking.registry.imported import distributions_of

PACKAGE = Path(str(files("influencer_style")))
# Reads a project's mlflow.yml with Kedro: a served model is given its folder, and asks no registry.
_NOT_SERVED = ("influencer_style.project.config_loader",)


@dataclass(frozen=True)
class Served:
    """How one kind of model is served.

    Attributes:
        file: that MLflow runs to make the model.
        description: of the registered model.
        example: makes, from a model folder, a request that the model can answer; MLflow tries it when a model is saved.
    """

    file: Path
    description: str
    example: Callable[[Path], dict[str, Any]]


def requirements() -> list[str]:
    """Return what serving imports, pinned to what is installed (without local parts such as `+cu130`).

    Not as MLflow guesses it: it misses what is imported late, and takes a minute.
    """
    modules = [f"influencer_style.serving.{served.file.stem}" for served in (TRANSFER, SYNTHESIS)]
    needed = distributions_of(modules, without=_NOT_SERVED)
    return [f"{package}=={installed_version(package).partition('+')[0]}" for package in needed]


def _grey_photo(folder: Path) -> dict[str, Any]:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (128, 110, 100)).save(buffer, "PNG")
    image = base64.b64encode(buffer.getvalue()).decode("ascii")
    return {"image": image, "look": _first_look(folder), "strength": 0.5}


def _first_portrait(folder: Path) -> dict[str, Any]:
    return {"look": _first_look(folder), "seed": 0}


def _first_look(folder: Path) -> str:
    return json.loads((folder / "looks.json").read_text(encoding="utf-8"))["looks"][0]["slug"]


TRANSFER = Served(PACKAGE / "serving/served_model.py", "Puts a creator's look on a portrait.", _grey_photo)
SYNTHESIS = Served(PACKAGE / "serving/served_synthesis.py", "Makes new portraits in a creator's look.", _first_portrait)
