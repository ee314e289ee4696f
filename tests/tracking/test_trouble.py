"""A store in trouble is one warning: what runs goes on, and what could not be written is written when it can be."""

from __future__ import annotations

import shutil
import socket
import sqlite3
from contextlib import closing

import pytest

from influencer_style.tracking import store as database
from influencer_style.tracking.store import Store


@pytest.fixture
def warnings(caplog):
    """Return the warnings so far: of tracking, of MLflow and of what it uses."""

    def found() -> list[str]:
        speakers = ("influencer_style.tracking", "mlflow", "urllib3", "alembic", "sqlalchemy")
        records = [r for r in caplog.records if r.name.startswith(speakers) and r.levelname in ("WARNING", "ERROR")]
        return [record.getMessage() for record in records]

    return found


@pytest.fixture
def locked(project, store):
    """A copy of the store that another connection holds, and what lets go of it."""
    store.experiment_id("tiny")
    shutil.copy(project / "mlflow.db", project / "locked.db")
    with closing(sqlite3.connect(project / "locked.db", isolation_level=None, check_same_thread=False)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield holder
    (project / "locked.db").unlink()


@pytest.fixture
def hanging(project, monkeypatch):
    """An environment whose server accepts requests and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        (project / "conf/hangs").mkdir()
        uri = f"http://127.0.0.1:{server.getsockname()[1]}"
        (project / "conf/hangs/mlflow.yml").write_text(f"server: {{mlflow_tracking_uri: '{uri}'}}")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
        yield


def runs_all_the_same(run, project, env):
    (project / "data/numbers.json").unlink(missing_ok=True)
    outcome = run("__default__", env=env)
    assert outcome.error is None
    assert (project / "data/numbers.json").exists()


def test_a_server_that_is_down(run, project, warnings):
    for times in (1, 2):  # one for each run
        runs_all_the_same(run, project, "down")
        assert len(warnings()) == times
        assert "127.0.0.1:9" in warnings()[-1]


def test_a_server_that_never_answers(run, project, warnings, hanging):
    runs_all_the_same(run, project, "hangs")
    assert len(warnings()) == 1 and "ReadTimeout" in warnings()[0]


def test_a_store_that_is_locked_all_the_time(run, project, warnings, locked):
    runs_all_the_same(run, project, "locked")
    assert len(warnings()) == 1 and "locked" in warnings()[0]


def test_a_file_that_is_no_database(run, project, warnings):
    (project / "broken.db").write_bytes(b"this is not a database " * 100)
    runs_all_the_same(run, project, "broken")
    assert len(warnings()) == 1 and "not a database" in warnings()[0]


@pytest.mark.parametrize("trouble", ["full", "read-only"])
def test_a_store_whose_disk_takes_no_more(run, project, warnings, disk, trouble):
    environment = project / "conf" / trouble
    environment.mkdir()
    (environment / "mlflow.yml").write_text(f"server: {{mlflow_tracking_uri: 'sqlite:///{disk.folder}/mlflow.db'}}")
    disk.fill(2**16)
    disk.set_writable(trouble == "full")
    runs_all_the_same(run, project, trouble)
    assert len(warnings()) == 1 and str(disk.folder) in warnings()[0]
    assert [path.name for path in disk.folder.iterdir()] == ["ballast"]


def test_what_a_locked_store_missed_is_written_later(run, project, warnings, locked, monkeypatch):
    # The lock goes while the second node runs; the store is tried again at the end at the latest.
    monkeypatch.setattr("tiny.pipeline_registry.BETWEEN", [lambda: locked.execute("ROLLBACK")])
    assert run("between", env="locked").error is None
    assert len(warnings()) == 1
    late = Store(f"sqlite:///{project}/locked.db")
    experiment = late.experiment_id("tiny")
    (parent,) = late.client.search_runs([experiment], "tags.`kedro.pipelines` = 'between'")
    found = late.client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'")
    children = {child.info.run_name: child for child in found}
    assert {run.info.status for run in [parent, *found]} == {"FINISHED"} and set(children) == {"train", "between"}
    train, between = children["train"], children["between"]
    assert train.info.start_time <= train.info.end_time <= between.info.start_time <= parent.info.end_time
    losses = late.client.get_metric_history(train.info.run_id, "loss")
    assert [loss.step for loss in losses] == [0, 1, 2]
    assert train.data.params["training.steps"] == "3" and train.inputs.dataset_inputs
    assert "samples" in {file.path for file in late.client.list_artifacts(train.info.run_id)}
    assert parent.data.params["many.p149"] == "149"


def test_what_the_store_refuses_holds_nothing_up(node_run, warnings):
    node_run.log_parameters({"steps": 3})
    node_run.log_parameters({"steps": 4})  # MLflow takes no other value for a parameter
    node_run.log_parameters({"rate": 5})
    assert node_run.store.client.get_run(node_run.run_id).data.params == {"steps": "3", "rate": "5"}
    assert len(warnings()) == 1


class Maker:
    """Makes a file in two steps, as MLflow makes a database in many."""

    between = staticmethod(lambda: None)

    def __init__(self, tracking_uri, registry_uri):
        self._path = tracking_uri.removeprefix("sqlite:///")
        with open(self._path, "a") as file:
            file.write("half")

    def search_experiments(self):
        type(self).between()
        with open(self._path, "a") as file:
            file.write(", whole")


@pytest.fixture
def maker(monkeypatch):
    class Mine(Maker):
        pass

    monkeypatch.setattr(database, "MlflowClient", Mine)
    return Mine


def test_a_new_database_is_whole(tmp_path, maker):
    database._make(tmp_path / "deep/mlflow.db")
    assert (tmp_path / "deep/mlflow.db").read_text() == "half, whole"
    assert len(list((tmp_path / "deep").iterdir())) == 1


def test_an_interrupted_database_is_none(tmp_path, maker):
    def interrupt():
        raise KeyboardInterrupt

    maker.between = staticmethod(interrupt)
    with pytest.raises(KeyboardInterrupt):
        database._make(tmp_path / "mlflow.db")
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_another_process_made_meanwhile_stays(tmp_path, maker):
    maker.between = staticmethod(lambda: (tmp_path / "mlflow.db").write_text("theirs"))
    database._make(tmp_path / "mlflow.db")
    assert (tmp_path / "mlflow.db").read_text() == "theirs"
    assert len(list(tmp_path.iterdir())) == 1
