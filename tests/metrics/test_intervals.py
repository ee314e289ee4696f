"""Bootstrap intervals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from influencer_style.metrics.intervals import bootstrap

values = arrays(np.float64, st.integers(1, 30), elements=st.floats(-1e3, 1e3))


@settings(max_examples=60, deadline=None)
@given(values)
def test_the_interval_holds_the_mean_and_lies_within_the_values(data):
    found = bootstrap(data, draws=200)
    assert found.low <= found.mean <= found.high
    assert found.mean == pytest.approx(data.mean(), abs=1e-9)
    assert found.n == len(data)
    assert found.high - found.low <= np.ptp(data) * 2 + 1e-9


def test_it_shrinks_with_the_square_root_of_n():
    rng = np.random.default_rng(0)
    few, many = (bootstrap(rng.normal(size=n)) for n in (25, 2500))
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(10, rel=0.4)


def test_it_covers_the_true_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    found = [bootstrap(rng.exponential(size=40), draws=400) for _ in range(300)]
    assert 0.89 <= np.mean([i.low <= 1 <= i.high for i in found]) <= 0.98


def test_the_seed_decides_and_differences_are_paired():
    a = np.random.default_rng(2).normal(size=20)
    assert bootstrap(a, seed=3) == bootstrap(a, seed=3) != bootstrap(a, seed=4)
    shift = bootstrap((a + 0.1) - a)
    assert shift.high - shift.low < 1e-9


def test_one_identity_has_no_width():
    assert bootstrap(np.array([2.0])).as_dict() == {"mean": 2.0, "low": 2.0, "high": 2.0, "n": 1}


def test_a_distance_is_not_inflated_by_resampling():
    rows = np.random.default_rng(5).normal(size=(10, 50)) + 0.5
    found = bootstrap(rows, statistic=lambda means: np.sqrt(np.square(means).mean(-1)))
    assert found.low < found.mean < found.high


@pytest.mark.parametrize("bad", [np.array([]), np.array([1.0, np.nan])])
def test_nothing_and_nan_are_refused(bad):
    with pytest.raises(ValueError, match="finite"):
        bootstrap(bad)
