"""Scores in a world where the truth is known: looks are tints, people are coloured pictures."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from made_up_looks import made_up_looks

from benchmarks.real_photos.methods import generator_methods
from benchmarks.real_photos.scoring import Plan, score
from benchmarks.real_photos.sizes import score_sizes, table_of_sizes
from benchmarks.real_photos.skin import skin_bands
from benchmarks.real_photos.table import largest_change, tables
from influencer_style.looks.pixels import shrink, to_tensor
from influencer_style.metrics.baselines import METHODS, population_mkl
from influencer_style.metrics.colour import delta_e
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.transfer import TransferConfig, TransferGenerator

PLAN = Plan(size=32, repeats=1, draws=200)
TINTS = {"faint": (1.0, 0.96, 0.92), "clear": (1.0, 0.88, 0.75), "strong": (1.0, 0.6, 0.3)}


def tinted(tint):
    return lambda picture: (picture * np.array(tint)).round().astype(np.uint8)


GRADES = {name: tinted(tint) for name, tint in TINTS.items()}


@pytest.fixture(scope="module")
def crops(made_up):
    return made_up(30, 48, seed=1)


@pytest.fixture(scope="module")
def people():
    return np.array([0, 0, *range(1, 29)])


@pytest.fixture(scope="module")
def scores(crops, people):
    return score(crops, people, PLAN, {"population_mkl": population_mkl}, grades=GRADES)


def test_doing_nothing_scores_the_strength_of_the_grade(scores, crops):
    small = shrink(crops, 32)
    for i, grade in enumerate(GRADES.values()):
        expected = delta_e(small, shrink(np.stack([grade(crop) for crop in crops]), 32))
        np.testing.assert_allclose(scores.values["delta_e"]["do_nothing"][i, :, 0], expected)


def test_grades_are_sorted_into_bands_by_what_doing_nothing_scores(scores):
    assert scores.bands == {"subtle": ["faint"], "middle": ["clear"], "bold": ["strong"]}


def test_a_method_that_knows_the_grade_is_without_fault(crops, people):
    def knows(photos, teachers, population):
        return GRADES["strong"](photos)

    one = {"strong": GRADES["strong"]}
    perfect = score(crops, people, PLAN, {}, {"knows": knows}, one).summary(200)["knows"]["all"]
    assert perfect["delta_e"]["mean"] == perfect["ratio"]["mean"] == 0
    assert perfect["ssim"]["mean"] == pytest.approx(1)
    assert perfect["ratio"]["n"] == 29


def test_a_tint_is_learnt_from_other_people(scores):
    ratio = scores.summary(200)["population_mkl"]["grades"]["strong"]["ratio"]
    assert 0.02 < ratio["mean"] < 0.5
    assert ratio["low"] <= ratio["mean"] <= ratio["high"]


def test_methods_see_graded_teachers_and_unstyled_others_and_nobody_twice(crops, people):
    ids = np.arange(30, dtype=np.uint8) * 3 + 50
    marked = np.broadcast_to(ids[:, None, None, None], (30, 48, 48, 3)).copy()
    seen = []

    def watches(photos, teachers, population):
        seen.append(tuple(set(part[:, 0, 0, 0].tolist()) for part in (photos, teachers, population)))
        return photos

    score(marked, people, PLAN, {"watches": watches}, grades={"brighter": lambda picture: picture + 1})
    assert len(seen) == 3
    for photos, teachers, population in seen:
        plain = {value - 1 for value in teachers}
        assert photos | plain | population <= set(ids.tolist())
        assert len(plain) == 10 and not photos & plain and not photos & population and not plain & population


def test_two_photos_of_one_person_count_as_one(crops):
    everybody_twice = np.repeat(np.arange(30), 2)
    doubled = score(np.repeat(crops, 2, axis=0), everybody_twice, PLAN, {}, grades=GRADES).summary(200)
    once = score(crops, np.arange(30), PLAN, {}, grades=GRADES).summary(200)
    assert doubled["do_nothing"]["all"]["delta_e"] == pytest.approx(once["do_nothing"]["all"]["delta_e"])
    assert once["do_nothing"]["all"]["delta_e"]["n"] == 30


def test_chroma_and_the_cast_of_greys_are_those_of_the_results(made_up):
    grey = np.repeat(made_up(30, 48, seed=4)[..., :1], 3, axis=-1)
    methods = {"same": lambda photos, *_: photos, "red": lambda photos, *_: tinted((1.0, 0.8, 0.8))(photos)}
    found = score(grey, np.arange(30), PLAN, methods, grades=GRADES).summary(200)
    assert found["same"]["all"]["cast"]["mean"] < 0.1 and found["same"]["all"]["chroma"]["mean"] < 0.1
    assert found["red"]["all"]["cast"]["mean"] > 5 and found["red"]["all"]["chroma"]["mean"] > 5
    coloured = np.broadcast_to(np.array([200, 90, 40], np.uint8), (30, 48, 48, 3))
    assert "cast" not in score(coloured, np.arange(30), PLAN, {}, grades=GRADES).summary(50)["do_nothing"]["all"]


def test_thirds_of_skin_tones_are_told_where_there_are_enough_people():
    levels = np.linspace(60, 230, 45)
    portraits = np.round(levels[:, None, None, None] * np.array([1.0, 0.8, 0.65])).astype(np.uint8)
    crops = np.broadcast_to(portraits, (45, 48, 48, 3))
    order = np.random.default_rng(3).permutation(45)
    bands = skin_bands(crops[order], np.arange(45))
    assert [np.sort(order[bands == i]).tolist() for i in range(3)] == [
        list(range(15 * i, 15 * i + 15)) for i in range(3)
    ]
    assert skin_bands(crops[:44], np.arange(44)) is None
    found = score(crops, np.arange(45), PLAN, {}, grades=GRADES).summary(50)["do_nothing"]
    assert {name: third["ratio"]["mean"] for name, third in found["skin"].items()} == {
        "dark": 1,
        "medium": 1,
        "light": 1,
    }
    assert found["skin"]["light"]["delta_e"]["n"] == 15
    assert found["skin"]["light"]["delta_e"]["mean"] > found["skin"]["dark"]["delta_e"]["mean"]


def test_more_photos_tell_more_and_sizes_without_enough_people_have_no_row(made_up):
    crops = made_up(32, 48, seed=6)
    rows = score_sizes(crops, np.arange(32), PLAN, {}, {"strong": GRADES["strong"]})
    assert [(row["teachers"], row["population"]) for row in rows] == [
        (1, 6), (3, 6), (10, 6), (1, 20), (3, 20),
    ]  # fmt: skip
    ratios = {(row["teachers"], row["population"]): row["ratio"]["population_mkl"]["mean"] for row in rows}
    assert ratios[10, 6] < ratios[1, 6]
    assert "population_mkl" in table_of_sizes(rows) and table_of_sizes([]).startswith("Too few people")


def test_a_second_run_gives_the_very_same_figures(crops, people, scores):
    again = score(crops, people, PLAN, {"population_mkl": population_mkl}, grades=GRADES)
    assert again.summary(200) == scores.summary(200)


def test_all_baselines_are_scored_and_repeats_differ(crops, people):
    plan = Plan(size=32, repeats=2, draws=50)
    record = score(crops, people, plan, METHODS, grades={"strong": GRADES["strong"]}).summary(50)
    assert set(METHODS) <= set(record)
    repeats = record["population_mkl"]["repeats"]
    assert len(set(repeats)) == 2
    assert record["population_mkl"]["all"]["ratio"]["mean"] == pytest.approx(np.mean(repeats), abs=0.01)
    assert record["do_nothing"]["repeats"] == [1, 1]


def test_crops_smaller_than_the_scoring_size_are_refused(crops, people):
    with pytest.raises(ValueError, match="48 px"):
        score(crops, people, Plan(size=64))


def test_records_are_compared_ratio_by_ratio(scores):
    record = {"scores": scores.summary(200)}
    other = json.loads(json.dumps(record))
    assert largest_change(record, other, ["population_mkl"])[0] == 0
    other["scores"]["population_mkl"]["grades"]["faint"]["ratio"]["mean"] += 0.2
    change, where = largest_change(record, other, ["do_nothing", "population_mkl"])
    assert change == pytest.approx(0.2) and where == "population_mkl grades faint"
    with pytest.raises(ValueError, match="in common"):
        largest_change(record, {"scores": {}}, ["population_mkl"])


def test_the_table_names_all_methods_and_looks(scores):
    facts = {"photos": 30, "people": 29, "plan": {"teachers": 10}, "bands": scores.bands}
    text = tables(facts | {"scores": scores.summary(200)})
    assert all(name in text for name in ("do_nothing", "population_mkl", "subtle (1)", *GRADES))


@pytest.fixture(scope="module")
def bundle(encoder, crops):
    """A small network whose answer hangs on the style code, as if it had learnt something."""
    looks = made_up_looks(encoder, crops[20:], {})
    width = looks.code_of(encoder, to_tensor(crops[:2])).shape[0]
    torch.manual_seed(0)
    generator = TransferGenerator(TransferConfig(width, channels=8, blocks=1, masks=2)).eval()
    for head in (generator.heads, generator.transforms):
        torch.nn.init.normal_(head.weight, std=0.02)
    return TransferBundle(generator, encoder, looks, 2.0, "f" * 64, "d" * 64, "# card")


def test_a_generator_is_conditioned_on_ten_or_on_one(bundle, crops):
    methods = generator_methods(bundle)
    photos, teachers, population = crops[:5], GRADES["strong"](crops[5:8]), crops[10:20]
    ten = methods["generator"](photos, teachers, population)
    one = methods["generator_one_photo"](photos, teachers, population)
    assert ten.shape == one.shape == photos.shape and ten.dtype == np.uint8
    assert delta_e(ten, photos).mean() > 0.1 and not np.array_equal(ten, one)
    for i in range(5):
        alone = methods["generator"](photos[i : i + 1], teachers[i % 3][None], population)
        np.testing.assert_array_equal(one[i : i + 1], alone)


def test_a_generator_may_keep_the_population_that_it_came_with(bundle, crops):
    methods = generator_methods(bundle)
    photos, teachers = crops[:2], GRADES["strong"](crops[5:8])
    own = methods["generator_own_population"](photos, teachers, crops[10:20])
    np.testing.assert_array_equal(own, methods["generator"](photos, teachers, crops[20:]))
    np.testing.assert_array_equal(own, methods["generator_own_population"](photos, teachers, crops[12:18]))


def test_full_size_methods_see_full_size(bundle, crops, people):
    sizes = []

    def watches(photos, teachers, population):
        sizes.append({part.shape[1] for part in (photos, teachers, population)})
        return photos

    score(crops, people, PLAN, {}, {"watches": watches}, grades={"strong": GRADES["strong"]})
    assert sizes == [{48}] * 3
