"""Diversity: the mean distance of pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from influencer_style.metrics.set_scores import diversity

ROWS = arrays(float, st.tuples(st.integers(2, 8), st.integers(1, 5)), elements=st.floats(-100, 100))


def test_known_distances():
    assert diversity(np.array([[0, 0], [3, 4], [0, 0]])) == pytest.approx((5 + 0 + 5) / 3)
    assert diversity(np.ones((7, 3))) == 0


@settings(max_examples=50, deadline=None)
@given(rows=ROWS, factor=st.floats(0, 10), seed=st.integers(0, 9))
def test_order_and_place_do_not_matter_and_scale_does(rows, factor, seed):
    wanted = diversity(rows)
    order = np.random.default_rng(seed).permutation(len(rows))
    assert diversity(rows[order] + 7) == pytest.approx(wanted, abs=1e-9)
    assert diversity(rows * factor) == pytest.approx(wanted * factor, abs=1e-9)


def test_a_set_that_shrinks_towards_its_mean_loses_diversity():
    rows = np.random.default_rng(0).normal(size=(20, 6))
    assert diversity(0.5 * rows + 0.5 * rows.mean(0)) == pytest.approx(0.5 * diversity(rows))


@pytest.mark.parametrize("bad", [np.zeros((1, 3)), np.zeros((0, 3)), np.zeros(4), np.array([[0.0], [np.inf]])])
def test_too_few_or_broken_rows_are_refused(bad):
    with pytest.raises(ValueError, match=r"at least 2|finite"):
        diversity(bad)
