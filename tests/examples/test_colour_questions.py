"""Questions for colour maps: they can be answered, repeat with their seed, and fit the people there are."""

from itertools import islice

import pytest
import torch
from made_up import smooth_pictures

from influencer_style.examples.colour_questions import Questions, Sizes, edit_components, questions, random_look
from influencer_style.examples.film_edits import camera_edit, film_edit
from influencer_style.examples.photographs import Photographs
from influencer_style.networks.colour_map import INPUTS

SIZES = Sizes(sets=(1, 40), populations=(5, 80))


def rng(seed=2):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def photographs():
    return Photographs.of(smooth_pictures(15, 64), rng())


@pytest.fixture(scope="module")
def pictures():
    return torch.rand(3, 3, 24, 24, generator=rng())


def test_questions_have_codes_and_colours_and_repeat_with_their_seed(photographs):
    drawn, again = (Questions.joined(list(islice(questions(photographs, SIZES, rng(seed)), 5))) for seed in (4, 4))
    assert drawn.codes.shape == (5, INPUTS) and drawn.codes.isfinite().all()
    assert drawn.before.shape == drawn.after.shape == (5, 480, 3)
    assert all(torch.equal(one, other) for one, other in zip(vars(drawn).values(), vars(again).values(), strict=True))
    assert (drawn.before != drawn.after).flatten(1).any(1).sum() >= 4


def test_sizes_leave_people_for_all_parts():
    for people in (12, 16, 40, 500):
        drawn = rng()
        for _ in range(50):
            size, population = SIZES.of(people, drawn)
            assert size >= 1 and population >= 5 and 6 + size + population <= people
    usual = [Sizes((1, 40), (5, 80), usual=10).of(300, rng(seed))[0] for seed in range(60)]
    assert 15 < usual.count(10) < 45


def test_components_explain_edits_in_the_order_of_their_size(photographs, monkeypatch):
    monkeypatch.setattr("influencer_style.examples.colour_questions._MAP_EDITS", 40)
    found = edit_components(photographs, 8, rng())
    sizes = found.square().sum(1)
    assert found.shape == (8, 2187) and (sizes[:1] > sizes[4:]).all()


@pytest.mark.parametrize("draw", [film_edit, camera_edit, random_look])
def test_edits_stay_in_range_and_repeat_with_their_seed(draw, pictures):
    for seed in range(25):
        one, other = (draw(rng(seed))(pictures) for _ in range(2))
        assert torch.equal(one, other) and one.min() >= 0 and one.max() <= 1 and one.isfinite().all()


def test_edits_without_local_steps_are_maps_of_colours(pictures):
    order = torch.randperm(24 * 24, generator=rng())
    for seed in range(25):
        edit = film_edit(rng(seed), local=False)
        mixed = pictures.flatten(2)[..., order].view_as(pictures)
        assert torch.allclose(edit(pictures).flatten(2)[..., order], edit(mixed).flatten(2), atol=1e-5)
