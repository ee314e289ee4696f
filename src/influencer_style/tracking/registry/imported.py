"""Which packages some of our modules need, found in their source: all that they import, and what that imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from importlib.metadata import packages_distributions
from importlib.resources import files
from pathlib import Path

_OURS = "influencer_style"
_SOURCE = Path(str(files(_OURS)))


def distributions_of(modules: Collection[str], without: Collection[str] = ()) -> list[str]:
    """Return the names of the installed distributions that modules of ours import, in lower case, sorted.

    Imports inside of functions count as well.

    Args:
        modules: full names of modules.
        without: modules that are not looked into, nor what they alone import.
    """
    known, packages, seen = packages_distributions(), set(), set(without)
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
    # Parts of MLflow are distributions of their own, which the whole brings along.
    return sorted({(name if name in known[name] else known[name][0]).lower() for name in packages})


def _imports(source: str) -> Iterator[str]:
    """Yield the full names that a module of ours imports: modules, and what is in modules."""
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
    place = _SOURCE.joinpath(*module.split(".")[1:])
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
