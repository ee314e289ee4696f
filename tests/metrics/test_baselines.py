"""Each baseline does what its paper says."""

import numpy as np
import pytest
from made_up import smooth_pictures, tint

from influencer_style.metrics.baselines import (
    METHODS,
    histogram_matching,
    medoid,
    optimal_transport,
    population_mkl,
    reinhard,
)
from influencer_style.metrics.colour import delta_e, to_lab

PHOTOS, POPULATION = smooth_pictures(4), smooth_pictures(8, seed=1)
CREATOR = tint(smooth_pictures(6, seed=2), "warm")


def statistics(pictures):
    flat = pictures.reshape(-1, 3).astype(np.float64)
    return flat.mean(0), np.cov(flat.T)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_returns_pictures_of_the_photos_size_and_leaves_its_inputs_alone(method):
    before = [PHOTOS.copy(), CREATOR.copy(), POPULATION.copy()]
    result = METHODS[method](PHOTOS, CREATOR[:, :20, :20].copy(), POPULATION)
    assert result.shape == PHOTOS.shape and result.dtype == np.uint8
    assert all(np.array_equal(a, b) for a, b in zip(before, (PHOTOS, CREATOR, POPULATION), strict=True))
    assert np.array_equal(result, PHOTOS) == (method == "do_nothing")


def test_population_mkl_carries_the_population_onto_the_set():
    mean, covariance = statistics(population_mkl(POPULATION, CREATOR, POPULATION))
    wanted_mean, wanted_covariance = statistics(CREATOR)
    assert mean == pytest.approx(wanted_mean, abs=1.5)
    assert covariance == pytest.approx(wanted_covariance, abs=0.06 * np.trace(wanted_covariance))
    # It does not look at the photo's own statistics: the same colour always becomes the same colour.
    alone, together = population_mkl(PHOTOS[:1], CREATOR, POPULATION), population_mkl(PHOTOS, CREATOR, POPULATION)
    assert np.array_equal(alone[0], together[0])


def test_optimal_transport_carries_each_photo_onto_the_set():
    wanted_mean, wanted_covariance = statistics(CREATOR)
    for photo in optimal_transport(PHOTOS, CREATOR, POPULATION):
        mean, covariance = statistics(photo)
        assert mean == pytest.approx(wanted_mean, abs=3)
        assert covariance == pytest.approx(wanted_covariance, abs=0.12 * np.trace(wanted_covariance))
    # The population has no part in it.
    assert np.array_equal(optimal_transport(PHOTOS, CREATOR, PHOTOS), optimal_transport(PHOTOS, CREATOR, POPULATION))


def test_population_mkl_undoes_nothing_between_equal_sets():
    assert delta_e(population_mkl(PHOTOS, POPULATION, POPULATION), PHOTOS).max() < 0.5


def test_a_tint_of_other_people_is_found_by_population_mkl_alone():
    people = smooth_pictures(40, seed=5)
    creator, population = tint(people[:20], "warm"), people[20:]
    right = tint(PHOTOS, "warm")
    error = {name: delta_e(m(PHOTOS, creator, population), right).mean() for name, m in METHODS.items()}
    assert min(error, key=error.get) == "population_mkl"


def test_reinhard_gives_each_photo_the_sets_mean_and_deviation():
    reference = to_lab(CREATOR).reshape(-1, 3)
    for photo in reinhard(PHOTOS, CREATOR, POPULATION):
        lab = to_lab(photo).reshape(-1, 3)
        assert lab.mean(0) == pytest.approx(reference.mean(0), abs=3)
        assert lab.std(0) == pytest.approx(reference.std(0), rel=0.15)


def test_histogram_matching_copies_the_medoid():
    result = histogram_matching(PHOTOS, CREATOR, POPULATION)
    reference = CREATOR[medoid(CREATOR)]
    for photo in result:
        wanted = np.quantile(reference, [0.1, 0.5, 0.9], axis=(0, 1))
        assert np.quantile(photo, [0.1, 0.5, 0.9], axis=(0, 1)) == pytest.approx(wanted, abs=3)


def test_the_medoid_is_no_outlier():
    dark = np.concatenate([CREATOR, np.zeros_like(CREATOR[:1]), np.full_like(CREATOR[:1], 255)])
    assert medoid(dark) < len(CREATOR)
