"""Parameters of one run that are wrong are refused before anything is loaded, tracked or made."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from tiny_project import kedro, make_project

from influencer_style.batches.gathering import BatchError
from influencer_style.hooks import checks
from influencer_style.hooks.checks import ArgumentsHook
from influencer_style.networks.folder import BundleError
from influencer_style.pipelines.generate.parameters import GenerateParameters
from influencer_style.pipelines.ingestion.parameters import IngestionParameters, SourceError
from influencer_style.pipelines.stylize.parameters import StylizeParameters
from influencer_style.pipelines.withdrawal.parameters import WithdrawalError


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project in which nothing has run."""
    return make_project(tmp_path_factory.mktemp("arguments"))


CATALOG = {
    "params:ingestion": lambda: IngestionParameters.model_construct(source="folder", folder="nowhere", users=""),
    "params:stylize": lambda: StylizeParameters(**STYLIZE),
    "params:generate": lambda: GenerateParameters.model_construct(look="warm", model="nowhere"),
    "params:creator": lambda: None,
}
STYLIZE = {
    "folder": "nowhere", "model": "models:/x@champion", "look": "warm", "reference": "", "strength": 1, "seed": None,
    "regions": {}, "faces": "all", "format": "keep", "keep_private": False, "likeness": "warn", "sheet_photos": 1,
}  # fmt: skip


def use(*data):
    return "something"


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("params:ingestion", SourceError, "ingestion.folder: .*nowhere is not a folder"),
        ("params:stylize", BatchError, "stylize.folder: .*nowhere is not a folder"),
        ("params:generate", BundleError, "is not a usable model folder"),
        ("params:creator", WithdrawalError, "creator is empty; name who withdraws"),
    ],
)
def test_the_parameters_of_the_pipeline_that_runs_are_checked(name, error, words):
    catalog = DataCatalog({one: MemoryDataset(make(), copy_mode="assign") for one, make in CATALOG.items()})
    with pytest.raises(error, match=words):
        ArgumentsHook().before_pipeline_run(Pipeline([node(use, name, "result", name="own")]), catalog)
    ArgumentsHook().before_pipeline_run(Pipeline([node(use, "params:other", "result", name="other")]), catalog)


def test_a_look_is_looked_up_before_the_run_and_however_it_is_spelled(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(checks, "check_look", lambda model, look, stage: asked.append((model, look)))
    parameters = StylizeParameters(**STYLIZE | {"folder": str(tmp_path), "look": "Ada Example"})
    catalog = DataCatalog({"params:stylize": MemoryDataset(parameters, copy_mode="assign")})
    ArgumentsHook().before_pipeline_run(Pipeline([node(use, "params:stylize", "result", name="own")]), catalog)
    assert asked == [("models:/x@champion", "ada-example")]


SLOW = pytest.mark.slow  # each is a process that imports Kedro, and all pipelines that it names


@pytest.mark.parametrize(
    ("pipeline", "parameters", "words"),
    [
        ("ingestion", "ingestion.source=folder,ingestion.folder=nowhere", "ingestion.folder: "),
        pytest.param("stylize", "stylize.folder=nowhere", "stylize.folder: ", marks=SLOW),
        pytest.param("generate", "generate.model=nowhere", "is not a usable model folder", marks=SLOW),
        pytest.param("withdrawal", "creator=", "creator is empty; name who withdraws", marks=SLOW),
        pytest.param("nothing", "creator=x", "Failed to find the pipeline named 'nothing'", marks=SLOW),
        pytest.param("stylize", "stylize.strength=2", "strength", marks=SLOW),
    ],
)
def test_a_wrong_parameter_ends_in_one_message(project, pipeline, parameters, words):
    ended = kedro(project, "run", "--pipeline", pipeline, "--params", parameters)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: ") and words in ended.stderr, ended.stderr
    assert ended.stderr.splitlines()[-1] == "The full log, with the traceback, is logs/last_run.log in the project."
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "deprecated" not in ended.stdout + ended.stderr and "Union type hint" not in ended.stdout
    log = project / "logs/last_run.log"
    assert "Traceback" in log.read_text() and words in log.read_text() and log.stat().st_mode & 0o777 == 0o600
    assert not (project / "mlflow.db").exists()
