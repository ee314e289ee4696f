"""A project that was moved, renamed or copied goes on: its store's records follow, and nothing goes back to the old."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from influencer_style.tracking import current
from influencer_style.tracking.config import sqlite_uri
from influencer_style.tracking.moved import main
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.registry.registration import register_generator
from influencer_style.tracking.registry.versions import RegistryError, model_folder
from influencer_style.tracking.store import Store

URI = "models:/look-m@champion"
PLACES = {
    "experiments": "artifact_location",
    "runs": "artifact_uri",
    "logged_models": "artifact_location",
    "model_versions": "storage_location",
}


def stored_in(project: Path) -> Store:
    return Store(sqlite_uri(project / "mlflow.db"))


def places(project: Path) -> set[str]:
    """All places of files that the store of a project has on record, but those of MLflow's own experiment."""
    with closing(sqlite3.connect(project / "mlflow.db")) as connection:
        rows = [row for table, column in PLACES.items() for row in connection.execute(f"SELECT {column} FROM {table}")]
    return {place for (place,) in rows if not place.endswith("/mlruns/0")}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A project with a run that has a file, and a champion."""
    project = tmp_path_factory.mktemp("template") / "my project"
    model = project / "model"
    (project / "conf/base").mkdir(parents=True)
    (project / "conf/local").mkdir()
    (project / "conf/base/mlflow.yml").write_text('server: {mlflow_tracking_uri: "sqlite:///mlflow.db"}')
    (project / "pyproject.toml").write_text('[tool.kedro]\npackage_name = "x"\n')
    model.mkdir()
    (model / "looks.json").write_text(json.dumps({"looks": [{"slug": "noir"}]}))
    (model / "generator.safetensors").write_bytes(b"weights")
    store = stored_in(project)
    experiment = store.experiment_id("tiny")
    run = store.client.create_run(experiment)
    store.client.log_text(run.info.run_id, "text", "notes.md")
    node = NodeRun(store, "train", [], project)
    node.experiment_id, node.run_id = experiment, run.info.run_id
    current.enter(node)
    assert register_generator(model, "look-m", {"fingerprint": "1"}, "# card") == "1"
    node.close("FINISHED")
    return project


@pytest.fixture
def old(template, tmp_path):
    """A copy of the project that knows nothing of the first one, as if it had been made there."""
    project = tmp_path / "old [place]"
    shutil.copytree(template, project)
    with closing(sqlite3.connect(project / "mlflow.db")) as connection, connection:
        for table, column in PLACES.items():
            connection.execute(
                f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (template.as_uri(), project.as_uri())
            )
    return project


def test_a_project_that_was_moved_keeps_its_champion_and_writes_where_it_is_now(old, tmp_path, monkeypatch, caplog):
    new = old.rename(tmp_path / "new%20place?")
    monkeypatch.chdir(new)
    assert model_folder(URI)[0].is_relative_to(new)
    assert (model_folder(URI)[0] / "generator.safetensors").read_bytes() == b"weights"
    (said,) = [record.getMessage() for record in caplog.records if record.name.startswith("influencer_style")]
    assert str(new) in said and str(old) in said
    assert all(place.startswith((new / "mlruns").as_uri()) for place in places(new)) and len(places(new)) == 3
    store = stored_in(new)
    (before,) = store.client.search_runs([store.experiment_id("tiny")])
    assert Path(store.client.download_artifacts(before.info.run_id, "notes.md")).read_text() == "text"
    later = store.client.create_run(store.experiment_id("tiny"))
    store.client.log_text(later.info.run_id, "text", "notes.md")
    assert (new / "mlruns" / later.info.run_id / "artifacts/notes.md").exists()
    assert not old.exists()


def test_a_copy_leaves_the_files_of_the_first_alone(old, tmp_path, monkeypatch):
    before = places(old)
    copied = shutil.copytree(old, tmp_path / "copied")
    monkeypatch.chdir(copied)
    assert model_folder(URI)[0].is_relative_to(copied)
    assert all(place.startswith((copied / "mlruns").as_uri()) for place in places(copied))
    monkeypatch.chdir(old)
    assert model_folder(URI)[0].is_relative_to(old) and places(old) == before


def test_a_moved_project_without_its_files_does_not_write_to_the_old_place(old, tmp_path):
    new = old.rename(tmp_path / "new")
    shutil.rmtree(new / "mlruns")
    store = stored_in(new)
    run = store.client.create_run(store.experiment_id("tiny"))
    store.client.log_text(run.info.run_id, "text", "notes.md")
    assert (new / "mlruns").exists() and not old.exists()


def test_a_place_that_somebody_chose_stays(old, tmp_path):
    disk = tmp_path / "large disk/mlruns"
    store = stored_in(old)
    experiment = store.client.create_experiment("elsewhere", disk.as_uri())
    store.client.log_text(store.client.create_run(experiment).info.run_id, "text", "notes.md")
    new = old.rename(tmp_path / "new")
    again = stored_in(new)
    assert again.client.get_experiment(experiment).artifact_location == disk.as_uri()
    assert {place.startswith(disk.as_uri()) for place in places(new)} == {True, False}
    assert (new / "mlruns").as_uri() in places(new)


def test_a_link_to_a_project_changes_nothing(old, tmp_path, monkeypatch, caplog):
    before = places(old)
    (tmp_path / "link").symlink_to(old)
    monkeypatch.chdir(tmp_path / "link")
    assert model_folder(URI)[1] == "look-m version 1"
    assert places(old) == before and not caplog.records


def test_it_can_be_done_before_mlflows_own_programs_start(old, tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    assert main() == 0
    new = old.rename(tmp_path / "new")
    (new / "docs").mkdir()
    monkeypatch.chdir(new / "docs")
    assert main() == 0 and all(place.startswith((new / "mlruns").as_uri()) for place in places(new))
    (new / "mlflow.db").write_bytes(b"this is not a database " * 100)
    assert main() == 1 and "not a database" in caplog.text


def test_the_files_of_a_version_say_nothing_of_this_machine(old, monkeypatch):
    import influencer_style

    monkeypatch.chdir(old)
    logged = model_folder(URI)[0].parents[1]
    ours = [str(old.parent), str(Path(influencer_style.__file__).parents[1]), "/template", str(Path.home())]
    for file in (path for path in logged.iterdir() if path.is_file()):
        assert not [place for place in ours if place in file.read_text()], file


HOSTILE = {
    "absolute": "/etc",
    "above": "artifacts/../../../../..",
    "a drive": "C:\\secrets",
    "backslashes": "..\\..\\secrets",
    "a link": "link",
    "no text": 7,
}


@pytest.mark.parametrize("how", HOSTILE)
def test_an_mlmodel_that_leads_out_of_its_folder_is_refused(old, tmp_path, monkeypatch, how):
    monkeypatch.chdir(old)
    logged = model_folder(URI)[0].parents[1]
    (logged / "link").symlink_to(tmp_path)
    file = logged / "MLmodel"
    file.write_text(file.read_text().replace("path: artifacts/model", f"path: {json.dumps(HOSTILE[how])}"))
    with pytest.raises(RegistryError, match=r"MLmodel.*register the model anew"):
        model_folder(URI)


@pytest.mark.parametrize("content", [b"", b"[" * 5000, b"a: &a [*a]", b"\xff\xfe\x00", b"flavors: 7", b"x" * 2**17])
def test_a_damaged_mlmodel_is_refused(old, monkeypatch, content):
    monkeypatch.chdir(old)
    (model_folder(URI)[0].parents[1] / "MLmodel").write_bytes(content)
    with pytest.raises(RegistryError, match=r"MLmodel cannot be used .*register the model anew"):
        model_folder(URI)


@pytest.mark.parametrize("trouble", ["locked", "no database", "damaged"])
def test_a_registry_in_trouble_is_an_error_with_a_remedy(old, monkeypatch, trouble):
    monkeypatch.chdir(old)
    monkeypatch.setattr("influencer_style.tracking.registry.versions._PATIENCE_S", 0.2)
    database = old / "mlflow.db"
    remedy = {"locked": "another program holds that file"}
    if trouble == "no database":
        database.write_bytes(b"this is not a database " * 1000)
    elif trouble == "damaged":
        content = database.read_bytes()
        database.write_bytes(content[:4096] + b"\x55" * (len(content) - 4096))
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        if trouble == "locked":
            holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RegistryError, match=remedy.get(trouble, "the file is damaged; restore it")) as raised:
            model_folder(URI)
    assert str(database) in str(raised.value)
