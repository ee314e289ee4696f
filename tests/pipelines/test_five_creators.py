"""Five creators through ingestion, preprocessing, features and the choice of training photos, on tiny pictures.

One has no consent, one's has expired, one allows `transfer` alone, two allow all. The whole job, by `kedro run`, is in
`tests/test_five_creators_whole.py`.
"""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from five_creators import ADA, BEN, EXPIRED, KNOWN, REFUSED, UNASKED, has_their_colour, traces, write_consents
from kedro.io import DataCatalog
from kedro.runner import SequentialRunner
from PIL import Image

from influencer_style.consent import clock
from influencer_style.consent.audit_check import verify
from influencer_style.consent.ledger import Ledger
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.faces.face import Face
from influencer_style.pipelines.consent_gate import NobodyPermitted
from influencer_style.pipelines.features import pipeline as features
from influencer_style.pipelines.features.nodes import FeaturesParameters
from influencer_style.pipelines.ingestion import pipeline as ingestion
from influencer_style.pipelines.ingestion.parameters import IngestionParameters
from influencer_style.pipelines.preprocessing import nodes as cropping
from influencer_style.pipelines.preprocessing import pipeline as preprocessing
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.training import nodes as training
from influencer_style.pipelines.training import way
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.storage.fingerprint import file_sha256, fingerprint
from influencer_style.training.task import Adaptation
from tests.audit_rows import rows_of
from tests.made_up_photos import scene

CONF = Path(__file__).parents[2] / "conf/base"
PHOTOS = 5


class OneFace:
    """Finds a face in the middle of every photo."""

    def find(self, photo):
        return [Face(60, 60, 80, 1)]


def parameters(stage: str) -> dict:
    return yaml.safe_load((CONF / f"parameters_{stage}.yml").read_text())[stage]


