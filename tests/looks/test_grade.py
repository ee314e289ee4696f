"""The likely grade: found where there is one, left out where chance explains all, and never fooled by other people."""

import pytest
import torch

from influencer_style.looks.grade import Halves, halves, likely_grade
from influencer_style.looks.regional import regional_moments

MATRIX = torch.tensor([[0.5, 0.1, 0.0], [0.0, 0.4, 0.1], [0.1, 0.0, 0.6]])
OFFSET = torch.tensor([0.0, 0.1, 0.05])


def photos(count, seed):
    """Soft pictures of two areas, the left one darker, as different from each other as portraits are."""
    rng = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 5, 5, generator=rng) * 0.5
    coarse[..., 2:] += 0.3
    coarse = coarse + 0.1 * torch.randn(count, 1, 1, 1, generator=rng)
    return torch.nn.functional.interpolate(coarse, (24, 24), mode="bilinear").clamp(0, 1)


def areas(count):
    left = torch.zeros(count, 1, 24, 24)
    left[..., :10] = 1
    return torch.cat([left, 1 - left], 1)


def observed(pictures):
    return Halves.of(regional_moments(pictures, halves(pictures, areas(len(pictures))))[:, 1:])


def graded(pictures):
    return torch.einsum("ij,njhw->nihw", MATRIX, pictures) + OFFSET.view(1, 3, 1, 1)


def applied(pictures, grade):
    matrix, offset = grade[:9].view(3, 3) + torch.eye(3), grade[9:]
    return torch.einsum("ij,njhw->nihw", matrix, pictures) + offset.view(1, 3, 1, 1)


def error(grade, pictures, truth):
    return (applied(pictures, grade) - truth).abs().mean()


def test_halves_split_each_area_at_its_own_mean():
    pictures = photos(3, 0)
    masks, whole = halves(pictures, areas(3)), torch.cat([torch.ones(3, 1, 24, 24), areas(3)], 1)
    assert masks.shape == (3, 6, 24, 24)
    assert torch.equal(masks[:, :3] + masks[:, 3:], whole)
    light = pictures.mean(1, keepdim=True)
    dark, bright = ((part * light).sum((2, 3)) / part.sum((2, 3)) for part in (masks[:, :3], masks[:, 3:]))
    assert (dark < bright).all()


def test_the_same_people_under_a_grade_tell_the_grade():
    people = photos(40, 1)
    found = likely_grade(observed(people), observed(graded(people)))
    grade, unexplained = found.change, found.unexplained
    test = photos(10, 2)
    assert error(grade, test, graded(test)) < 0.2 * (graded(test) - test).abs().mean()
    assert unexplained.abs().max() < 1


def test_other_people_under_no_grade_are_left_nearly_alone_and_under_a_bold_one_are_not():
    population, test = observed(photos(40, 3)), photos(10, 4)
    for seed in range(5, 10):
        others = photos(10, seed)
        still = likely_grade(population, observed(others)).change
        assert (applied(test, still) - test).abs().mean() < 0.03
        bold = likely_grade(population, observed(graded(others))).change
        assert error(bold, test, graded(test)) < 0.5 * (graded(test) - test).abs().mean()


def test_the_fewer_photos_the_less_is_believed():
    population, test = observed(photos(40, 3)), photos(10, 4)
    change = [
        torch.stack([
            (applied(test, likely_grade(population, observed(graded(photos(n, seed)))).change) - test).abs().mean()
            for seed in range(20, 30)
        ]).mean()
        for n in (1, 40)
    ]  # fmt: skip
    assert change[0] < change[1]


def test_many_photos_of_one_person_are_not_many_people():
    population, test = observed(photos(40, 3)), photos(10, 4)

    def change(pictures):
        return (applied(test, likely_grade(population, observed(pictures)).change) - test).abs().mean()

    for seed in range(5, 10):
        other = photos(1, seed)
        alike = other + 0.02 * torch.randn(20, 3, 24, 24, generator=torch.Generator().manual_seed(seed))
        assert change(alike) < 1.5 * change(other) + 0.01
        assert likely_grade(population, observed(alike)).shared > 0.5
        for many in (photos(20, seed), graded(photos(20, seed))):
            assert likely_grade(population, observed(many)).shared < 0.4


def test_what_is_worn_in_one_area_is_more_than_a_grade_explains():
    people, painted = photos(40, 1), photos(40, 1)
    painted[:, 0, :, :10] = 0.9  # one area is red, always
    worn, grade = (likely_grade(observed(people), observed(p)).unexplained for p in (painted, graded(people)))
    assert worn.abs().max() > 3
    assert grade.abs().max() < 1


@pytest.mark.parametrize("count", [1, 2])
def test_an_area_that_nobody_shows_says_nothing(count):
    pictures = photos(count, 6)
    hidden = torch.zeros(count, 2, 24, 24)
    hidden[:, 1] = 1
    part = Halves.of(regional_moments(pictures, halves(pictures, hidden))[:, 1:])
    assert torch.equal(part.photos[[1, 4]], torch.zeros(2))
    found = likely_grade(observed(photos(20, 7)), part)
    assert found.change.isfinite().all() and torch.equal(found.unexplained[[1, 4]], torch.zeros(2, 3))
