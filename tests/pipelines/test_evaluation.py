"""The pipeline `evaluation` on a tiny catalog: an untrained generator, twelve made-up people, two looks."""

from __future__ import annotations

import cv2
import numpy as np
import pandas as pd
import pytest
import torch
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from PIL import Image
from pydantic import ValidationError

from influencer_style.datasets import AtomicJSONDataset
from influencer_style.faces.store import SCHEMA, FaceStore
from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.profile import LookProfile, LookProfiles, SetStatistics, describe
from influencer_style.metrics.cases import CasesError
from influencer_style.networks.bundle import TransferBundle, to_tensor
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.pipelines.evaluation import create_pipeline
from influencer_style.pipelines.evaluation.nodes import restyle_test_users
from influencer_style.pipelines.evaluation.parameters import EvaluationParameters
from influencer_style.studio.pairs import REGIONS

SIDE = 64
LOOKS = {"cool": (0.7, 0.9, 1.0), "warm": (1.0, 0.85, 0.6)}
SETTINGS = {
    "size": 64,
    "most_people": 64,
    "neural_style_people": 1,
    "bootstrap_draws": 200,
    "seed": 0,
    "sheet_people": 2,
    "report_people": 1,
}


def picture(seed: int, look: str | None = None) -> np.ndarray:
    coarse = np.random.default_rng(seed).uniform(30, 225, (5, 5, 3)).astype(np.float32)
    smooth = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return (smooth * LOOKS.get(look, (1, 1, 1))).clip(0, 255).astype(np.uint8)


def store(folder, photos: list[tuple[dict, np.ndarray]], keys=("photo_id",)) -> FaceStore:
    made = FaceStore.create(folder, SIDE, "test", keys)
    blank = {name: "" if kind == "str" else 0 for name, kind in SCHEMA.items()} | {"status": "kept"}
    if photos:
        made.append(pd.DataFrame([blank | row for row, _ in photos]), np.stack([crop for _, crop in photos]))
    return made


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("evaluation")
    splits = ["test"] * 3 + ["validation"] * 2 + ["train"] * 4
    photos = [({"photo_id": f"user{i}", "role": "user", "split": s}, picture(i)) for i, s in enumerate(splits)]
    for look in LOOKS:
        for i in range(6):
            own = {"photo_id": f"{look}{i}", "role": "creator", "slug": look, "creator": look.title()}
            photos.append((own | {"split": "test" if i == 5 else "train"}, picture(100 + i, look)))
    truths = [
        ({"photo_id": f"user{i}", "look": look, "kind": kind}, picture(i, look))
        for look in LOOKS
        for kind in ("truth", "oracle")
        for i in reversed(range(3))
    ]
    for number, region in enumerate(REGIONS):
        mask = np.zeros((SIDE, SIDE, 3), np.uint8)
        mask[number * 12 : number * 12 + 12] = 255
        truths += [({"photo_id": f"user{i}", "look": region, "kind": "regions"}, mask) for i in range(3)]
    encoder = load_encoder()

    def statistics(seeds: range, look: str | None) -> SetStatistics:
        return SetStatistics.of(*describe(encoder, to_tensor(np.stack([picture(s, look) for s in seeds]))))

    consent = {"scope": ["train", "transfer"], "expires": "never"}
    profiles = [LookProfile(look, look.title(), statistics(range(100, 105), look), consent) for look in LOOKS]
    looks = LookProfiles(statistics(range(3, 9), None), profiles, encoder.sha256, encoder.groups, "6 users' photos")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        generator = (
            TransferGenerator(TransferConfig(len(looks.code(looks.names[0])), 32, 8, 1, 2)).eval().requires_grad_(False)
        )
    faces = store(folder / "faces", photos)
    return {
        "look_transfer": TransferBundle(generator, encoder, looks, 2.0, "f" * 64, "d" * 64, "a card"),
        "face_crops": faces,
        "truth_crops": store(folder / "truth", truths, ("photo_id", "look", "kind")),
        "photo_source": {"kind": "studio", "users_are_studio": True},
        "manifest": faces.table[["photo_id", "creator", "slug", "role", "split"]].assign(
            status="accepted", reason="", path="photos/" + faces.table["photo_id"] + ".jpg"
        ),
        "training_history": pd.DataFrame({"step": [10, 20], "seconds": [1.0, 2.0], "total": [2.0, 1.0]}),
        "training_samples": Image.new("RGB", (64, 64)),
        "training_decision": {"kept": "base", "why": "training.adapt is off"},
        "params:evaluation": EvaluationParameters(**SETTINGS),
        "empty": store(folder / "empty", []),
    }


def run(world: dict, folder, **changed) -> dict:
    inputs = {name: value for name, value in (world | changed).items() if name != "empty"}
    catalog = DataCatalog({name: MemoryDataset(value, copy_mode="assign") for name, value in inputs.items()})
    catalog["scorecard"] = AtomicJSONDataset(filepath=str(folder / "scorecard.json"))
    made = SequentialRunner().run(create_pipeline(), catalog)
    return {name: dataset.load() for name, dataset in made.items()} | {"scorecard": catalog["scorecard"].load()}


