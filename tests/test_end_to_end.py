"""The main job on a tiny project, as a user runs it, twice, and what it leaves behind.

The first run is a process from nothing. Those that follow are forks of a process that has imported everything.
"""

import json

import pandas as pd
import pytest
from PIL import Image
from tiny_project import make_project, python, run

from influencer_style.metrics.baselines import METHODS
from influencer_style.networks.base import TransferBase


def test_a_stage_whose_inputs_are_missing_says_which_pipeline_makes_them(tmp_path):
    refused = run(make_project(tmp_path), "--pipeline", "features")
    assert refused.returncode != 0
    assert "kedro run --env test --pipeline preprocessing" in refused.stdout + refused.stderr


def test_the_run_leaves_a_model_a_scorecard_and_pictures(project, first):
    assert "deprecated" not in first.stdout + first.stderr
    model = project / "data/06_models/look_transfer"
    files = {"generator.safetensors", "encoder.safetensors", "looks.json", "looks.safetensors", "card.md"}
    assert files == {path.name for path in model.iterdir()}
    scorecard = json.loads((project / "data/08_reporting/scorecard.json").read_text())
    assert {"generator", "oracle", "neural_style", *METHODS} == set(scorecard["transfer"])
    best = min(scorecard["transfer"], key=lambda method: scorecard["transfer"][method]["delta_e"]["mean"])
    assert best == "oracle"
    for name in ("contact_sheet", "looks_side_by_side", "look_map", "training_curves", "training_samples"):
        with Image.open(project / f"data/08_reporting/{name}.png") as picture:
            assert picture.width > 200
    report = (project / "data/08_reporting/report.html").read_text()
    assert "data:image" in report and 'src="http' not in report


def test_every_node_is_a_finished_run_under_one_parent(project, first):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{project}/mlflow.db")
    experiment = client.get_experiment_by_name("influencer_style")
    runs = client.search_runs([experiment.experiment_id])
    parents = [r for r in runs if "mlflow.parentRunId" not in r.data.tags]
    assert len(parents) == 1
    children = [r for r in runs if r.data.tags.get("mlflow.parentRunId") == parents[0].info.run_id]
    assert {r.info.status for r in runs} == {"FINISHED"}
    assert {r.info.run_name for r in children} == {
        "ingestion.open_source", "ingestion.scan_photos",
        "preprocessing.choose_photos", "preprocessing.crop_faces", "preprocessing.crop_truth",
        "features.choose_crops", "features.choose_encoder", "features.describe_crops", "features.profile_looks",
        "features.draw_looks",
        "training.choose_creators", "training.train_transfer", "training.choose_looks", "training.register_transfer",
        "evaluation.choose_looks", "evaluation.restyle_test_users", "evaluation.score", "evaluation.draw_contact_sheet",
        "evaluation.try_known_looks",
        "evaluation.write_report", "evaluation.judge_challenger", "evaluation.promote", "evaluation.publish_scores",
    }  # fmt: skip
    assert len(children) == len(runs) - 1
    base, trained = (client.get_model_version("look-transfer", number) for number in ("1", "2"))
    assert base.tags["kept"] == "base" and base.tags["base_sha256"] == TransferBase.load().sha256
    assert base.tags["detector"] == trained.tags["detector"] == "lbp"
    assert trained.tags["kept"] == "trained" and trained.tags["creators"] == base.tags["creators"]
    assert "aurora" in base.tags["creators"] and len(base.tags["encoder_sha256"]) == 64


def test_six_steps_from_nothing_do_not_depose_the_base(project, first):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{project}/mlflow.db")
    aliases = client.get_registered_model("look-transfer").aliases
    assert {name: str(version) for name, version in aliases.items()} == {"champion": "1", "challenger": "2"}
    trained = client.get_model_version("look-transfer", "2")
    assert "## Scores" in trained.description and "| generator | " in trained.description
    assert trained.tags["verdict"] == "not promoted" and "not surely better" in trained.tags["verdict_reasons"]
    record = json.loads((project / "data/08_reporting/promotion_record.json").read_text())
    assert record["truth_known"] and record["people"] == 2 and not record["promoted"]
    assert "Version 2 did not become the champion" in (project / "data/08_reporting/report.html").read_text()


