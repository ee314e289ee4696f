"""Diversity as a ratio, with its interval over people."""

import numpy as np
import pytest

from influencer_style.metrics.set_scores import diversity, diversity_ratio

rng = np.random.default_rng(0)
PEOPLE = rng.normal(size=(20, 12))


def test_the_ratio_is_that_of_the_diversities_and_of_looks_the_mean():
    half, same = diversity_ratio([(0.5 * PEOPLE, PEOPLE)]), diversity_ratio([(PEOPLE, PEOPLE)])
    assert half.mean == pytest.approx(0.5) and half.low == pytest.approx(0.5) and half.n == 20
    assert same.mean == pytest.approx(1)
    other = rng.normal(size=(20, 12))
    both = diversity_ratio([(other, PEOPLE), (0.5 * PEOPLE, PEOPLE)])
    assert both.mean == pytest.approx((diversity(other) / diversity(PEOPLE) + 0.5) / 2)
    assert both.low < both.mean < both.high


def test_one_picture_for_everybody_has_no_diversity():
    assert diversity_ratio([(np.repeat(PEOPLE[:1], 20, axis=0), PEOPLE)]).mean == 0


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    draws = np.random.default_rng(3)
    found = [
        diversity_ratio([(2.0 * draws.normal(size=(25, 8)), draws.normal(size=(25, 8)))], draws=300) for _ in range(150)
    ]
    assert 0.85 <= np.mean([f.low <= 2 <= f.high for f in found]) <= 1.0
    assert 1.9 < np.mean([f.mean for f in found]) < 2.1


def test_too_few_people_and_a_flat_reference_have_no_ratio():
    assert diversity_ratio([(PEOPLE[:2], PEOPLE[:2])]) is None
    assert diversity_ratio([(PEOPLE, np.zeros_like(PEOPLE))]) is None
    three = diversity_ratio([(PEOPLE[:3], PEOPLE[:3] ** 2)])
    assert three.n == 3 and np.isfinite([three.low, three.high]).all()