def test_with_truth_the_pipeline_judges_and_draws(world, tmp_path):
    made = run(world, tmp_path)
    card = made["scorecard"]
    assert card["transfer"]["generator"]["delta_e"]["n"] == 3
    # The oracle was made equal to the truth, whose rows stand in another order than the users'.
    assert card["transfer"]["oracle"]["delta_e"]["mean"] == 0
    # An untrained generator on made-up pictures: neither right nor idle.
    assert card["transfer"]["generator"]["delta_e"]["mean"] > 0 < card["transfer"]["generator"]["delta_e_hair"]["mean"]
    assert card["transfer"]["generator"]["delta_e"] != card["transfer"]["do_nothing"]["delta_e"]
    assert card["transfer"]["oracle"]["delta_e_hair"] == {"mean": 0, "low": 0, "high": 0, "n": 3}
    assert card["transfer"]["neural_style"]["delta_e"]["n"] == card["paired"]["neural_style"]["delta_e"]["n"] == 1
    assert card["transfer"]["do_nothing"]["identity"]["mean"] == pytest.approx(1, abs=1e-5)
    assert 0 <= card["transfer"]["oracle"]["look_accuracy"]["mean"] <= 1
    assert card["about"]["looks"] == {"cool": "Cool", "warm": "Warm"}
    assert set(made["scorecard_table"].columns) == {"scope", "look", "method", "metric", "mean", "low", "high", "n"}
    assert made["contact_sheet"].width == 2 * 40 + SIDE + 2 * (32 + 2 * SIDE + 8)
    assert made["report"].startswith("<!doctype html>")


def test_without_truth_the_pipeline_compares_with_the_looks(world, tmp_path):
    source = {"kind": "folder", "users_are_studio": False}
    settings = EvaluationParameters(**SETTINGS | {"neural_style_people": 0})
    changed = {"truth_crops": world["empty"], "photo_source": source, "params:evaluation": settings}
    card = run(world, tmp_path, **changed)["scorecard"]
    assert set(card["real"]) == set(LOOKS)
    assert card["real"]["warm"]["held_out"]["gram_distance"]["n"] == 1
    assert {"identity", "identity_leak", "memorisation"} <= set(card["real"]["warm"]["generator"])
    assert "neural_style" not in card["real"]["warm"]


def test_the_population_and_the_creators_hold_no_test_person(world):
    cases = restyle_test_users(
        world["look_transfer"], world["face_crops"], world["truth_crops"], world["params:evaluation"]
    )
    assert cases.photo_ids == ["user0", "user1", "user2"]
    seen = np.concatenate([cases.population, *cases.creators.values()])
    assert len(cases.population) == 6 and all(len(c) == 5 for c in cases.creators.values())
    for person in cases.inputs:
        assert not (seen == person).all((1, 2, 3)).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": 128}, "evaluation.size is 128 px, but face crops have 64 px"),
        ({"most_people": 1}, None),
    ],
)
def test_sizes_and_numbers_are_minded(world, change, message):
    arguments = (world["look_transfer"], world["face_crops"], world["truth_crops"])
    parameters = EvaluationParameters(**SETTINGS | change)
    if message is None:
        assert len(restyle_test_users(*arguments, parameters).inputs) == 1
        return
    with pytest.raises(CasesError, match=message):
        restyle_test_users(*arguments, parameters)


def test_a_missing_truth_is_named(world, tmp_path):
    lone = store(tmp_path / "lone", [({"photo_id": "user0", "look": "cool", "kind": "truth"}, picture(0, "cool"))])
    with pytest.raises(CasesError, match="5 truth pictures are missing, the first of photo user1 in look 'cool'"):
        restyle_test_users(world["look_transfer"], world["face_crops"], lone, world["params:evaluation"])


def test_a_store_without_test_users_is_refused(world):
    with pytest.raises(CasesError, match=r"no test user.*ingestion\.users"):
        restyle_test_users(world["look_transfer"], world["empty"], world["empty"], world["params:evaluation"])


def test_a_missing_mask_is_named(world, tmp_path):
    table = world["truth_crops"].kept
    rows = [
        (
            {"photo_id": row.photo_id, "look": row.look, "kind": row.kind},
            world["truth_crops"].pixels(table.iloc[[i]])[0],
        )
        for i, row in enumerate(table.itertuples())
        if (row.kind, row.look, row.photo_id) != ("regions", "lips", "user2")
    ]
    truths = store(tmp_path / "truth", rows, ("photo_id", "look", "kind"))
    with pytest.raises(CasesError, match="1 regions pictures are missing, the first of photo user2 in look 'lips'"):
        restyle_test_users(world["look_transfer"], world["face_crops"], truths, world["params:evaluation"])


@pytest.mark.parametrize("bad", [{"size": 8}, {"most_people": 0}, {"neural_style_people": -1}, {"surprise": 1}])
def test_bad_parameters_are_refused(bad):
    with pytest.raises(ValidationError):
        EvaluationParameters(**SETTINGS | bad)
