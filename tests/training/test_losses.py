"""Losses against values worked out by hand."""

import math

import pytest
import torch

from influencer_style.training.discriminator import Discriminator, augment
from influencer_style.training.game import (
    content_loss,
    discriminator_loss,
    feature_loss,
    generator_loss,
    gradient_penalty,
    gram_loss,
    lecam_loss,
    palette_loss,
    reconstruction_loss,
    relativistic_discriminator_loss,
    relativistic_generator_loss,
    shape_loss,
)


def test_adversarial_losses_of_an_undecided_discriminator():
    zero = torch.zeros(4)
    assert float(discriminator_loss(zero, zero)) == pytest.approx(math.log(4))
    assert float(generator_loss(zero)) == pytest.approx(math.log(2))


def test_the_two_networks_want_opposite_things():
    fake = torch.tensor([0.3], requires_grad=True)
    (down,) = torch.autograd.grad(discriminator_loss(torch.zeros(1), fake), fake)
    (up,) = torch.autograd.grad(generator_loss(fake), fake)
    assert down > 0 > up


def test_the_penalty_of_a_linear_discriminator_is_its_squared_weight():
    images = torch.rand(2, 3, 4, 4, requires_grad=True)
    logits = (images * 2).sum((1, 2, 3))
    assert float(gradient_penalty(images, logits)) == pytest.approx(4 * 48)


def test_relativistic_losses_know_only_the_difference():
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([0.0, 3.5])
    for loss in (relativistic_discriminator_loss, relativistic_generator_loss):
        assert torch.allclose(loss(real, fake), loss(real + 7, fake + 7))
        assert float(loss(real, real)) == pytest.approx(math.log(2))
    assert relativistic_discriminator_loss(real, real - 2) < math.log(2) < relativistic_generator_loss(real, real - 2)


def test_lecam_is_free_until_logits_pass_the_others_average():
    real, fake = torch.tensor([0.5, 1.0]), torch.tensor([-0.5, -1.0])
    assert float(lecam_loss(real, fake, -2.0, 2.0)) == 0
    assert float(lecam_loss(real, fake, 0.0, 0.0)) == pytest.approx((0.25 + 1) / 2 * 2)


def test_content_ignores_the_size_and_the_mean_of_features_and_sees_what_moved():
    source = [torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(i)) for i in range(2)]
    assert float(content_loss([3 * part + 1 for part in source], source)) < 1e-3
    assert float(content_loss([part.flip(-1) for part in source], source)) > 0.5


def test_shapes_survive_a_grade_and_not_a_mirror():
    images = torch.nn.functional.interpolate(torch.rand(2, 3, 9, 9, generator=torch.Generator().manual_seed(1)), 64)
    graded = (images * torch.tensor([0.5, 0.6, 0.4]).view(1, 3, 1, 1) + 0.2).requires_grad_()
    kept, lost = shape_loss(graded, images), shape_loss(images.flip(-1), images)
    assert float(kept.detach()) < 0.1 and float(lost) > 0.6 and float(shape_loss(1 - images, images)) > 1.8
    (gradient,) = torch.autograd.grad(kept, graded)
    assert gradient.isfinite().all()


def test_reconstruction_counts_weights():
    result, truth = torch.zeros(1, 3, 1, 2), torch.tensor([[[[1.0, 2.0]]]]).expand(1, 3, 1, 2)
    weights = torch.tensor([[[[0.0, 2.0]]]])
    assert float(reconstruction_loss(result, truth, weights)) == pytest.approx(2.0)


def test_feature_loss_is_relative():
    truth = [torch.full((1, 2, 2, 2), 4.0), torch.full((1, 2, 2, 2), 100.0)]
    result = [truth[0] * 1.5, truth[1] * 1.5]
    assert float(feature_loss(result, truth)) == pytest.approx(0.5)


def test_gram_loss_is_free_inside_a_looks_own_variation():
    target, deviation = torch.zeros(1, 4), torch.full((1, 4), 0.5)
    groups = [slice(0, 2), slice(2, 4)]
    assert float(gram_loss(torch.tensor([[0.4, -0.5, 0.1, 0.2]]), target, deviation, groups)) == 0
    near, far = (gram_loss(torch.tensor([[x, 0, 0, 0.0]]), target, deviation, groups) for x in (1.0, 3.0))
    assert 0 < near < far


def test_the_discriminator_asks_for_the_look():
    torch.manual_seed(0)
    width = 104
    judge = Discriminator(code=width, resolution=32, channels=8)
    images = torch.rand(2, 3, 32, 32)
    one, other = (judge(images, torch.randn(2, width)) for _ in range(2))
    assert one.shape == (2,) and not torch.allclose(one, other)


def test_augmentation_is_the_same_for_the_same_chance_and_keeps_colours():
    images = torch.full((4, 3, 32, 32), 0.3)
    images[:, 0] = 0.9
    assert torch.allclose(augment(images, torch.Generator().manual_seed(1)), images, atol=1e-6)
    noise = torch.rand(4, 3, 32, 32, requires_grad=True)
    first, again = (augment(noise, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first, again) and not torch.equal(first, noise)
    first.sum().backward()
    assert noise.grad.abs().sum() > 0


def test_areas_that_hardly_show_count_less():
    truth = torch.zeros(1, 2, 3)
    told = torch.full((4, 1, 2, 3), 0.1)
    assert float(palette_loss(told, truth, torch.tensor([[[0.5], [0.002]]]))) == pytest.approx(0.1)
    assert float(palette_loss(told, truth, torch.tensor([[[0.5], [0.001]]]))) == pytest.approx(0.075)
    assert float(palette_loss(told, truth, torch.zeros(1, 2, 1))) == 0
