"""Withdrawal on a small project's data, as the catalog keeps them; nothing is tracked here, see test_withdrawn.py."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
import yaml
from kedro.io import DataCatalog
from kedro.runner import SequentialRunner
from made_up_synthesis import with_looks_of
from tiny_project import ROOT

from influencer_style.consent import clock, ledger
from influencer_style.consent.audit_check import verify
from influencer_style.consent.audit_log import LOG_FILE
from influencer_style.consent.tombstones import Tombstones
from influencer_style.faces.store import LABELS
from influencer_style.faces.update import FaceUpdate
from influencer_style.networks.base import SynthesisBase, TransferBase
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.pipelines.withdrawal.parameters import WithdrawalError, WithdrawalParameters
from influencer_style.pipelines.withdrawal.pipeline import create_pipeline

PIPELINE = create_pipeline()
NODES = [node.name for group in PIPELINE.grouped_nodes for node in group]


def parameters(name: str) -> dict:
    return yaml.safe_load((ROOT / f"conf/base/parameters_{name}.yml").read_text())


@pytest.fixture
def catalog(world, tmp_path, monkeypatch):
    """A project after a run: Warm and Cool, each with photos, crops, a look, and pictures that carry it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(ledger.FOLDER, str(tmp_path / "data/00_consent"))
    files = sorted((ROOT / "conf/base").glob("catalog*.yml"))
    made = DataCatalog.from_config({k: v for file in files for k, v in yaml.safe_load(file.read_text()).items()})
    faces, truths = world["face_crops"], world["truth_crops"]
    owner = faces.table["creator"].where(faces.table["role"] == "creator", "")
    table = faces.table.assign(creator=owner, photo_id=[f"{number:016x}" for number in range(len(faces.table))])
    made["manifest"].save(
        table[["photo_id", "creator", "slug", "role", "split"]].assign(status="accepted", reason="", path="p.png")
    )
    for name, store, rows in (("face_crops", faces, table), ("truth_crops", truths, truths.table)):
        new = rows.drop(columns=["shard", "row"])
        update = FaceUpdate(store.size, store.fingerprint, None, new, store.pixels(store.table), store.keys)
        made[name].save(update)
    made["descriptors"].save(
        table[["photo_id", *LABELS]].assign(descriptor=[[0.0]] * len(table), moments=[[1.0]] * len(table))
    )
    made["look_profiles"].save(world["look_transfer"].looks)
    made["look_transfer"].save(world["look_transfer"])
    photos = {look: faces.pixels(faces.table[faces.table["slug"] == look]) for look in ("cool", "warm")}
    made["look_synthesis"].save(with_looks_of(world["look_transfer"], photos))
    made["restyled_index"].save(
        pd.DataFrame(
            [
                {"picture": f"{'-'.join(looks)}.png", "consents": json.dumps({look: {} for look in looks})}
                for looks in (["cool"], ["warm"], ["cool", "warm"], [])
            ]
            + [{"picture": "generated/cool-direct-0-0000.png", "consents": json.dumps({"cool": {}})}]
        )
    )
    made["photo_source"].save(PhotoSource(kind="folder", creators="theirs", users="users"))
    for file in (
        "theirs/Cool/1.png",
        "data/06_models/training/abc/checkpoint.pt",
        "data/06_models/synthesis/abc/adapted.pt",
        "data/08_reporting/report.html",
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("something")
    made["params:training"] = TrainingParameters(**parameters("training")["training"])
    made["params:synthesis"] = SynthesisParameters(**parameters("synthesis_training")["synthesis"])
    made["params:withdrawal"] = WithdrawalParameters(**parameters("withdrawal")["withdrawal"])
    return made


def withdraw(catalog, name="Cool", killed_before: str | None = None) -> dict:
    catalog["params:creator"] = name
    if killed_before is not None:
        SequentialRunner().run(PIPELINE.only_nodes(*NODES[: NODES.index(killed_before)]), catalog)
        return {}
    SequentialRunner().run(PIPELINE, catalog)
    return catalog["withdrawal_record"].load()


def state(catalog) -> dict:
    """All that is kept, for comparison."""
    faces, truths = catalog["face_crops"].load(), catalog["truth_crops"].load()
    models = [catalog[name].load() for name in ("look_transfer", "look_synthesis")]
    crops = [crop.tobytes().hex() for crop in faces.pixels(faces.kept)]
    return {
        "manifest": catalog["manifest"].load().to_dict("records"),
        "faces": sorted(zip(faces.kept["photo_id"], crops, strict=True)),
        "truths": sorted(truths.table[["photo_id", "look", "kind"]].itertuples(index=False, name=None)),
        "descriptors": catalog["descriptors"].load()[["photo_id", "slug"]].to_dict("records"),
        "looks": catalog["look_profiles"].load().names,
        "models": [
            {"fingerprint": model.fingerprint, "looks": model.looks.names, "card": model.card} | model.notes
            for model in models
        ],
        "marks": [name for name in models[1].looks.names if models[1].looks[name].marks],
        "index": catalog["restyled_index"].load().to_dict("records"),
    }


def test_nothing_of_the_creator_is_left_and_all_of_the_others(catalog, tmp_path):
    before = catalog["manifest"].load()
    record = withdraw(catalog)
    after = state(catalog)
    assert {row["slug"] for row in after["manifest"]} == {"", "warm"}
    assert len(after["manifest"]) == len(before) - (before["slug"] == "cool").sum()
    assert len(after["faces"]) == len(after["manifest"]) == len(after["descriptors"])
    assert {look for _, look, kind in after["truths"] if kind != "regions"} == {"warm"}
    assert any(kind == "regions" for _, _, kind in after["truths"])
    assert after["looks"] == ["warm"] and after["marks"] == [], "no base was trained on photos"
    for model, name, base in zip(
        after["models"], ("transfer", "synthesis"), (TransferBase, SynthesisBase), strict=True
    ):
        assert (model["looks"], model["kept"], model["base_sha256"]) == (["warm"], "base", base.load().sha256)
        assert model["card"].startswith(f"# look-{name}\n") and "Cool" not in model["card"]
    assert [row["withdrawn"] for row in after["index"]] == ["cool", "", "cool", "", "cool"]
    listed = [f"data/07_model_output/{name}.png" for name in ("cool-warm", "cool", "generated/cool-direct-0-0000")]
    assert record["pictures_that_carry_the_look"] == listed
    assert record["photos"] == (before["slug"] == "cool").sum() == 6
    for folder in ("training", "synthesis"):
        assert not list((tmp_path / "data/06_models" / folder).iterdir())
    left = {path.name for path in (tmp_path / "data/08_reporting").iterdir()}
    assert left == {"withdrawal.json", "withdrawal.md"}
    assert (tmp_path / "theirs/Cool/1.png").read_text() == "something", "the user's folder is theirs"
    assert "not tracked" in record["not_reached"][0], "and what was not reached is said"
    page = (tmp_path / "data/08_reporting/withdrawal.md").read_text()
    assert "# Withdrawal of Cool" in page and "- data/07_model_output/cool-warm.png" in page


def test_their_pixels_are_gone_from_the_disk(catalog, tmp_path):
    faces = catalog["face_crops"].load()
    theirs = faces.pixels(faces.kept[faces.kept["slug"] == "cool"])
    withdraw(catalog)
    shards = [np.load(file) for file in (tmp_path / "data/03_primary").rglob("*.npy")]
    kept = {crop.tobytes() for shard in shards for crop in shard}
    assert kept and not kept & {crop.tobytes() for crop in theirs}


def test_twice_is_as_good_as_once_and_keeps_the_day(catalog, tmp_path, monkeypatch):
    withdraw(catalog)
    once = state(catalog)
    later = clock.now() + timedelta(days=400)
    monkeypatch.setattr(clock, "now", lambda: later)
    record = withdraw(catalog, "cool")
    assert state(catalog) == once
    assert date.fromisoformat(record["withdrawn_on"]) < clock.today()
    log = tmp_path / "data/00_consent" / LOG_FILE
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    assert [row["decision"] for row in rows] == ["begun", "done in part", "begun", "done in part"]
    assert not verify(log).problems


@pytest.mark.parametrize(
    "node", [pytest.param(node, marks=[pytest.mark.slow] * (number != 2)) for number, node in enumerate(NODES[1::3])]
)
def test_a_run_that_ends_before_a_node_is_finished_by_the_next(catalog, node):
    withdraw(catalog, killed_before=node)
    withdraw(catalog)
    halfway = state(catalog)
    assert "cool" not in json.dumps({**halfway, "index": []}) and halfway["looks"] == ["warm"]


def test_the_last_creator_leaves_no_model_and_no_looks(catalog, tmp_path):
    withdraw(catalog, "Cool")
    withdraw(catalog, "warm")
    assert not (tmp_path / "data/04_feature/look_profiles").exists()
    assert not (tmp_path / "data/06_models/look_transfer").exists()
    assert not (tmp_path / "data/06_models/look_synthesis").exists()
    assert {stone.slug for stone in Tombstones(tmp_path / "data/00_consent")} == {"cool", "warm"}


def test_a_project_that_only_knows_a_manifest_will_do(catalog, tmp_path):
    for folder in ("03_primary", "04_feature", "06_models", "07_model_output"):
        shutil.rmtree(tmp_path / "data" / folder)
    assert withdraw(catalog)["pictures_that_carry_the_look"] == []
    assert set(catalog["manifest"].load()["slug"]) == {"", "warm"}
    assert not (tmp_path / "data/03_primary").exists() and not (tmp_path / "data/04_feature").exists()


@pytest.mark.parametrize("name", ["", "Nobody", 7, "…"])
def test_a_name_that_nothing_knows_changes_nothing_and_says_whom_there_are(catalog, tmp_path, name):
    before = state_of_files(tmp_path)
    with pytest.raises(WithdrawalError, match="There are: Cool, Warm"):
        withdraw(catalog, name)
    assert state_of_files(tmp_path) == before


def state_of_files(folder) -> dict:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
