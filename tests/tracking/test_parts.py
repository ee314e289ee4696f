"""The parts of tracking, one by one."""

from __future__ import annotations

import os
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.io import MemoryDataset
from mlflow.utils.validation import _validate_metric_name
from PIL import Image
from pydantic import BaseModel

from influencer_style.datasets import AtomicTextDataset
from influencer_style.project.folder import ConfigurationError
from influencer_style.tracking import current, data, facts
from influencer_style.tracking import node_run as node_run_module
from influencer_style.tracking import store as store_module
from influencer_style.tracking.config import TrackingConfig, artifact_location, project_uri, without_password
from influencer_style.tracking.node_run import NodeRun, data_entity
from influencer_style.tracking.run import VALUE_LENGTH, flatten, safe_key


class Settings(BaseModel):
    steps: int = 3


@given(st.text(min_size=1))
def test_any_name_becomes_one_that_mlflow_takes(name):
    _validate_metric_name(safe_key(name))


def test_a_good_name_stays_as_it_is():
    assert safe_key("loss/generator total:1.0-x") == "loss/generator total:1.0-x"


def test_flatten_takes_mappings_models_lists_and_long_texts():
    found = dict(flatten({"a": {"b": 1, "c": [1, 2]}, "d": Settings(), "e": None, "f": {}, "g": "x" * 600}))
    assert found["a.b"] == "1" and found["a.c"] == "[1, 2]" and found["d.steps"] == "3"
    assert found["e"] == "null" and found["f"] == "{}"
    assert len(found["g"]) == VALUE_LENGTH


def test_a_relative_sqlite_store_starts_at_the_project(tmp_path):
    config = TrackingConfig.of({"server": {"mlflow_tracking_uri": "sqlite:///mlflow.db"}})
    assert config.uri(tmp_path) == f"sqlite:///{tmp_path}/mlflow.db"
    assert artifact_location(config.uri(tmp_path)) == (tmp_path / "mlruns").as_uri()
    absolute = TrackingConfig.of({"server": {"mlflow_tracking_uri": f"sqlite:///{tmp_path}/other.db"}})
    assert absolute.uri(tmp_path / "elsewhere") == f"sqlite:///{tmp_path}/other.db"


def test_a_server_keeps_its_own_files():
    config = TrackingConfig.of({"server": {"mlflow_tracking_uri": "http://tracking.invalid"}})
    assert config.uri(None) == "http://tracking.invalid"
    assert artifact_location("http://tracking.invalid") is None


def test_passwords_are_not_shown():
    assert without_password("postgresql://me:secret@db.invalid/mlflow") == "postgresql://***@db.invalid/mlflow"
    assert without_password("sqlite:///mlflow.db") == "sqlite:///mlflow.db"


def test_wrong_settings_are_all_named():
    with pytest.raises(ConfigurationError, match=r"server\.uri.*tracking\.enabled"):
        TrackingConfig.of({"server": {"uri": "x"}, "tracking": {"enabled": "perhaps"}})


def test_the_store_of_the_project_around_the_working_folder(project, monkeypatch, tmp_path):
    monkeypatch.chdir(project / "data")
    assert project_uri() == f"sqlite:///{project}/mlflow.db"
    monkeypatch.chdir(tmp_path)
    assert project_uri() is None


def digest(dataset, value, project):
    return data_entity("name", dataset, value, "input", project).dataset.digest


def test_a_files_digest_is_of_its_content(tmp_path):
    dataset = AtomicTextDataset(filepath=str(tmp_path / "a.txt"))
    dataset.save("one")
    first = digest(dataset, "one", tmp_path)
    os.utime(tmp_path / "a.txt", (1, 1))
    assert digest(dataset, "one", tmp_path) == first
    dataset.save("two")
    assert digest(dataset, "two", tmp_path) != first
    assert len(first) <= 36


def test_a_big_file_is_not_read_for_its_digest(tmp_path, monkeypatch):
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(data.WHOLE_FILE_BYTES + 1)
    monkeypatch.setattr(data, "file_sha256", lambda path: pytest.fail("read the file"))
    dataset = AtomicTextDataset(filepath=str(path))
    first = digest(dataset, "", tmp_path)
    os.utime(path, (1, 1))
    assert digest(dataset, "", tmp_path) != first


