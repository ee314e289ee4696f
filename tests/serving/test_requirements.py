"""A registered model's requirements are all that its code imports, late imports too, and no more."""

from __future__ import annotations

import sys
from pathlib import Path

from influencer_style.tracking.registry import served
from tests.test_architecture import MODULES, PACKAGE, SOURCE, import_graph, imports, module_name


def reached_from(*modules: str) -> set[str]:
    graph, waiting, found = import_graph(), [*modules], set()
    while waiting:
        if (module := waiting.pop()) not in found:
            found.add(module)
            waiting += graph[module]
    return found


def test_they_are_what_the_modules_reached_from_serving_import():
    ours = reached_from(f"{PACKAGE}.serving.served_model", f"{PACKAGE}.serving.served_synthesis") | {PACKAGE}
    files = {module_name(path): path for path in SOURCE.rglob("*.py")}
    names = {name.split(".")[0] for one in ours for name in imports(files[one].read_text("utf-8"), one, MODULES)}
    foreign = names - sys.stdlib_module_names - {PACKAGE}
    known = served.installed()
    required = [line.partition("==")[0] for line in served.requirements()]
    assert len(required) == len(foreign) > 15
    assert all({name.lower() for name in known[one]} & set(required) for one in foreign)
    assert {"filelock", "imagehash", "kedro", "mlflow", "platformdirs", "pyyaml"} <= set(required)


def test_late_imports_and_the_packages_around_a_module_count(tmp_path, monkeypatch):
    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    write("one.py", f"def late():\n    from {PACKAGE}.room.two import thing")
    write("room/__init__.py", "import yaml")
    write("room/two.py", f"import os.path\nimport PIL.Image\nfrom {PACKAGE} import three")
    write("three.py", "import torch")
    write("__init__.py", "")
    monkeypatch.setattr(served, "PACKAGE", Path(tmp_path))
    assert served.distributions_of([f"{PACKAGE}.one"]) == ["pillow", "pyyaml", "torch"]
