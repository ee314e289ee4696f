"""Random grades: pure colour, in range, and as different as their names say."""

import pytest
import torch

from influencer_style.examples.grades import (
    WIDTH,
    apply_grades,
    camera_grades,
    photographic_grades,
    plain_grades,
    random_grades,
)

MAKERS = [random_grades, photographic_grades, camera_grades]


def change(maker, count=200):
    images = torch.rand(count, 3, 6, 6, generator=torch.Generator().manual_seed(5))
    graded = apply_grades(images, maker(count, torch.Generator().manual_seed(0)))
    return (graded - images).abs().mean((1, 2, 3))


def test_the_plain_grade_changes_nothing():
    images = torch.rand(8, 3, 5, 5)
    assert torch.allclose(apply_grades(images, plain_grades(8)), images, atol=1e-4)


@pytest.mark.parametrize("make", MAKERS)
def test_the_same_chance_gives_the_same_grades_and_they_stay_in_range(make):
    first, again = (make(16, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first, again) and first.shape == (16, WIDTH)
    graded = apply_grades(torch.rand(16, 3, 4, 4), first)
    assert graded.min() >= 0 and graded.max() <= 1


def test_cameras_differ_little_and_photographers_from_hardly_to_much():
    camera, photographic = change(camera_grades), change(photographic_grades)
    assert 0.02 < camera.mean() < 0.09
    assert photographic.quantile(0.1) < 0.03 and photographic.quantile(0.9) > 0.1


@pytest.mark.parametrize("make", MAKERS)
def test_a_grade_is_pure_colour(make):
    images = torch.rand(8, 3, 5, 5)
    grades = make(8, torch.Generator().manual_seed(1))
    turned = apply_grades(images.flip(-1), grades)
    assert torch.allclose(turned, apply_grades(images, grades).flip(-1), atol=1e-6)