def test_the_champion_loads_and_restyles_and_a_picture_is_followed_back(project, first):
    code = (
        "import sys, numpy as np\n"
        "from skimage.data import astronaut\n"
        "from influencer_style import Stylist\n"
        "from influencer_style.commands.main import main\n"
        "stylist = Stylist.load('models:/look-transfer@champion')\n"
        "result = stylist.apply(astronaut(), {'aurora': 0.7, 'noir': 0.3})\n"
        "result.save('restyled.webp')\n"
        "main(['trace', 'restyled.webp'])\n"
        "print(stylist.looks, result.picture.size)\n"
    )
    done = python(project, "-c", code, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("['aurora', 'meridian', 'noir', 'rosewater'] (512, 512)")
    told = done.stdout
    assert "aurora 70%, noir 30%" in told and "look-transfer 1, @champion" in told and "FINISHED" in told
    assert told.count("data/01_raw/studio/creators/aurora/aurora-") == told.count("/noir/noir-") > 0
    assert "face_crops" in told and "consent   noir: subject Noir" in told and "python -m kedro run --env test" in told


def latest_run(project):
    """Return the latest run of a pipeline in MLflow, and its nodes' runs by name."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{project}/mlflow.db")
    experiment = client.get_experiment_by_name("influencer_style")
    runs = client.search_runs([experiment.experiment_id], order_by=["start_time DESC"])
    parent = next(found for found in runs if "mlflow.parentRunId" not in found.data.tags)
    own = [found for found in runs if found.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    return parent, {found.info.run_name: found for found in own}


def test_the_parent_run_carries_scores_version_and_photos(project, first):
    parent, children = latest_run(project)
    scores = children["evaluation.score"].data.metrics
    assert parent.data.metrics["delta_e.generator"] == scores["delta_e.generator"] > 0
    assert parent.data.tags["registered_version"] == "look-transfer version 2"
    (photos,) = [entry.dataset for entry in parent.inputs.dataset_inputs]
    assert photos.name == "photos" and len(photos.digest) == 32
    assert len(parent.outputs.model_outputs) == 1


def test_a_second_run_does_no_work_twice(project, first):
    def stamp(pattern: str) -> dict[str, int]:
        return {str(p): p.stat().st_mtime_ns for p in sorted(project.glob(pattern)) if p.is_file()}

    kept = ("data/01_raw/studio/**/*.jpg", "data/03_primary/**/*.npy", "data/06_models/training/*/checkpoint.pt")
    before = [stamp(pattern) for pattern in kept]
    assert all(before)
    decided = len((project / "data/00_consent/audit.jsonl").read_text().splitlines())
    again = run(project)
    assert again.returncode == 0, again.stdout[-3000:]
    assert len((project / "data/00_consent/audit.jsonl").read_text().splitlines()) > decided
    decides_or_looks_up = {
        "ingestion.open_source", "ingestion.scan_photos", "preprocessing.choose_photos", "features.choose_crops",
        "training.choose_creators", "training.choose_looks", "evaluation.choose_looks", "evaluation.promote",
        "evaluation.publish_scores",
    }  # fmt: skip
    parent, children = latest_run(project)
    assert {name for name, node in children.items() if node.data.tags.get("reused") != "true"} == decides_or_looks_up
    assert len(children) == 23 and parent.data.metrics["delta_e.generator"] > 0
    assert [stamp(pattern) for pattern in kept] == before
    said = " ".join(again.stdout.split())
    assert "Nothing that training depends on has changed" in said
    manifest = pd.read_parquet(project / "data/02_intermediate/manifest.parquet")
    assert (manifest["status"] == "accepted").all() and len(manifest) == 29
    from mlflow import MlflowClient

    versions = MlflowClient(f"sqlite:///{project}/mlflow.db").search_model_versions("name='look-transfer'")
    assert len(versions) == 2, "the same model is not registered twice"


@pytest.mark.slow
def test_the_worse_gets_the_title_by_hand_alone_and_the_better_takes_it_back_by_the_rules(project, first):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{project}/mlflow.db")

    def champion() -> str:
        return str(client.get_model_version_by_alias("look-transfer", "champion").version)

    forced = run(project, "--pipeline", "rollback", "--params", "rollback.to=2,rollback.why=a trial")
    assert forced.returncode == 0 and champion() == "2", forced.stdout[-3000:]
    client.delete_model_version_tag("look-transfer", "1", "rolled_back")
    judged = run(project, "--pipeline", "promotion", "--params", "promotion.challenger=1")
    assert judged.returncode == 0 and champion() == "1", judged.stdout[-3000:]
    refused = run(project, "--pipeline", "rollback", "--params", "rollback.to=9")
    assert refused.returncode != 0 and "has no version 9; it has: 2, 1" in " ".join(refused.stdout.split())
    experiment = client.get_experiment_by_name("influencer_style")
    runs = client.search_runs([experiment.experiment_id], "attributes.run_name = 'rollback'")
    assert sorted(found.info.status for found in runs) == ["FAILED", "FINISHED"]
    assert "a trial" in {found.data.params.get("rollback.why") for found in runs}


@pytest.mark.slow
def test_changed_parameters_train_anew_and_say_why(project, first):
    changed = run(project, "--pipelines", "training", "--params", "training.loop.code_noise=0.2")
    assert changed.returncode == 0, changed.stdout[-3000:]
    assert "Training anew, because of a change in: parameters" in " ".join(changed.stdout.split())


def test_the_base_is_taken_as_it_is(project, first):
    shipped = run(project, "--pipelines", "training", "--params", "training.initial=base")
    assert shipped.returncode == 0, shipped.stdout[-3000:]
    assert (
        f"The base, SHA-256 `{TransferBase.load().sha256}`"
        in (project / "data/06_models/look_transfer/card.md").read_text()
    )


@pytest.mark.slow
def test_a_base_that_was_taught_here_is_taken_and_why_it_is_not_adapted_is_told(project, first):
    taught = run(project, "--pipelines", "pretraining")
    assert taught.returncode == 0, taught.stdout[-3000:]
    own = TransferBase.load(project / "data/06_models/base")
    assert own.facts["steps"] == own.history[-1]["step"] == 4
    assert not list(project.glob("data/06_models/pretraining/*/shards"))
    from_own = "training.initial=base,training.base=data/06_models/base"
    theirs = run(project, "--pipelines", "training", "--params", from_own)
    assert theirs.returncode == 0, theirs.stdout[-3000:]
    assert f"The base, SHA-256 `{own.sha256}`" in (project / "data/06_models/look_transfer/card.md").read_text()
    adapted = run(project, "--pipelines", "training", "--params", f"{from_own},training.adapt=true")
    assert adapted.returncode == 0, adapted.stdout[-3000:] + adapted.stderr[-3000:]
    decision = json.loads((project / "data/08_reporting/training_decision.json").read_text())
    assert decision["kept"] == "base"
    assert "too few validation photos" in decision["why"] and "of users, and 4 are needed" in decision["why"]
    assert not list(project.glob("data/06_models/training/*/shards"))
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{project}/mlflow.db")
    experiment = client.get_experiment_by_name("influencer_style")
    (latest, *_) = client.search_runs(
        [experiment.experiment_id], "attributes.run_name = 'training.train_transfer'", order_by=["start_time DESC"]
    )
    assert "training_decision.json" in {file.path for file in client.list_artifacts(latest.info.run_id)}


def test_the_champion_restyles_the_users_and_the_run_says_how_many(project, first):
    from mlflow import MlflowClient

    done = run(project, "--pipeline", "stylize", "--params", "stylize.look=noir,stylize.format=webp")
    assert done.returncode == 0, done.stdout[-3000:]
    index = pd.read_parquet(project / "data/07_model_output/index.parquet")
    assert len(index) == 9 and (index["status"] == "written").all() and (index["look"] == "noir").all()
    assert all((project / "data/07_model_output" / name).is_file() for name in index["picture"])
    client = MlflowClient(f"sqlite:///{project}/mlflow.db")
    experiment = client.get_experiment_by_name("influencer_style")
    (node,) = client.search_runs([experiment.experiment_id], "attributes.run_name = 'stylize.restyle_folder'")
    assert node.data.metrics["written"] == 9 and node.data.metrics["quarantined"] == 0
    with Image.open(project / "data/08_reporting/restyled.png") as sheet:
        assert sheet.width > 1000
