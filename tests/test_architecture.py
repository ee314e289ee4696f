"""The rules of the house, held by reading every file: who imports whom, how long files are, which words are out."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = "influencer_style"
SOURCE = Path(__file__).parents[1] / "src" / PACKAGE
# From the top down: a room imports from rooms below it alone. docs/architecture.md says what each is for.
ROOMS = [
    "hooks", "pipelines", "commands", "serving", "datasets", "batches", "stylist", "tracking", "reports", "evaluation",
    "training", "examples", "studio", "metrics", "networks", "provenance", "looks", "faces", "photos", "metadata",
    "consent", "project", "pretrained", "storage",
]  # fmt: skip
FLOOR_OF = {room: floor for floor, room in enumerate(ROOMS)}
KNOW_KEDRO = {"hooks", "pipelines", "datasets", "tracking", "project"}
KNOW_MLFLOW = {"hooks", "pipelines", "datasets", "tracking", "serving"}
KEDRO = {"kedro", "kedro_datasets", "kedro_viz"}
LINES, FILES_OF_A_FOLDER = 250, 20
# A shorter file that one file alone imports is merged into it; commands, data sets and stages keep a file each.
SHORT, OWN_FILES = 40, {"commands", "datasets", "pipelines"}
# CONTRIBUTING.md says what to write instead of these; each is allowed where nothing else will do.
OUT, USES = ("told", "asked", "chance"), 20
UNTYPED, UNTYPED_LINES = "dict[str, Any]", 40
LATE_IMPORTS = 60  # imports inside functions: each has a reason, such as a command that must start fast

FILES = sorted(path for path in SOURCE.rglob("*.py") if "__pycache__" not in path.parts)


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join((PACKAGE, *(parts[:-1] if parts[-1] == "__init__" else parts)))


MODULES = {module_name(path) for path in FILES}


def imports(source: str, module: str, modules: set[str]) -> Iterator[str]:
    """Yield the full name of each module that `source` imports, wherever in the file."""
    package = module if any(other.startswith(f"{module}.") for other in modules) else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in modules else base


def room_of(module: str) -> str | None:
    """Return the room of one of our modules; None for those that stand above all rooms (settings, registry)."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOOR_OF else None


def faults(source: str, module: str, modules: set[str]) -> list[str]:
    """Return what is wrong with the imports of one module."""
    found, room = [], room_of(module)
    for name in imports(source, module, modules):
        if name.split(".")[0] == PACKAGE:
            other = room_of(name)
            above = room and (other is None or FLOOR_OF[other] < FLOOR_OF[room])
            if above and name not in (PACKAGE, f"{PACKAGE}.version"):  # the version imports nothing
                found.append(f"{module} imports {name}, which is above it")
        elif room and name.split(".")[0] in KEDRO and room not in KNOW_KEDRO:
            found.append(f"{module} imports {name}: this room knows nothing of Kedro")
        elif room and name.split(".")[0] == "mlflow" and room not in KNOW_MLFLOW:
            found.append(f"{module} imports {name}: this room knows nothing of MLflow")
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return a circle in `graph`, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


@cache
def import_graph() -> dict[str, set[str]]:
    return {
        module_name(path): {
            name
            for name in imports(path.read_text(encoding="utf-8"), module_name(path), MODULES)
            if name in MODULES and name != module_name(path)
        }
        for path in FILES
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_file_keeps_to_its_room(path):
    text = path.read_text(encoding="utf-8")
    assert faults(text, module_name(path), MODULES) == []
    assert len(text.splitlines()) <= LINES


def test_every_folder_is_a_room_with_a_floor():
    folders = {path.name for path in SOURCE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == FLOOR_OF.keys(), "each room has its place in ROOMS"


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in ("studio", "pipelines")])
def test_no_folder_has_more_files_than_a_person_takes_in(room):
    for folder in {path.parent for path in FILES if path.is_relative_to(SOURCE / room)}:
        assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= FILES_OF_A_FOLDER


