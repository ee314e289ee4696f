"""A pipeline whose data is missing is refused before it runs, with the pipeline that makes the data."""

from __future__ import annotations

import click
import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from influencer_style.hooks import checks
from influencer_style.hooks.checks import MissingDataError, PrerequisitesHook


def use(*data):
    return "something"


INGESTION = Pipeline([node(use, "photos", "manifest", name="ingest")])
PREPROCESSING = Pipeline([node(use, ["manifest", "params:size"], "crops", name="crop")])
TRAINING = Pipeline([node(use, ["crops", "manifest", "parameters"], "model", name="train")])


class Registered(dict):
    """Pipelines by name, as Kedro has them: at first only those that are to run."""

    def __init__(self, pipelines):
        super().__init__({"preprocessing": pipelines["preprocessing"]})
        self.all = pipelines

    def set_requested(self, names):
        assert names is None
        self.clear()
        self.update(self.all)


@pytest.fixture
def check(tmp_path, monkeypatch):
    registered = {
        "__default__": INGESTION + PREPROCESSING + TRAINING,
        "ingestion": INGESTION,
        "preprocessing": PREPROCESSING,
        "training": TRAINING,
    }
    monkeypatch.setattr(checks, "pipelines", Registered(registered))
    entry = "influencer_style.datasets.AtomicTextDataset"
    catalog = DataCatalog.from_config(
        {
            name: {"type": entry, "filepath": str(tmp_path / f"{name}.txt")}
            for name in ("photos", "manifest", "crops", "model")
        }
    )

    def run(name, env=None, catalog=catalog):
        run_params = {"env": env, "project_path": str(tmp_path)}
        PrerequisitesHook().before_pipeline_run(run_params, registered[name], catalog)

    run.catalog = catalog
    return run


def test_missing_data_names_file_and_pipeline(check):
    with pytest.raises(MissingDataError) as raised:
        check("preprocessing")
    assert "Run `kedro run --pipeline ingestion` first" in raised.value.message
    assert "manifest (manifest.txt)" in raised.value.message
    assert "params" not in raised.value.message


def test_several_makers_come_in_the_order_in_which_they_run(check):
    with pytest.raises(MissingDataError) as raised:
        check("training")
    text = raised.value.message
    assert text.index("--pipeline ingestion") < text.index("--pipeline preprocessing")
    assert "__default__" not in text


def test_the_environment_is_part_of_the_command(check):
    with pytest.raises(MissingDataError, match="kedro run --env test --pipeline ingestion"):
        check("preprocessing", env="test")


def test_data_that_is_only_in_memory_is_left_to_kedro(check):
    check("preprocessing", catalog=DataCatalog())


def test_nothing_is_said_when_the_data_is_there(check):
    check.catalog.save("manifest", "text")
    check("preprocessing")


def test_what_no_pipeline_makes_is_left_to_its_dataset(check):
    check("ingestion")


def test_what_the_run_makes_itself_is_not_missing(check):
    check("__default__")


def test_the_command_line_shows_the_message_alone(capsys):
    @click.command()
    def command():
        raise MissingDataError("what is missing")

    with pytest.raises(SystemExit) as ended:
        command([])
    assert ended.value.code == 1
    assert capsys.readouterr().err == "Error: what is missing\n"
