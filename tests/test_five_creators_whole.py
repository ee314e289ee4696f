"""The main job on five creators' photos: two leave no trace in anything that a run writes, one is never trained on.

In the end one withdraws.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from five_creators import ADA, BEN, EXPIRED, KNOWN, REFUSED, TERMS_OF, UNASKED, traces, write_consents
from PIL import Image
from tiny_project import kedro, make_project

from influencer_style.consent.audit_check import verify
from influencer_style.consent.audit_row import Head
from influencer_style.consent.ledger import Ledger
from influencer_style.faces.store import FaceStore
from influencer_style.networks.bundle import REVOKED
from influencer_style.storage.fingerprint import file_sha256, fingerprint
from influencer_style.studio.demo_set import render_demo_set
from influencer_style.studio.population import StudioSettings
from tests.audit_rows import rows_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_no_ledger_but_the_projects")]


@pytest.fixture
def _no_ledger_but_the_projects(monkeypatch):
    monkeypatch.delenv("INFLUENCER_STYLE_LEDGER")


def run(project, *arguments, also=""):
    parameters = f"ingestion.source=folder,ingestion.folder=source,ingestion.users=users,{also}".rstrip(",")
    return kedro(project, "run", "--env", "test", "--params", parameters, *arguments, timeout=1500)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run on studio portraits under five creators' names, and the words that nothing may hold."""
    project = make_project(tmp_path_factory.mktemp("five"))
    render_demo_set(project / "studio", StudioSettings(6, 12, 128, 7, (), ()), progress=False)
    shutil.move(project / "studio/users", project / "users")
    write_consents(project / "source")
    looks = sorted((project / "studio/creators").iterdir())
    for name, look in zip(TERMS_OF, [looks[0], looks[1], *looks[1:]], strict=True):
        for photo in sorted(look.glob("*.jpg")):
            pixels = np.asarray(Image.open(photo).convert("RGB"))
            if name == EXPIRED:
                pixels = pixels[:, ::-1].copy()  # the third has the same look, and none of these photos
            if name in REFUSED:
                pixels = (pixels * 0.25 + np.array([191, 0, 191])).astype(np.uint8)
            Image.fromarray(pixels).save(project / "source" / name / f"{name}-{photo.stem}.png")
    shutil.rmtree(project / "studio")
    done = run(project)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    words = [*REFUSED]
    for name in REFUSED:
        words += [file_sha256(photo)[:16] for photo in (project / "source" / name).glob("*.png")]
    return project, words


def test_two_leave_no_trace_but_that_they_were_refused(finished):
    project, words = finished
    refusals = {project / "data/02_intermediate/manifest.parquet", project / "data/00_consent/audit.jsonl"}
    written = [project / "data", project / "mlruns"]
    assert {path: what for folder in written for path, what in traces(folder, words) if path not in refusals} == {}
    assert not any(word.lower().encode() in (project / "mlflow.db").read_bytes().lower() for word in words)
    assert (project / "data/08_reporting/report.html").is_file() and any((project / "mlruns").rglob("*.png"))
    manifest = pd.read_parquet(project / "data/02_intermediate/manifest.parquet")
    refused = manifest[manifest["status"] == "refused"]
    assert sorted(refused["creator"].unique()) == sorted(REFUSED) and set(refused["sha256"]) == {""}


def test_the_third_has_a_look_and_is_not_trained_on(finished):
    project, _ = finished
    looks = json.loads((project / "data/06_models/look_transfer/looks.json").read_text())["looks"]
    assert sorted(look["creator"] for look in looks) == sorted([KNOWN, ADA, BEN])
    decision = json.loads((project / "data/08_reporting/training_decision.json").read_text())
    assert sorted(decision["photos"]) == [ADA.lower(), BEN.lower()]
    crops = FaceStore.open(project / "data/03_primary/face_crops")
    kept = crops.kept[crops.kept["split"] == "train"]
    own = kept[(kept["role"] == "user") | kept["creator"].isin([ADA, BEN])]
    assert KNOWN in set(kept["creator"])
    inputs = [json.loads(path.read_text()) for path in (project / "data/06_models/training").glob("*/inputs.json")]
    assert [told["photos"] for told in inputs] == [fingerprint(sorted(own["photo_id"]), crops.fingerprint)]


