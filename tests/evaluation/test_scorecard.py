"""The scorecard's shape and its sense."""

import dataclasses
import json

import numpy as np
import pytest

from influencer_style.evaluation.scorecard import Scorecard, assemble_scorecard
from influencer_style.evaluation.scoring import score_cases
from influencer_style.evaluation.wording import headline_sentence, limits
from influencer_style.looks.areas import REGIONS
from influencer_style.metrics.baselines import METHODS
from influencer_style.metrics.intervals import Bootstrap, Interval, bootstrap

ALL = {"generator", *METHODS, "neural_style", "oracle"}
PERSONAL = {"delta_e", "ssim", "psnr", "structure", "look_accuracy", "identity", "identity_leak"} | {
    f"{metric}_{region}" for metric in ("delta_e", "ssim", "psnr") for region in REGIONS
}


def test_with_truth_every_method_has_every_figure(scorecard, scores):
    card = scorecard
    assert list(card.as_dict()) == ["about", "transfer", "paired", "creators", "likeness"]
    assert set(card.transfer) == ALL and set(card.creators) == {"cool", "warm"}
    assert all(set(figures) == PERSONAL | {"diversity"} for figures in card.transfer.values())
    assert set(card.paired) == ALL - {"generator"}
    assert all(set(figures) == PERSONAL for figures in card.paired.values())
    own = card.creators["cool"]
    assert set(own) == ALL | {"held_out", "real_floor"}
    assert set(own["generator"]) == PERSONAL | {"diversity", "kid", "memorisation"}
    assert all(f.low <= f.mean <= f.high for f in card.transfer["reinhard"].values())
    assert Scorecard.model_validate(json.loads(json.dumps(card.as_dict(), allow_nan=False))) == card


def test_the_figures_are_the_means_of_the_cases(scorecard, scores):
    card = scorecard
    own = scores[scores["method"] == "generator"]
    assert card.transfer["generator"]["delta_e"].mean == pytest.approx(own["delta_e"].mean())
    warm = own[own["look"] == "warm"]
    assert card.creators["warm"]["generator"]["ssim"].mean == pytest.approx(warm["ssim"].mean())
    rival = scores[scores["method"] == "do_nothing"]
    gap = own["delta_e"].mean() - rival["delta_e"].mean()
    assert card.paired["do_nothing"]["delta_e"].mean == pytest.approx(gap)
    assert card.headline()["delta_e.generator"] == pytest.approx(own["delta_e"].mean())


def test_a_method_with_fewer_people_is_compared_on_these_alone(scorecard, scores):
    card = scorecard
    assert card.transfer["neural_style"]["delta_e"].n == card.paired["neural_style"]["delta_e"].n == 3
    people = scores[scores["person"] < 3].groupby(["method", "person"])["delta_e"].mean()
    gap = (people["generator"] - people["neural_style"]).to_numpy()
    assert card.paired["neural_style"]["delta_e"] == bootstrap(gap, 200)
    assert "kid" not in card.creators["cool"]["neural_style"]  # three pictures say nothing


def test_who_shows_nothing_of_a_region_is_left_out_of_it(scorecard, scores):
    figures = scorecard.transfer["generator"]
    assert figures["delta_e_hair"].n == 1 and figures["delta_e_skin"].n == 10
    first = scores.query("person == 0 and method == 'generator'")
    assert figures["delta_e_hair"].mean == pytest.approx(first["delta_e_hair"].mean())
    assert scores.query("person == 1")["delta_e_hair"].isna().all()
    assert any("hair (1)" in text for text in limits(scorecard))


def test_without_masks_there_are_no_regions_and_the_rest_is_the_same(cases, judges, scores):
    scores = score_cases(dataclasses.replace(cases, regions={}), judges)
    assert not any(name.endswith("_skin") for name in scores)
    assert scores["delta_e"].equals(scores["delta_e"])


def test_the_order_of_the_methods_makes_sense(scorecard, scores):
    figures = scorecard.transfer
    error = {method: f["delta_e"].mean for method, f in figures.items()}
    assert error["oracle"] < error["generator"] < error["population_mkl"] < error["do_nothing"]
    assert scorecard.best_baseline() == "population_mkl"
    # Nothing has been done to the input: it is the same person, in no look.
    untouched = {name: figure.mean for name, figure in figures["do_nothing"].items()}
    assert untouched["identity"] == pytest.approx(1) and untouched["identity_leak"] == pytest.approx(0)
    assert untouched["look_accuracy"] < figures["oracle"]["look_accuracy"].mean
    assert figures["oracle"]["diversity"].mean == pytest.approx(1, abs=0.05)


def test_a_method_with_fewer_people_is_never_the_best(scorecard, scores):
    card = scorecard.model_copy(deep=True)
    card.transfer["neural_style"]["delta_e"] = Interval(0.0, 0.0, 0.0, 3)
    assert card.best_baseline() == "population_mkl"