def test_a_folders_digest_changes_with_any_file(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/a").write_text("a")
    dataset = AtomicTextDataset(filepath=str(tmp_path))
    first = digest(dataset, "", tmp_path)
    (tmp_path / "deep/b").write_text("b")
    assert digest(dataset, "", tmp_path) != first


def test_data_without_a_file_is_known_by_fingerprint_or_shape(tmp_path):
    class Model:
        fingerprint = "f" * 64

    memory = MemoryDataset()
    assert digest(memory, Model(), tmp_path) == "f" * 32
    assert digest(memory, None, tmp_path) == "absent"
    assert digest(memory, np.zeros((2, 3)), tmp_path) != digest(memory, np.zeros((3, 2)), tmp_path)
    entity = data_entity("t", memory, pd.DataFrame({"a": [1, 2]}), "output", tmp_path).dataset
    assert entity.profile == '{"type": "DataFrame", "shape": [2, 1], "columns": ["a"]}'
    assert entity.source_type == "memory"


def test_peak_memory_is_what_the_system_says(tmp_path, monkeypatch):
    (tmp_path / "status").write_text("Name:\tpython\nVmPeak:\t  9999 kB\nVmHWM:\t  3072 kB\nVmRSS:\t  1024 kB\n")
    monkeypatch.setattr(facts, "_STATUS", tmp_path / "status")
    assert facts.peaks()["peak_memory_mib"] == 3.0


def test_outside_of_a_tracked_run_nothing_happens():
    assert current.node_run() is None
    current.log_metrics({"loss": 1.0}, 1)
    current.log_picture(Image.new("RGB", (2, 2)), "picture.png")


def test_a_helper_thread_of_two_open_nodes_speaks_for_neither(node_run, store, project):
    other = NodeRun(store, "other", [], project)
    current.enter(other)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(current.node_run()))
    thread.start()
    thread.join()
    assert seen == [None]
    assert current.node_run() is other
    other.closed = True
    assert current.node_run() is node_run


class Client:
    """Counts calls; fails while told to."""

    def __init__(self):
        self.batches, self.failing = [], False

    def log_batch(self, run_id, metrics=()):
        if self.failing:
            raise ConnectionError("no answer")
        self.batches.append([(metric.key, metric.step) for metric in metrics])


@pytest.fixture
def unanswering(store, project, monkeypatch):
    """A node run whose store can be made to fail, and a clock."""
    clock = [1000.0]
    for module in (node_run_module, store_module):
        monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    guarded = store_module.Store(store.uri)
    guarded.client = Client()
    run = NodeRun(guarded, "node", [], project)
    run.experiment_id, run.run_id = "0", "run"
    return run, guarded.client, clock


def test_metrics_are_written_about_once_a_second(unanswering):
    run, client, clock = unanswering
    for step in range(100):
        clock[0] += 0.05
        run.log_metrics({"loss": 1.0}, step)
    assert len(client.batches) in (5, 6)
    assert [step for batch in client.batches for _, step in batch] == list(range(sum(map(len, client.batches))))


def test_metrics_wait_for_a_store_that_comes_back(unanswering, caplog):
    run, client, clock = unanswering
    client.failing = True
    for step in range(10):
        clock[0] += 2
        run.log_metrics({"loss": 1.0}, step)
    client.failing = False
    clock[0] += store_module.PAUSE_S
    run.log_metrics({"loss": 1.0}, 10)
    assert [step for batch in client.batches for _, step in batch] == list(range(11))
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1


def test_a_metric_that_is_no_number_is_the_callers_error(unanswering):
    run, _, _ = unanswering
    with pytest.raises(ValueError, match="could not convert"):
        run.log_metrics({"loss": "low"}, 0)


def test_after_a_failure_the_store_is_left_in_peace(unanswering):
    run, _, clock = unanswering
    tried = []

    def fail():
        tried.append(clock[0])
        raise ConnectionError("no answer")

    for _ in range(100):
        clock[0] += 1
        run.store.attempt("trying", fail)
    assert len(tried) == pytest.approx(100 / store_module.PAUSE_S, abs=1)
    run.store.attempt("ending", fail, urgent=True)
    assert tried[-1] == clock[0]


def test_what_waits_for_a_store_is_bounded_and_keeps_both_ends(unanswering, monkeypatch):
    run, _, clock = unanswering
    monkeypatch.setattr(store_module, "MOST_WAITING", 10)
    done, broken = [], [True]

    def write(number):
        if broken:
            raise ConnectionError("no answer")
        done.append(number)

    for number in range(30):
        run.store.write("writing", lambda number=number: write(number))
    broken.clear()
    clock[0] += store_module.PAUSE_S
    assert run.store.catch_up()
    assert len(done) == 10 and done == sorted(done)
    assert done[:5] == [0, 1, 2, 3, 4] and done[-1] == 29