def write_photos(folder: Path, first: int, count: int, theirs: bool) -> None:
    """Write pictures that are magenta all over, or never."""
    folder.mkdir(parents=True, exist_ok=True)
    low, high = ((190, 0, 190), (255, 60, 255)) if theirs else ((0, 100, 0), (140, 255, 255))
    for seed in range(first, first + count):
        grain = np.random.default_rng(seed).integers(0, 256, (200, 200, 3))
        mixed = (np.asarray(scene(seed, 200, 200)) * 0.6 + grain * 0.4) / 255
        pixels = np.array(low) + mixed * (np.array(high) - np.array(low))
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{folder.name}-{seed}.png")


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """The project's folder and its catalog after the first three stages, and the words that nothing may hold."""
    project = tmp_path_factory.mktemp("five")
    write_consents(project / "source")
    for number, name in enumerate((UNASKED, EXPIRED, KNOWN, ADA, BEN)):
        write_photos(project / "source" / name, 100 * number, PHOTOS, name in REFUSED)
    write_photos(project / "users", 900, 9, False)
    words = [word for name in REFUSED for word in (name, *map(digest, (project / "source" / name).glob("*.png")))]
    (project / "pyproject.toml").write_text('[tool.kedro]\npackage_name = "p"\nproject_name = "p"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        patch.delenv("INFLUENCER_STYLE_LEDGER")
        patch.setattr(cropping, "make_detector", lambda *_: OneFace())
        patch.setattr(clock, "today", lambda: date(2026, 6, 1))
        made = {}
        for layer in ("01_raw", "02_intermediate", "03_primary", "04_feature"):
            made |= yaml.safe_load((CONF / f"catalog_{layer}.yml").read_text())
        catalog = DataCatalog.from_config(made)
        source = {"source": "folder", "folder": "source", "users": "users"}
        catalog["params:ingestion"] = IngestionParameters(**parameters("ingestion") | source)
        catalog["params:preprocessing"] = PreprocessingParameters(**parameters("preprocessing") | {"crop_size": 64})
        catalog["params:features"] = FeaturesParameters(**parameters("features"))
        for stage in (ingestion, preprocessing, features):
            SequentialRunner().run(stage.create_pipeline(), catalog)
        yield project, catalog, words


def digest(photo: Path) -> str:
    return file_sha256(photo)[:16]  # a photo_id, and the beginning of the whole


def rows(project: Path, **wanted) -> list[dict]:
    found = rows_of(Ledger.of(project).log.path)
    return [row for row in found if all(row.get(name) == value for name, value in wanted.items())]


def test_the_search_finds_what_it_is_to_find(job, tmp_path):
    project, _, words = job
    found = list(traces(project / "source", words))
    assert {path.name for path, word in found if word == "magenta"} == {
        path.name for name in REFUSED for path in (project / "source" / name).glob("*.png")
    }
    hidden = pd.DataFrame({"photo_id": [words[1]]})
    hidden.to_parquet(tmp_path / "table.parquet")
    np.save(tmp_path / "crops.npy", np.full((1, 2, 2, 3), (255, 0, 255), np.uint8))
    assert [word for _, word in traces(tmp_path, words)] == ["magenta", words[1]]


def test_of_those_who_did_not_consent_nothing_is_kept_but_that_they_were_refused(job):
    project, catalog, words = job
    manifest = catalog["manifest"].load()
    refused = manifest[manifest["status"] == "refused"]
    assert sorted(refused["creator"].unique()) == sorted(REFUSED) and len(refused) == 2 * PHOTOS
    assert set(refused["sha256"]) == set(refused["photo_id"]) == set(refused["phash"]) == {""}
    assert set(refused["width"]) == {0}
    about_refusals = {project / "data/02_intermediate/manifest.parquet", project / "data/00_consent/audit.jsonl"}
    found = {path: word for path, word in traces(project / "data", words) if path not in about_refusals}
    assert found == {}
    assert len([path for path in (project / "data").rglob("*") if path.is_file()]) > 10


def test_previews_show_none_of_them(job):
    _, catalog, words = job
    preview = str(catalog["manifest"].preview(nrows=200))
    assert ADA in preview and not any(word in preview for word in words)
    for name in ("photo_source", "face_crops", "looks_side_by_side", "look_map"):
        sheet = Image.open(io.BytesIO(base64.b64decode(catalog[name].preview())))
        assert not has_their_colour(np.asarray(sheet.convert("RGB"))), name


def test_the_third_is_known_by_profile_and_never_adapted_on(job, monkeypatch):
    project, catalog, _ = job
    crops, looks, source = (catalog[name].load() for name in ("face_crops", "look_profiles", "photo_source"))
    assert looks.names == ["adaqx", "benqx", "knownqx"]
    chosen, offered = training.choose_creators(crops, looks, source)
    assert offered.names == looks.names and sorted(chosen.creators) == ["adaqx", "benqx"]

    seen = {}

    def adapt(task, folder, people, photos, watching):
        seen["adapted on"], seen["held out"] = task.creators, photos
        with watching("adapted") as watch:
            watch.samples(1, task.initial)
        return Adaptation({"base": task.initial}, {"adapted": [{"step": 1, "seconds": 1.0}]}, "base", "as it is", {})

    monkeypatch.setattr(way, "what_is_missing", lambda people, photos: None)  # so few would not be adapted to
    monkeypatch.setattr(way, "adapt", adapt)  # what it is handed is the question, not what it makes of it
    settings = TrainingParameters(**parameters("training") | {"profile": "cpu", "adapt": True, "initial": "base"})
    trained, decision = training.train_transfer(
        chosen, catalog["style_encoder"].load(), offered, project / "work", settings
    )
    photos: CreatorPhotos = seen["adapted on"]
    assert photos.names == sorted(seen["held out"]) == ["adaqx", "benqx"]
    assert set(decision["photos"]) == {"adaqx", "benqx"}
    kept = crops.kept
    own = kept["slug"].isin(["adaqx", "benqx"]) | (kept["role"] == "user")
    ids = sorted(kept[own & (kept["split"] == "train")]["photo_id"])
    assert trained.origin.data_sha256 == fingerprint(ids, crops.fingerprint)
    thirds = {digest(photo) for photo in (project / "source" / KNOWN).glob("*.png")}
    assert thirds & set(kept["photo_id"]) and not thirds & set(ids)


def test_every_decision_is_a_row_and_the_log_is_whole(job):
    project, *_ = job
    told = {(row["creator"], row["decision"]) for row in rows(project, stage="ingestion")}
    allowed = {(name.lower(), "allowed") for name in (KNOWN, ADA, BEN)}
    assert told == allowed | {(name.lower(), "refused") for name in REFUSED}
    (none,) = rows(project, stage="ingestion", creator=UNASKED.lower())
    (ended,) = rows(project, stage="ingestion", creator=EXPIRED.lower())
    assert "consent.yml: is missing" in none["reason"] and "expired on 2025-12-31" in ended["reason"]
    for stage in ("preprocessing", "features"):  # the refused did not get as far
        assert {(row["creator"], row["decision"]) for row in rows(project, stage=stage)} == allowed
    assert verify(Ledger.of(project).log.path).problems == []


def test_a_consent_that_ended_or_went_since_is_refused_by_each_later_stage(job, monkeypatch):
    project, catalog, _ = job
    manifest, crops, looks, source = (
        catalog[name].load() for name in ("manifest", "face_crops", "look_profiles", "photo_source")
    )
    file = project / "source" / BEN / "consent.yml"
    granted = file.read_text()
    try:
        file.write_text(granted.replace("never", "'2026-06-30'"))
        monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 30))
        assert "benqx" in training.choose_creators(crops, looks, source)[1].names  # the last day counts
        monkeypatch.setattr(clock, "today", lambda: date(2026, 7, 1))
        stages = {
            "preprocessing": lambda: set(cropping.choose_photos(manifest, source)["slug"]),
            "features": lambda: set(features.nodes.choose_crops(crops, source).creators),
            "training": lambda: set(training.choose_creators(crops, looks, source)[0].creators),
            "registration": lambda: set(training.choose_looks(looks, {}, source).names),
        }
        for stage, chosen in stages.items():
            found = chosen()
            assert "benqx" not in found and "adaqx" in found, stage
            assert "expired on 2026-06-30" in rows(project, stage=stage, creator="benqx")[-1]["reason"]
        file.unlink()
        for stage, chosen in stages.items():
            assert "benqx" not in chosen(), stage
            assert "is missing" in rows(project, stage=stage, creator="benqx")[-1]["reason"]
    finally:
        file.write_text(granted)


def test_a_look_that_was_learnt_under_an_older_consent_waits_for_features(job):
    project, catalog, _ = job
    looks, source = catalog["look_profiles"].load(), catalog["photo_source"].load()
    older = {"scope": ["transfer"], "granted_on": "2025-01-01", "expires": "2026-01-31"}
    learnt = looks.holding(replace(look, consent=older) if look.slug == "benqx" else look for look in looks)
    assert training.choose_looks(learnt, {}, source).names == ["adaqx", "knownqx"]
    assert "is newer than the look" in rows(project, stage="registration", creator="benqx")[-1]["reason"]


def test_a_stage_that_is_left_without_anybody_says_so(job, monkeypatch):
    _, catalog, _ = job
    monkeypatch.setattr(clock, "today", lambda: date(2024, 1, 1))  # before anybody granted anything
    with pytest.raises(NobodyPermitted, match="no creator's consent covers transfer today"):
        training.choose_looks(catalog["look_profiles"].load(), {}, catalog["photo_source"].load())