def test_the_table_has_a_row_for_each_figure(scorecard, scores):
    table, card = scorecard.rows(), scorecard
    blocks = [card.transfer, card.paired, *card.creators.values()]
    assert len(table) == sum(len(figures) for methods in blocks for figures in methods.values())
    row = table.query("scope == 'creators' and look == 'warm' and method == 'oracle' and metric == 'psnr'").iloc[0]
    assert row["mean"] == card.creators["warm"]["oracle"]["psnr"].mean
    assert not table.isna().any().any()


@pytest.fixture(scope="module")
def real(cases, judges, encoder, looks, about):
    unknown = dataclasses.replace(cases, truth={}, oracle={}, regions={})
    scores = score_cases(unknown, judges)
    return assemble_scorecard(
        scores, unknown, encoder, looks, about.model_copy(update={"source": "folder"}), Bootstrap(200)
    )


def test_without_truth_the_creators_own_photos_judge(real):
    assert list(real.as_dict()) == ["about", "real"]
    ours = ALL - {"oracle"}
    assert set(real.real["cool"]) == ours | {"held_out", "real_floor"}
    assert set(real.real["warm"]) == ours  # no photo of theirs was held out, and 12 are too few for a floor
    cool = real.real["cool"]
    assert set(cool["generator"]) == {
        "gram_distance", "kid", "diversity", "structure_to_input", "delta_e_to_input", "identity", "identity_leak",
        "memorisation",
    }  # fmt: skip
    assert set(cool["held_out"]) == {"gram_distance", "memorisation"} and cool["held_out"]["memorisation"].n == 5
    assert set(cool["real_floor"]) == {"kid"} and cool["real_floor"]["kid"].n == 8
    assert cool["do_nothing"]["delta_e_to_input"].mean == 0
    assert cool["do_nothing"]["diversity"].mean == pytest.approx(1)
    assert cool["generator"]["gram_distance"].mean < cool["do_nothing"]["gram_distance"].mean
    assert cool["generator"]["kid"].mean < cool["do_nothing"]["kid"].mean
    assert Scorecard.model_validate(json.loads(json.dumps(real.as_dict(), allow_nan=False))) == real


def test_a_copied_training_photo_is_nearer_than_any_unseen_photo(cases, judges, encoder, looks, about):
    copied = {look: np.concatenate([photos, photos])[: len(cases.inputs)] for look, photos in cases.creators.items()}
    unknown = dataclasses.replace(cases, truth={}, oracle={}, regions={}, results=copied)
    card = assemble_scorecard(score_cases(unknown, judges), unknown, encoder, looks, about, Bootstrap(100))
    cool = card.real["cool"]
    assert cool["generator"]["memorisation"].mean == 0 < cool["held_out"]["memorisation"].low
    assert cool["generator"]["identity_leak"].low > 0.1


def test_the_words_claim_no_more_than_the_figures(scorecard, real):
    card = scorecard.model_copy(deep=True)
    assert "nearer to the truth" in headline_sentence(card, {})
    card.paired["population_mkl"]["delta_e"] = Interval(1.0, 0.5, 1.5, 5)
    assert "further from the truth by 1.0 (0.5 to 1.5)" in headline_sentence(card, {})
    card.paired["population_mkl"]["delta_e"] = Interval(1.0, -0.5, 1.5, 5)
    assert "within the error of measurement" in headline_sentence(card, {})
    assert "Nobody can say" in headline_sentence(real, {})
    lost = {"population_mkl": Interval(0.41, 0.4, 0.5, 60), "generator": Interval(0.45, 0.4, 0.5, 60)}
    sentence = headline_sentence(real, lost)
    assert "loses 45% (40% to 50%)" in sentence and "population transport, the best method without" in sentence
    assert "Nobody can say" in sentence
    assert headline_sentence(card, lost) == headline_sentence(card, {})  # the creators' own truth says more


def test_the_limits_say_what_is_missing_and_why(scorecard, real):
    studio, folder = limits(scorecard), limits(real)
    assert any("drawn by the embedded studio" in text for text in studio)
    assert any("ingestion.users" in text for text in folder) and any(
        "never seen photographs" in text for text in folder
    )
    assert any(
        text == "KID of neural style is left out: it needs 8 people and 8 photos of the creator." for text in studio
    )
    assert any("left out for warm: it needs 16 photos" in text for text in folder)
    assert any("No photo of warm was kept" in text for text in folder)
    oracle = scorecard.transfer["oracle"]["identity"].mean
    assert any(f"(the oracle) keeps {oracle:.2f}" in text for text in studio)
    assert not any("the oracle" in text for text in folder)
    few = real.model_copy(update={"about": real.about.model_copy(update={"test_users": 3})})
    assert any("too few" in text for text in limits(few)) and not any("too few" in text for text in folder)