def short_files_of_one(texts: dict[str, str], graph: dict[str, set[str]]) -> list[str]:
    """Return the modules that are short and have one importer, in the same room, which has space for them."""
    importers = Counter(other for others in graph.values() for other in others)
    only = {other: module for module, others in graph.items() for other in others}
    lines = {module: len(text.splitlines()) for module, text in texts.items()}
    return [
        module
        for module in texts
        if lines[module] < SHORT
        and importers[module] == 1
        and room_of(module) == room_of(only[module])
        and lines[module] + lines.get(only[module], 0) <= LINES
    ]


def test_short_files_are_merged():
    texts = {module_name(path): path.read_text(encoding="utf-8") for path in FILES if path.name != "__init__.py"}
    merged = [module for module in short_files_of_one(texts, import_graph()) if room_of(module) not in OWN_FILES]
    assert merged == [], "each is short, and one file of its room uses it: they tell one thing together"


def test_a_short_file_of_one_is_noticed():
    texts = {f"{PACKAGE}.looks.{name}": "pass" for name in ("a", "b", "c")}
    a, b, c = texts
    assert short_files_of_one(texts, {a: {b, c}, b: {c}, c: set()}) == [b]


@pytest.mark.parametrize("word", OUT)
def test_words_that_a_reader_must_guess_are_rare(word):
    pattern = re.compile(rf"(?<![a-zA-Z]){word}(?![a-zA-Z])")
    uses = {path.name: len(pattern.findall(path.read_text(encoding="utf-8"))) for path in FILES}
    assert sum(uses.values()) < USES, {name: count for name, count in uses.items() if count}


def test_what_travels_is_typed():
    lines = [line for path in FILES for line in path.read_text(encoding="utf-8").splitlines() if UNTYPED in line]
    assert len(lines) < UNTYPED_LINES


def late_imports(source: str) -> int:
    """Return how many imports stand inside functions."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    return len({n for function in functions for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)})


def test_imports_stand_at_the_top():
    assert late_imports("import a\ndef f():\n    import b\n    def g():\n        import c") == 2
    assert sum(late_imports(path.read_text(encoding="utf-8")) for path in FILES) < LATE_IMPORTS


def test_there_are_no_circles():
    graph = import_graph()
    assert circle(graph) == []
    rooms: dict[str, set[str]] = {}
    for module, others in graph.items():
        if room := room_of(module):
            rooms.setdefault(room, set()).update({room_of(other) for other in others} - {room, None})
    assert circle(rooms) == []


def test_no_training_is_taught_by_what_judges_identity():
    judges = {f"{PACKAGE}.metrics.{name}" for name in ("identity", "likeness")}
    assert judges <= MODULES
    graph = import_graph()
    learning = [others for name, others in graph.items() if room_of(name) in ("training", "examples", "networks")]
    assert learning and not any(others & judges for others in learning)


@pytest.mark.parametrize(
    ("module", "source", "reason"),
    [
        ("looks.gram", "from influencer_style.networks.blocks import Down", "above"),
        ("looks.gram", "def f():\n    import influencer_style.pipelines.training", "above"),
        ("looks.gram", "from ..tracking import current", "above"),
        ("tracking.store", "from influencer_style import settings", "above"),
        ("reports.report", "import mlflow.pyfunc", "knows nothing"),
        ("storage.atomic", "from kedro.io import DatasetError", "knows nothing"),
    ],
)
def test_the_rules_notice(module, source, reason):
    modules = MODULES | {f"{PACKAGE}.settings"}
    (fault,) = faults(source, f"{PACKAGE}.{module}", modules)
    assert reason in fault


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("networks.blocks", "from influencer_style.looks import gram"),
        ("datasets.previous", "import mlflow\nfrom influencer_style.tracking import current"),
        ("looks.gram", "from influencer_style.version import __version__"),
        ("settings", "from influencer_style.hooks.checks import PrerequisitesHook"),
    ],
)
def test_the_rules_allow(module, source):
    assert faults(source, f"{PACKAGE}.{module}", MODULES) == []


def test_a_circle_is_noticed():
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}
