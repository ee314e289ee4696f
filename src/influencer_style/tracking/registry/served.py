"""How registered models are served: by which file of `serving`, an example of a request, and the packages it takes.

The packages are found in our source: all that its modules import, directly or not.
"""

from __future__ import annotations

import ast
import base64
import functools
import io
import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from importlib.metadata import version as installed_version
from importlib.resources import files
from pathlib import Path

from PIL import Image

_OURS = "influencer_style"
PACKAGE = Path(str(files(_OURS)))


@dataclass(frozen=True)
class Served:
    """How one kind of model is served: by the file that MLflow runs to make the model.

    `example` makes, from a model folder, a request that the model can answer; MLflow tries it when a model is saved.
    """

    file: Path
    description: str
    example: Callable[[Path], Mapping[str, object]]


def _grey_photo(folder: Path) -> Mapping[str, object]:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (128, 110, 100)).save(buffer, "PNG")
    image = base64.b64encode(buffer.getvalue()).decode("ascii")
    return {"image": image, "look": _first_look(folder), "strength": 0.5}


def _first_look(folder: Path) -> str:
    return json.loads((folder / "looks.json").read_text(encoding="utf-8"))["looks"][0]["slug"]


SERVED: Mapping[str, Served] = {
    "transfer": Served(PACKAGE / "serving/served_model.py", "Puts a creator's look on a portrait.", _grey_photo),
    "synthesis": Served(
        PACKAGE / "serving/served_synthesis.py",
        "Makes new portraits in a creator's look.",
        lambda folder: {"look": _first_look(folder), "seed": 0},
    ),
}  # by a model's `Bundle.TASK`


@functools.cache
def requirements() -> list[str]:
    """Return what serving imports, pinned to what is installed (without local parts such as `+cu130`).

    MLflow's own guess misses late imports, and takes a minute. This takes three seconds, once per process.
    """
    modules = [f"{_OURS}.serving.{served.file.stem}" for served in SERVED.values()]
    needed = distributions_of(modules)
    return [f"{package}=={installed_version(package).partition('+')[0]}" for package in needed]


def distributions_of(modules: Collection[str]) -> list[str]:
    """Return the names of the installed distributions that modules of ours import, in lower case, sorted.

    Modules are given by their full names. Imports inside functions count as well.
    """
    packages, seen = set(), set[str]()
    waiting = [*modules]
    while waiting:
        if (module := waiting.pop()) in seen:
            continue
        seen.add(module)
        for name in _imports(_file(module).read_text(encoding="utf-8")):
            top = name.partition(".")[0]
            if top == _OURS:
                waiting += _with_parents(name)
            elif top not in sys.stdlib_module_names:
                packages.add(top)
    # Parts of MLflow are distributions of their own, which come with the whole.
    homes = installed()
    return sorted({(name if name in homes[name] else homes[name][0]).lower() for name in packages})


@functools.cache
def installed() -> Mapping[str, list[str]]:
    """Return the names of the distributions that are installed, by package; found once, in a second."""
    return packages_distributions()


def _imports(source: str) -> Iterator[str]:
    """Yield the full names that a module of ours imports: modules, and names in modules."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _with_parents(name: str) -> list[str]:
    """Return the module that a name stands for or is in, and the packages around it."""
    parts = name.split(".")
    return [module for end in range(1, len(parts) + 1) if _file(module := ".".join(parts[:end])).is_file()]


def _file(module: str) -> Path:
    place = PACKAGE.joinpath(*module.split(".")[1:])
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
