"""The scorecard's shape and its sense."""

import dataclasses
import json

import pytest

from influencer_style.metrics.baselines import METHODS
from influencer_style.metrics.scorecard import (
    assemble_scorecard,
    best_baseline,
    headline,
    score_cases,
    scorecard_rows,
)
from influencer_style.metrics.wording import headline_sentence, limits

ALL = {"generator", *METHODS, "oracle"}
TRUTH_METRICS = {"delta_e", "ssim", "psnr", "structure"}


def test_with_truth_every_method_has_every_figure(evidence):
    card = evidence.scorecard
    assert set(card) == {"about", "transfer", "paired", "creators"}
    assert set(card["transfer"]) == ALL and set(card["creators"]) == {"cool", "warm"}
    for methods in (card["transfer"], *card["creators"].values()):
        assert all(set(figures) == TRUTH_METRICS for figures in methods.values())
    assert set(card["paired"]) == ALL - {"generator"}
    assert all(f["n"] == 5 and f["low"] <= f["mean"] <= f["high"] for f in card["transfer"]["reinhard"].values())
    json.dumps(card, allow_nan=False)


def test_the_figures_are_the_means_of_the_cases(evidence):
    scores, card = evidence.scores, evidence.scorecard
    own = scores[scores["method"] == "generator"]
    assert card["transfer"]["generator"]["delta_e"]["mean"] == pytest.approx(own["delta_e"].mean())
    warm = own[own["look"] == "warm"]
    assert card["creators"]["warm"]["generator"]["ssim"]["mean"] == pytest.approx(warm["ssim"].mean())
    rival = scores[scores["method"] == "do_nothing"]
    gap = own["delta_e"].mean() - rival["delta_e"].mean()
    assert card["paired"]["do_nothing"]["delta_e"]["mean"] == pytest.approx(gap)
    assert headline(card)["delta_e.generator"] == pytest.approx(own["delta_e"].mean())


def test_the_order_of_the_methods_makes_sense(evidence):
    error = {method: f["delta_e"]["mean"] for method, f in evidence.scorecard["transfer"].items()}
    assert error["oracle"] < error["generator"] < error["population_mkl"] < error["do_nothing"]
    assert best_baseline(evidence.scorecard) == "population_mkl"


def test_the_table_has_a_row_for_each_figure(evidence):
    table = scorecard_rows(evidence.scorecard)
    assert len(table) == 4 * (6 + 5 + 2 * 6)
    row = table.query("scope == 'creators' and look == 'warm' and method == 'oracle' and metric == 'psnr'").iloc[0]
    assert row["mean"] == evidence.scorecard["creators"]["warm"]["oracle"]["psnr"]["mean"]


@pytest.fixture(scope="module")
def real(cases, encoder, looks, about):
    unknown = dataclasses.replace(cases, truth={}, oracle={})
    return assemble_scorecard(score_cases(unknown), unknown, encoder, looks, about | {"source": "folder"}, draws=200)


def test_without_truth_the_looks_own_statistics_judge(real):
    assert set(real) == {"about", "real"}
    assert set(real["real"]["cool"]) == {"generator", *METHODS, "held_out"}
    assert set(real["real"]["warm"]) == {"generator", *METHODS}  # no photo of theirs was held out
    cool = real["real"]["cool"]
    assert set(cool["generator"]) == {"gram_distance", "structure_to_input", "delta_e_to_input"}
    assert cool["do_nothing"]["delta_e_to_input"]["mean"] == 0
    assert cool["generator"]["gram_distance"]["mean"] < cool["do_nothing"]["gram_distance"]["mean"]
    json.dumps(real, allow_nan=False)


def test_the_words_claim_no_more_than_the_figures(evidence, real):
    card = json.loads(json.dumps(evidence.scorecard))
    assert "nearer to the truth" in headline_sentence(card, "population_mkl")
    card["paired"]["population_mkl"]["delta_e"] = {"mean": 1.0, "low": 0.5, "high": 1.5, "n": 5}
    assert "further from the truth by 1.0 (0.5 to 1.5)" in headline_sentence(card, "population_mkl")
    card["paired"]["population_mkl"]["delta_e"] = {"mean": 1.0, "low": -0.5, "high": 1.5, "n": 5}
    assert "within the error of measurement" in headline_sentence(card, "population_mkl")
    assert "nobody can say" in headline_sentence(real, "population_mkl")
    assert any("drawn by the embedded studio" in text for text in limits(card))
    assert any("ingestion.users" in text for text in limits(real)) and any("too few" in text for text in limits(real))
