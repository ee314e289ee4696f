"""Every dependency's licence is known and allowed; what is not is named."""

import tomllib

import pytest

from tools import licences
from tools.licences import ROOT, Licences, locked, main

POLICY = {
    "allowed": ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"],
    "words": {"MIT License": "MIT"},
    "packages": {},
}


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True), ("GPL-3.0-only", False), ("", False), ("MIT AND GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("GPL-3.0-only OR MIT AND Apache-2.0", True), ("(GPL-3.0-only OR MIT) AND Apache-2.0", True),
        ("(GPL-3.0-only OR MIT) AND AGPL-3.0-only", False), ("Apache-2.0 WITH LLVM-exception", True),
        ("MIT MIT", False), ("MIT AND", False), ("(MIT", False), ("MIT)", False), ("MIT, or so", False),
    ],
)  # fmt: skip
def test_an_expression_is_met_by_all_of_what_and_joins_and_one_of_what_or_joins(expression, allowed):
    assert Licences(POLICY).allows(expression) is allowed


class Package:
    version = "1.0"

    def __init__(self, *metadata):
        from email.message import Message

        self.metadata = Message()
        for name, value in metadata:
            self.metadata[name] = value


@pytest.mark.parametrize(
    ("metadata", "read"),
    [
        ([("License-Expression", "MIT"), ("License", "no")], "MIT"),
        ([("Classifier", "License :: OSI Approved :: MIT License"), ("License", "no")], "MIT"),
        ([("Classifier", "License :: OSI Approved"), ("License", "MIT License")], "MIT"),
        ([("License", "ask me")], "ask me"),
        ([], ""),
    ],
)
def test_a_package_states_its_licence_in_many_ways(metadata, read):
    assert Licences(POLICY).of("some", Package(*metadata)) == read


def test_every_locked_package_is_allowed_and_none_of_the_exceptions_is_stale(capsys):
    assert main() == 0, capsys.readouterr().err
    assert "pillow" in capsys.readouterr().out
    names = set(locked((ROOT / "requirements.lock").read_text()))
    assert set(tomllib.loads((ROOT / "tools/licences.toml").read_text())["packages"]) <= names


@pytest.mark.parametrize("metadata", [[("License-Expression", "AGPL-3.0-only")], []], ids=["not allowed", "unknown"])
def test_what_is_not_allowed_is_named(monkeypatch, capsys, metadata):
    monkeypatch.setattr(licences, "distribution", lambda name: Package(*metadata))
    assert main() == 1
    assert "pillow (" in capsys.readouterr().err
