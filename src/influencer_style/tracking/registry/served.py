"""How registered models are served: by which file of `serving`, and an example of a request."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from PIL import Image

PACKAGE = Path(str(files("influencer_style")))


@dataclass(frozen=True)
class Served:
    """How one kind of model is served.

    Attributes:
        file: The file that MLflow runs to make the model.
        description: The registered model's description.
        example: Makes, from a model folder, a request that the model can answer; MLflow tries it when a model is saved.
    """

    file: Path
    description: str
    example: Callable[[Path], Mapping[str, object]]


def _grey_photo(folder: Path) -> Mapping[str, object]:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (128, 110, 100)).save(buffer, "PNG")
    image = base64.b64encode(buffer.getvalue()).decode("ascii")
    return {"image": image, "look": _first_look(folder), "strength": 0.5}


def _first_portrait(folder: Path) -> Mapping[str, object]:
    return {"look": _first_look(folder), "seed": 0}


def _first_look(folder: Path) -> str:
    return json.loads((folder / "looks.json").read_text(encoding="utf-8"))["looks"][0]["slug"]


SERVED: Mapping[str, Served] = {
    "transfer": Served(PACKAGE / "serving/served_model.py", "Puts a creator's look on a portrait.", _grey_photo),
    "synthesis": Served(
        PACKAGE / "serving/served_synthesis.py", "Makes new portraits in a creator's look.", _first_portrait
    ),
}  # by a model's `Bundle.TASK`
