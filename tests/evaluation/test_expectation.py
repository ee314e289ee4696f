"""What can be expected of a look: trials with known looks, those of the same size of change, and clear notices."""

import dataclasses

import numpy as np
import pytest
import torch
from made_up import smooth_pictures
from made_up_looks import made_up_looks

from influencer_style.evaluation.expectation import _expectation, as_table, expect, known_shares, methods_table
from influencer_style.metrics.intervals import Bootstrap
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.training.transfer.trials import KindOfSet, People, Trials, try_looks

DRAWS = Bootstrap(200)


@pytest.fixture(scope="module")
def looks(encoder):
    crowd = smooth_pictures(14, 64)
    darker = (smooth_pictures(9, 64, seed=3) * 0.45).astype(np.uint8)
    return made_up_looks(encoder, crowd, {"darker": darker, "plain": smooth_pictures(5, 64, seed=4)})


@pytest.fixture(scope="module")
def likely(looks):
    """An untrained generator: its change is the likely grade."""
    width = len(looks.code("darker"))
    return TransferGenerator(TransferConfig(width, 64, 8, 1, 2)).eval().requires_grad_(False)


def test_each_look_is_expected_by_its_photos_and_users_the_same_each_time(likely, encoder, looks):
    users = smooth_pictures(14, 64)
    (found, methods), again = (expect(likely, encoder, looks, users, 12, DRAWS) for _ in range(2))
    assert (found, methods) == again and list(found) == ["darker", "plain"]
    assert (found["darker"].photos, found["plain"].photos, found["darker"].people) == (9, 5, 14)
    assert found["darker"].change > 10 > found["plain"].change
    assert found["darker"].lost.low < found["darker"].lost.mean < 0.9
    assert found["darker"].sentence.startswith("with 9 photos and 14 users: about ")
    assert next(iter(methods)) in ("generator", "population_mkl") and methods["do_nothing"].mean == 1
    assert [share.mean for share in methods.values()] == sorted(share.mean for share in methods.values())
    assert known_shares(methods_table(methods)) == methods
    table = as_table(found)
    assert table["lost"].tolist() == [of.lost.mean for of in found.values()]
    assert table["sentence"].tolist() == [of.sentence for of in found.values()]


def test_too_few_users_are_said_and_nothing_is_made_up(likely, encoder, looks):
    found, methods = expect(likely, encoder, looks, smooth_pictures(11, 64))
    assert methods == known_shares(methods_table(methods)) == {}
    assert found["plain"].lost is None and "takes 12 users" in found["plain"].sentence
    assert as_table(found)["lost"].isna().all()


@pytest.mark.parametrize("one_person", [False, True])
def test_a_generator_that_does_nothing_loses_all(encoder, one_person):
    class Idle(torch.nn.Module):
        def forward(self, images, code):
            return images

    people = People.of(encoder, smooth_pictures(14, 64), 64)
    trials = try_looks(Idle(), people, KindOfSet(3, one_person), 4)
    assert (trials.size == 0).all() and (trials.blank == 0).all() and len(trials.blank) == 2
    np.testing.assert_array_equal(trials.error, trials.truth)
    assert (trials.truth > 0).all()
    expected = _expectation(trials, 0.0, 3, 14, DRAWS)
    assert expected.lost.mean == 1 and "can't be told from chance" in expected.sentence


def test_what_counts_are_looks_that_change_photos_about_as_much():
    size = np.repeat([1.0, 12.0], 20)
    trials = Trials(size, size, size * np.repeat([0.95, 0.25], 20), np.full(10, 0.6))
    subtle, bold = (_expectation(trials, change, 10, 30, DRAWS) for change in (1.0, 12.0))
    assert subtle.lost.mean == pytest.approx(0.95, abs=0.01) and "most of it" in subtle.sentence
    assert bold.lost.mean == pytest.approx(0.25, abs=0.01) and bold.notice == ""
    beyond = _expectation(trials, 40.0, 10, 30, DRAWS)  # bolder than all that was tried
    assert beyond.lost.mean == pytest.approx(0.25, abs=0.01)
    unlike = dataclasses.replace(trials, blank=np.full(10, 2.0))
    assert "can't be told from chance" in _expectation(unlike, 1.0, 10, 30, DRAWS).sentence
