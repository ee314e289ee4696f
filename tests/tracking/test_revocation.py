"""What a withdrawal does to versions and runs in the store."""

from __future__ import annotations

import json

import pytest

from influencer_style.networks.bundle import REVOKED, BundleError, TransferBundle
from influencer_style.tracking import current
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.registry.champion import contender, folder_of
from influencer_style.tracking.registry.registration import register_generator
from influencer_style.tracking.registry.revocation import empty, remove_pictures, revoke, versions_holding
from influencer_style.tracking.registry.versions import RegistryError, model_folder, versions_made_from

NAME = "look-revoked"


@pytest.fixture(scope="module")
def registered(store, project, tmp_path_factory):
    """Three versions: of noir alone, of noir and aurora, of aurora alone; the second is the champion."""
    opened = NodeRun(store, "node", [], project)
    opened.open(store.experiment_id("single"))
    current.enter(opened)
    for creators in ("noir", "aurora, noir", "aurora"):
        folder = tmp_path_factory.mktemp("model")
        (folder / "looks.json").write_text(json.dumps({"looks": [{"slug": "noir"}]}))
        (folder / "generator.safetensors").write_bytes(creators.encode())
        tags = {"creators": creators, "fingerprint": creators, "revoked": "false"}
        register_generator(folder, NAME, tags, "# card")
    opened.close("FINISHED")
    store.client.set_registered_model_alias(NAME, "champion", "2")
    return store


def test_versions_are_found_by_the_whole_name_of_a_look(registered):
    registered.client.set_model_version_tag(NAME, "3", "taught", "aurora, meridian")
    assert [one.version for one in versions_holding(registered, NAME, "meridian")] == ["3"], "taught, and not offered"
    assert [one.version for one in versions_holding(registered, NAME, "noir")] == ["1", "2"]
    assert [one.version for one in versions_holding(registered, NAME, "aurora")] == ["2", "3"]
    assert versions_holding(registered, NAME, "noi") == versions_holding(registered, "nothing", "noir") == []


def test_a_revoked_version_loses_title_and_files_and_nothing_loads_it(registered, project, monkeypatch):
    monkeypatch.chdir(project)
    for _ in range(2):  # again, as after a kill
        for one in versions_holding(registered, NAME, "noir"):
            revoke(registered, one, "Noir withdrew")
            empty(registered, one, "Noir withdrew")
    assert "champion" not in registered.client.get_registered_model(NAME).aliases
    with pytest.raises(RegistryError, match=r"version 2 was revoked: Noir withdrew\. Load models:/look-revoked@ch"):
        model_folder(f"models:/{NAME}/2")
    left = folder_of(registered, contender(registered, NAME, "2"))
    assert [file.name for file in left.iterdir()] == [REVOKED]
    with pytest.raises(BundleError, match="was revoked: Noir withdrew"):
        TransferBundle.load(left)
    assert versions_made_from(registered, NAME, "noir") == [], "the same photos later make a version of their own"
    assert (model_folder(f"models:/{NAME}/3")[0] / "generator.safetensors").read_bytes() == b"aurora"


def test_pictures_go_unless_their_run_is_known_not_to_show_the_creator(store, project, tmp_path):
    experiment = store.experiment_id("pictures")

    def family(*told: str | None) -> list[str]:
        parent = store.client.create_run(experiment, tags={"kedro.pipelines": "x"}).info.run_id
        made = []
        for creators in told:
            tags = {"kedro.node": "draw", "mlflow.parentRunId": parent}
            tags |= {} if creators is None else {current.CREATORS_TAG: creators}
            made.append(store.client.create_run(experiment, tags=tags).info.run_id)
            for path in ("sheet.png", "samples/0100.png"):
                store.client.log_text(made[-1], "a picture", path)
        store.client.log_text(parent, "settings", "config.yml")
        return [parent, *made]

    shows, silent, others = family(None, "aurora, noir"), family(None), family("aurora", None)
    assert remove_pictures(store, experiment, "noir") == (6, [])
    assert remove_pictures(store, experiment, "noir") == (0, [])

    def files(run: str) -> list[str]:
        return [
            entry.path for entry in store.client.list_artifacts(run) if not entry.is_dir or _full(store, run, entry)
        ]

    assert [files(run) for run in (*shows, *silent)] == [["config.yml"], [], [], ["config.yml"], []]
    assert all("sheet.png" in files(run) for run in others[1:])


def _full(store, run, entry) -> bool:
    return bool(store.client.list_artifacts(run, entry.path))
