"""Colour difference against published values."""

import numpy as np
import pytest

from influencer_style.metrics import colour
from influencer_style.metrics.colour import delta_e


def flat(*rgb):
    return np.full((1, 4, 4, 3), rgb, np.uint8)


def test_identical_pictures_do_not_differ():
    pictures = np.random.default_rng(0).integers(0, 256, (3, 9, 7, 3), dtype=np.uint8)
    assert np.array_equal(delta_e(pictures, pictures), np.zeros(3))


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [  # Sharma, Wu and Dalal 2005, table 1, pairs 1, 7, 17 and 25
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_it_is_ciede2000_as_published(monkeypatch, first, second, wanted):
    labs = {1: first, 2: second}
    monkeypatch.setattr(
        colour, "to_lab", lambda picture: np.broadcast_to(np.float32(labs[picture[0, 0, 0]]), picture.shape)
    )
    assert delta_e(flat(1, 1, 1), flat(2, 2, 2))[0] == pytest.approx(wanted, abs=1e-3)


def test_black_and_white_are_a_hundred_apart():
    assert delta_e(flat(0, 0, 0), flat(255, 255, 255))[0] == pytest.approx(100, abs=0.05)


def test_a_mask_looks_only_where_it_is_set():
    result = flat(200, 10, 10)
    result[0, :2] = 0
    mask = np.zeros((1, 4, 4), bool)
    mask[0, :2] = True
    assert delta_e(result, flat(0, 0, 0), mask)[0] == 0
    assert delta_e(result, flat(0, 0, 0), ~mask)[0] > 20
    assert np.isnan(delta_e(result, result, np.zeros_like(mask)))[0]


@pytest.mark.parametrize("bad", [np.zeros((1, 4, 4, 3)), np.zeros((1, 5, 4, 3), np.uint8)])
def test_pictures_that_cannot_be_compared_are_refused(bad):
    with pytest.raises(ValueError, match="pictures"):
        delta_e(flat(0, 0, 0), bad)
