"""What a run says of itself."""

from __future__ import annotations

import json
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from influencer_style.project.folder import ConfigurationError
from influencer_style.tracking import facts


@pytest.fixture(scope="module")
def finished(run, project):
    (project / "uncommitted.txt").touch()
    return run("__default__")


def artifact(store, outcome_run, name: str, folder: Path) -> str:
    return Path(store.client.download_artifacts(outcome_run.info.run_id, name, str(folder))).read_text()


def test_the_parent_says_what_ran_and_from_which_commit(finished, project):
    tags = finished.parent.data.tags
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True, check=True)
    assert tags["mlflow.source.git.commit"] == commit.stdout.strip()
    assert tags["git.dirty"] == "true"
    assert tags["kedro.pipelines"] == "__default__"
    assert tags["kedro.env"] == "local"
    assert tags["kedro.command"] == facts.command()


def test_parameters_are_flattened_and_fit(finished):
    parent = finished.parent.data.params
    assert parent["training.steps"] == "3"
    assert parent["many.p149"] == "149"
    assert parent["odd key_"] == "1"
    assert len(parent["long_text"]) == 500 and parent["long_text"].endswith("…")
    assert finished.children["train"].data.params == {"training.steps": "3", "training.name": "tiny"}


def test_the_whole_configuration_is_kept(finished, store, tmp_path):
    kept = yaml.safe_load(artifact(store, finished.parent, "config.yml", tmp_path))
    assert len(kept["parameters"]["long_text"]) == 9000
    assert kept["catalog"]["numbers"]["filepath"] == "data/numbers.json"
    assert kept["mlflow"]["tracking"]["experiment"]["name"] == "tiny"


def test_the_environment_is_kept(finished, store, tmp_path):
    kept = artifact(store, finished.parent, "environment.txt", tmp_path).splitlines()
    assert kept[0].startswith(f"# Python {platform.python_version()}")
    assert f"mlflow=={version('mlflow')}" in kept and f"torch=={version('torch')}" in kept


def test_what_was_made_to_be_looked_at_is_kept(finished, store, tmp_path):
    kept = {file.path for file in store.client.list_artifacts(finished.children["train"].info.run_id)}
    assert "text.txt" in kept and "numbers.json" not in kept  # by their layers
    assert artifact(store, finished.children["train"], "text.txt", tmp_path) == "text"


def test_metrics_pictures_texts_and_tables_arrive(finished, store, tmp_path):
    train = finished.children["train"]
    losses = store.client.get_metric_history(train.info.run_id, "loss")
    assert [(metric.step, metric.value) for metric in losses] == [(0, 1.0), (1, 0.5), (2, pytest.approx(1 / 3))]
    assert train.data.metrics["odd name_"] == 2
    assert {"duration_s", "peak_memory_mib"} <= train.data.metrics.keys()
    assert train.data.tags["device"]
    pictures = [file.path for file in store.client.list_artifacts(train.info.run_id, "samples")]
    assert pictures == ["samples/0001.png"]


def test_data_in_and_out_has_digests(finished):
    def data(name, context):
        return {
            entry.dataset.name: entry.dataset
            for entry in finished.children[name].inputs.dataset_inputs
            if entry.tags[0].value == context
        }

    made, read = data("train", "output"), data("summarise", "input")
    assert data("train", "input").keys() == {"table"}
    assert made.keys() == {"numbers", "text"}
    assert made["numbers"].digest == read["numbers"].digest
    assert json.loads(made["numbers"].source) == {"uri": "data/numbers.json"}


def test_switched_off_nothing_is_tracked(run):
    outcome = run("__default__", env="off")
    assert outcome.error is None
    assert outcome.parent is None


def test_a_misspelt_setting_is_named(run):
    outcome = run("__default__", env="wrong")
    assert isinstance(outcome.error, ConfigurationError)
    assert "tracking.enabeld" in str(outcome.error)
