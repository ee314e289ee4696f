"""A model folder becomes a version of a registered model."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from influencer_style.tracking.registry import served
from influencer_style.tracking.registry.registration import is_registered, register_generator
from influencer_style.tracking.registry.versions import RegistryError, model_folder

TAGS = {"creators": "noir", "revoked": "false"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the registry needs of a model folder; too little to answer requests."""
    made = tmp_path / "look_transfer"
    made.mkdir()
    (made / "looks.json").write_text(json.dumps({"looks": [{"slug": "noir"}]}))
    (made / "generator.safetensors").write_bytes(b"weights")
    return made


def test_versions_aliases_tags_and_the_run(node_run, store, folder, caplog, project, monkeypatch):
    caplog.set_level(logging.INFO)
    first = register_generator(folder, "look-a", TAGS | {"fingerprint": "1"}, "# card")
    again = register_generator(folder, "look-a", TAGS | {"fingerprint": "1"}, "# card")
    second = register_generator(folder, "look-a", TAGS | {"fingerprint": "2"}, "# card")
    assert (first, again, second) == ("1", "1", "2")
    assert store.client.get_registered_model("look-a").aliases == {"champion": 1, "challenger": 2}
    version = store.client.get_model_version("look-a", "1")
    assert version.run_id == node_run.run_id
    assert version.tags == TAGS | {"fingerprint": "1"}
    assert version.description == "# card"
    outputs = store.client.get_run(node_run.run_id).outputs.model_outputs
    assert len(outputs) == 2
    assert version.source in [f"models:/{output.model_id}" for output in outputs]
    assert "its @challenger; evaluation judges it" in caplog.text
    monkeypatch.chdir(project)
    folder, version = model_folder("models:/look-a@champion")
    assert version == "look-a version 1" and (folder / "generator.safetensors").read_bytes() == b"weights"


def test_nothing_in_a_logged_model_is_pickled_and_requirements_are_pinned(node_run, folder, project, monkeypatch):
    register_generator(folder, "look-b", TAGS | {"fingerprint": "1"}, "# card")
    monkeypatch.chdir(project)
    logged = model_folder("models:/look-b/1")[0].parents[1]
    files = [path for path in logged.rglob("*") if path.is_file()]
    assert (logged / "served_model.py") in files
    assert (logged / "code/influencer_style/serving/served_model.py") in files
    assert not [path for path in files if path.suffix in {".pkl", ".pickle", ".pyc", ".pt", ".pth"}]
    assert not [path for path in files if path.read_bytes()[:2] in (b"\x80\x04", b"\x80\x05")]
    required = (logged / "requirements.txt").read_text().split()
    assert required == served.requirements()
    assert all("==" in line and "+" not in line for line in required)


def test_a_first_version_without_an_alias_gets_it_next_time(node_run, store, folder):
    register_generator(folder, "look-c", TAGS | {"fingerprint": "1"}, "# card")
    store.client.delete_registered_model_alias("look-c", "champion")  # as after a kill before the alias was set
    register_generator(folder, "look-c", TAGS | {"fingerprint": "1"}, "# card")
    assert store.client.get_model_version_by_alias("look-c", "champion").version == 1


def test_a_registration_that_was_killed_is_finished_the_next_time(node_run, store, folder):
    assert not is_registered("look-f")
    register_generator(folder, "look-f", TAGS | {"fingerprint": "1"}, "# card")
    store.client.delete_registered_model_alias("look-f", "champion")
    assert not is_registered("look-f"), "the base must not lose its title to what is registered next"
    for fingerprint in ("1", "2"):
        register_generator(folder, "look-f", TAGS | {"fingerprint": fingerprint}, "# card")
    store.client.delete_registered_model_alias("look-f", "challenger")
    assert register_generator(folder, "look-f", TAGS | {"fingerprint": "2"}, "# card") == "2"
    assert store.client.get_registered_model("look-f").aliases == {"champion": 1, "challenger": 2}
    assert is_registered("look-f") and len(store.client.search_model_versions("name = 'look-f'")) == 2


def test_a_kill_between_files_and_version_leaves_no_version(node_run, store, folder, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store.client, "create_model_version", killed)
        with pytest.raises(KeyboardInterrupt):
            register_generator(folder, "look-g", TAGS | {"fingerprint": "1"}, "# card")
    assert not store.client.search_model_versions("name = 'look-g'") and not is_registered("look-g")
    assert register_generator(folder, "look-g", TAGS | {"fingerprint": "1"}, "# card") == "1"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_registry_that_fails_is_one_warning(node_run, store, folder, caplog, monkeypatch):
    def fail(*arguments, **options):
        raise ConnectionError("no answer")

    monkeypatch.setattr(store, "_warned", False)
    monkeypatch.setattr(store.client, "create_model_version", fail)
    assert register_generator(folder, "look-d", TAGS | {"fingerprint": "1"}, "# card") is None
    monkeypatch.setattr(store, "_quiet_until", 0.0)
    warnings = [record.getMessage() for record in caplog.records if record.name.startswith("influencer_style")]
    assert len(warnings) == 1 and "registering look-d failed" in warnings[0]
    assert (folder / "generator.safetensors").exists()


def test_untracked_it_is_not_registered(folder, caplog):
    caplog.set_level(logging.INFO)
    assert register_generator(folder, "look-e", TAGS | {"fingerprint": "1"}, "# card") is None
    assert "is not registered as look-e" in caplog.text


def test_a_model_that_is_not_there_is_named(project, monkeypatch):
    monkeypatch.chdir(project)
    with pytest.raises(RegistryError, match=r"models:/nobody@champion.*kedro run"):
        model_folder("models:/nobody@champion")
