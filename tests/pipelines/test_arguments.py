"""Parameters of one run that are wrong are refused before anything is loaded, tracked or made."""

from __future__ import annotations

import pytest
from tiny_project import kedro, make_project


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project in which nothing has run."""
    return make_project(tmp_path_factory.mktemp("arguments"))


@pytest.mark.parametrize(
    ("pipeline", "parameters", "words"),
    [
        ("ingestion", "ingestion.source=folder,ingestion.folder=nowhere", "ingestion.folder: "),
        ("stylize", "stylize.folder=nowhere", "stylize.folder: "),
        ("generate", "generate.model=nowhere", "is not a usable model folder"),
        ("withdrawal", "creator= ", "creator is empty; name who withdraws"),
        ("nothing", "creator=x", "Failed to find the pipeline named 'nothing'"),
        ("stylize", "stylize.strength=2", "strength"),
    ],
)
def test_a_wrong_parameter_ends_in_one_message(project, pipeline, parameters, words):
    ended = kedro(project, "run", "--pipeline", pipeline, "--params", parameters)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: ") and words in ended.stderr, ended.stderr
    assert ended.stderr.splitlines()[-1] == "The log, with all that led to this, is logs/last_run.log in the project."
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "deprecated" not in ended.stdout + ended.stderr and "Union type hint" not in ended.stdout
    log = project / "logs/last_run.log"
    assert "Traceback" in log.read_text() and words in log.read_text() and log.stat().st_mode & 0o777 == 0o600
    assert not (project / "mlflow.db").exists()
