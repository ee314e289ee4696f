"""Photos varied: other backgrounds, distances and cameras; a person who comes often is shown differently each time."""

import pytest
import torch
from made_up import smooth_pictures

from influencer_style.examples.photographs import LEAST_PEOPLE, Photographs, _pulled_together, varied


def rng(seed=2):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def photographs():
    return Photographs.of(smooth_pictures(13, 80), rng())


def test_too_few_people_are_refused_by_their_number():
    with pytest.raises(ValueError, match=f"11 photos are too few .* {LEAST_PEOPLE} people"):
        Photographs.of(smooth_pictures(11, 64), rng())


def test_everybody_has_photos_of_all_kinds_with_their_areas(photographs):
    assert photographs.people == 13
    assert photographs.pictures.shape == (2, 3, 3, 13, 3, 64, 64)
    assert photographs.areas.shape == (2, 3, 3, 13, 6, 64, 64)
    shares = photographs.areas.float().sum(4) / 255
    assert (shares - 1).abs().max() < 0.02
    kinds = photographs.pictures.flatten(0, 2).float()
    assert all((one - other).abs().mean() > 1 for i, one in enumerate(kinds) for other in kinds[:i])


@pytest.mark.parametrize("alike", [False, True])
def test_photos_are_of_the_people_that_were_named(photographs, alike):
    images, areas = photographs.photo(torch.tensor([4, 7, 2]), rng(), alike)
    assert images.shape == (3, 3, 64, 64) and areas.shape == (3, 6, 64, 64)
    assert images.min() >= 0 and images.max() <= 1
    again, _ = photographs.photo(torch.tensor([4, 7, 2]), rng(), alike)
    assert torch.equal(images, again)


def test_one_person_is_shown_in_different_variants_while_there_are_any(photographs):
    images, _ = photographs.photo(torch.tensor([1, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]), rng(), alike=False)
    own = images[1:]
    assert all(not torch.equal(one, other) for i, one in enumerate(own) for other in own[:i])
    many, _ = photographs.photo(torch.full((40,), 5), rng(), alike=False)
    assert len(many) == 40


def test_photos_that_are_pulled_together_are_alike_in_light():
    light = torch.linspace(0.4, 0.7, 9).view(-1, 1, 1, 1).expand(-1, 3, 8, 8)
    skin = torch.zeros(9, 6, 8, 8)
    skin[:, 0] = 1
    spreads = [float(_pulled_together(light, skin, rng(seed)).mean((1, 2, 3)).std()) for seed in range(30)]
    before = float(light.mean((1, 2, 3)).std())
    assert min(spreads) < 0.2 * before and sum(spreads) / 30 < 0.9 * before
    grey = _pulled_together(light, skin, rng(0))
    assert grey.min() >= 0 and grey.max() <= 1


def test_variants_keep_the_areas_that_are_not_varied(photographs):
    people = photographs.pictures[0, 0, 0, :6].float() / 255
    skin_only = torch.zeros(6, 6, 64, 64)
    skin_only[:, 0] = 1
    one, other = (varied(people, skin_only, rng(5), others, dyed=0) for others in (None, 1 - people))
    assert torch.equal(one, other)  # nothing is background, so nobody else's comes in
    background = torch.zeros(6, 6, 64, 64)
    background[:, 4] = 1
    assert not torch.equal(*(varied(people, background, rng(5), others) for others in (None, 1 - people)))
