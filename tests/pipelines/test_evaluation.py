"""The pipeline `evaluation` on a tiny catalog: an untrained generator, twelve made-up people, two looks."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from pydantic import ValidationError

from influencer_style.datasets import AtomicJSONDataset
from influencer_style.evaluation.neural_style import neural_style
from influencer_style.metrics.cases import CasesError
from influencer_style.pipelines.evaluation.nodes import EvaluationParameters, restyle_test_users
from influencer_style.pipelines.evaluation.pipeline import create_pipeline
from tests.pipelines.conftest import LOOKS, SETTINGS, SIDE, picture, store


def run(world: dict, folder, **changed) -> dict:
    inputs = {name: value for name, value in (world | changed).items() if name != "empty"}
    catalog = DataCatalog({name: MemoryDataset(value, copy_mode="assign") for name, value in inputs.items()})
    catalog["scorecard"] = AtomicJSONDataset(filepath=str(folder / "scorecard.json"))
    made = SequentialRunner().run(create_pipeline(), catalog)
    return {name: dataset.load() for name, dataset in made.items()} | {"scorecard": catalog["scorecard"].load()}


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    """A few steps of neural style: its pictures are of no interest here, and each step takes a fifth of a second."""
    monkeypatch.setattr("influencer_style.evaluation.gather.neural_style", partial(neural_style, steps=4))


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
    assert [notice.partition(" was learnt from 5 different photos")[0] for notice in card["about"]["thin_looks"]] == [
        "the look cool", "the look warm",
    ]  # fmt: skip
    assert "The look warm was learnt from 5 different photos" in made["report"]
    assert set(made["scorecard_table"].columns) == {"scope", "look", "method", "metric", "mean", "low", "high", "n"}
    assert made["contact_sheet"].width == 2 * 40 + SIDE + 2 * (32 + 2 * SIDE + 8)
    assert made["report"].startswith("<!doctype html>")
    # Four users are too few to try looks on, and that is said.
    assert "<b>warm</b>, with 5 photos and 4 users: nothing can be said, because that takes 12" in made["report"]
    assert made["report"].count(f"on a photo of {SIDE} x {SIDE} px</h3>") == 2


def test_without_truth_the_pipeline_compares_with_the_looks(world, tmp_path):
    source = world["photo_source"].model_copy(update={"kind": "folder", "users_are_studio": False})
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