def test_the_log_says_who_was_refused_where_and_the_run_says_where_it_ends(finished):
    project, _ = finished
    log = Ledger.of(project).log
    told = {(row["stage"], row["creator"], row["scope"]): row["decision"] for row in rows_of(log.path)}
    for name in REFUSED:
        assert {key: said for key, said in told.items() if key[1] == name.lower()} == {
            ("ingestion", name.lower(), "train or transfer"): "refused"
        }
    for name, trained in ((KNOWN, "refused"), (ADA, "allowed"), (BEN, "allowed")):
        own = {key[0]: said for key, said in told.items() if key[1] == name.lower() and key[2] != "train"}
        stages = ("ingestion", "preprocessing", "features", "training", "registration", "evaluation")
        own.pop("serving", None)  # MLflow tries the example of each version that is registered
        assert own == dict.fromkeys(stages, "allowed")
        assert told["training", name.lower(), "train"] == trained
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{project}/mlflow.db")
    (experiment,) = client.search_experiments(filter_string="name = 'influencer_style'")
    (parent,) = [one for one in client.search_runs([experiment.experiment_id]) if "audit_head" in one.data.tags]
    noted = Head.of(parent.data.tags["audit_head"])
    assert verify(log.path, noted).problems == [] and noted == log.head()
    assert f"--head {noted}" in (project / "data/08_reporting/report.html").read_text()


def test_a_consent_that_ends_later_ends_what_later_stages_do(finished):
    project, _ = finished
    consent = project / "source" / BEN / "consent.yml"
    granted = consent.read_text()
    try:
        consent.write_text(granted.replace("expires: never", "expires: 2025-06-01"))
        done = run(project, "--pipeline", "training")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    finally:
        consent.write_text(granted)
    looks = json.loads((project / "data/06_models/look_transfer/looks.json").read_text())["looks"]
    assert sorted(look["creator"] for look in looks) == sorted([KNOWN, ADA])
    decision = json.loads((project / "data/08_reporting/training_decision.json").read_text())
    assert list(decision["photos"]) == [ADA.lower()]
    assert UNASKED.lower() not in json.dumps(looks)


def test_one_withdraws_and_is_gone_from_all_but_the_records(finished):
    project, _ = finished
    own = sorted((project / "source" / ADA).iterdir())
    before = {path: path.read_bytes() for path in own}
    photos = [file_sha256(path)[:16] for path in own if path.suffix == ".png"]
    done = run(project, "--pipeline", "withdrawal", also=f"creator={ADA}")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    ledger = Ledger.of(project)
    stone = ledger.tombstones.of(ADA)
    assert stone.photos == tuple(sorted(photos)) and {path: path.read_bytes() for path in own} == before
    found = [path for folder in ("data", "mlruns") for path, _ in traces(project / folder, [ADA, *photos])]
    assert [path for path in found if not _may_say_who_withdrew(path.relative_to(project))] == []
    assert _champion(project) and ADA.lower() not in _champion(project)
    again = run(project)
    assert again.returncode == 0, again.stdout[-3000:] + again.stderr[-3000:]
    manifest = pd.read_parquet(project / "data/02_intermediate/manifest.parquet")
    theirs = manifest[manifest["creator"] == ADA]
    assert len(theirs) == len(photos) and set(theirs["status"]) == {"refused"} and set(theirs["sha256"]) == {""}
    assert theirs["reason"].str.contains(f"{ADA} withdrew on").all()
    assert ADA.lower() not in _champion(project)
    assert verify(ledger.log.path).problems == []


def _may_say_who_withdrew(path: Path) -> bool:
    """Whether a file is the ledger's, the record of the withdrawal, or MLflow's account of what a run was told."""
    return path.parts[1] == "00_consent" or path.stem == "withdrawal" or path.name in ("config.yml", REVOKED)


def _champion(project) -> list[str]:
    """Return the looks that the registered champion offers, in a process of its own."""
    code = "from influencer_style import Stylist; print(*Stylist.load('models:/look-transfer@champion').looks)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
