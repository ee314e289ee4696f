"""Neural style: it moves towards the look's Gram matrices and away from nothing else without need."""

import numpy as np
import pytest
import torch
from made_up import smooth_pictures, tint

from influencer_style.evaluation.neural_style import neural_style
from influencer_style.looks.gram import gram_matrix
from influencer_style.looks.pixels import to_tensor
from influencer_style.metrics.colour import delta_e

PHOTOS, CREATOR = smooth_pictures(2, 32), tint(smooth_pictures(5, 32, seed=8), "warm")


@torch.no_grad()
def style_gap(encoder, pictures, creator):
    """Relative squared distance of Gram matrices, summed over layers, at full size."""
    found, wanted = ([gram_matrix(maps) for maps in encoder.features(to_tensor(p))] for p in (pictures, creator))
    gaps = [(f - w.mean(0)).square().sum((1, 2)) / w.mean(0).square().sum() for f, w in zip(found, wanted, strict=True)]
    return sum(gaps).numpy()


@pytest.fixture(scope="module")
def restyled(encoder):
    return neural_style(PHOTOS, CREATOR, encoder, steps=40)


def test_the_results_have_the_looks_statistics(encoder, restyled):
    assert restyled.shape == PHOTOS.shape and restyled.dtype == np.uint8
    assert (style_gap(encoder, restyled, CREATOR) < 0.4 * style_gap(encoder, PHOTOS, CREATOR)).all()


def test_more_steps_come_nearer(encoder, restyled):
    few = neural_style(PHOTOS, CREATOR, encoder, steps=6)
    assert style_gap(encoder, restyled, CREATOR).mean() < style_gap(encoder, few, CREATOR).mean()


def test_a_photo_in_its_own_look_stays_about_as_it_is(encoder):
    assert delta_e(neural_style(PHOTOS[:1], PHOTOS[:1], encoder, steps=20), PHOTOS[:1])[0] < 2


def test_photos_do_not_touch_each_other_and_inputs_stay(encoder, restyled):
    before = PHOTOS.copy(), CREATOR.copy()
    alone = neural_style(PHOTOS[1:], CREATOR, encoder, steps=40)
    assert delta_e(alone, restyled[1:])[0] < 0.5
    assert np.array_equal(before[0], PHOTOS) and np.array_equal(before[1], CREATOR)


def test_it_is_the_same_every_time_and_takes_other_sizes(encoder):
    creator = smooth_pictures(3, 48, seed=8)
    once, again = (neural_style(smooth_pictures(1, 40), creator, encoder, steps=6) for _ in range(2))
    assert once.shape == (1, 40, 40, 3) and np.array_equal(once, again)
    assert neural_style(PHOTOS[:0], creator, encoder, steps=6).shape == (0, 32, 32, 3)


def test_of_many_creator_photos_some_are_drawn_by_the_seed(encoder):
    many = np.concatenate([tint(smooth_pictures(40, 32, seed=1), "warm"), smooth_pictures(40, 32, seed=2)])
    one, same, other = (neural_style(PHOTOS[:1], many, encoder, 4, seed) for seed in (0, 0, 1))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("photos", "creator", "steps", "what"),
    [
        (PHOTOS, CREATOR[:0], 40, "photo of the creator"),
        (PHOTOS, CREATOR, 2, "steps"),
        (PHOTOS[:, :20, :20], CREATOR, 40, "32 px"),
        (PHOTOS / 255, CREATOR, 40, "uint8"),
        (PHOTOS, CREATOR / 255, 40, "uint8"),
    ],
)
def test_what_cannot_be_restyled_is_refused(encoder, photos, creator, steps, what):
    with pytest.raises(ValueError, match=what):
        neural_style(photos, creator, encoder, steps)
