"""What the documents point at exists: files, and the functions that a link names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"), *ROOT.glob("src/**/*.md")]
)
LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]+)[^)]*\)")
NAME = re.compile(r"`([A-Za-z_]\w*(?:\.\w+)?)(?:\(.*\))?`")


def names_in(source: str) -> set[str]:
    """Return what a module defines: functions, classes, methods as `Class.method`, and constants."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def broken(document: Path) -> list[str]:
    """Return the links of a document that lead nowhere, or to a file without the function that they name."""
    found = []
    for text, target in LINK.findall(document.read_text(encoding="utf-8")):
        if ":" in target:
            continue
        path = document.parent / target
        if not path.exists():
            found.append(f"{target} does not exist")
            continue
        name = NAME.fullmatch(text) if path.suffix == ".py" else None
        if name and name[1] not in names_in(path.read_text(encoding="utf-8")):
            found.append(f"{target} defines no {name[1]}")
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document):
    assert broken(document) == []


def test_a_broken_link_is_noticed(tmp_path):
    (tmp_path / "a.py").write_text("class A:\n    def b(self): ...\n")
    page = tmp_path / "page.md"
    page.write_text("[`A`](a.py) [`A.b`](a.py) [`c`](a.py) [d](d.md) [e](https://example.org)")
    assert broken(page) == ["a.py defines no c", "d.md does not exist"]
