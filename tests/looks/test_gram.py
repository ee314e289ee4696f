"""The maths of Gram matrices and colour transport."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from influencer_style.looks.gram import colour_moments, gram_matrix, signed_sqrt, upper_triangle
from influencer_style.looks.transport import apply_transport, mean_and_covariance, monge_kantorovich


def pictures(seed: int, n: int = 1, size: int = 24) -> torch.Tensor:
    rng = torch.Generator().manual_seed(seed)
    mix = torch.rand(n, 3, 3, generator=rng)
    noise = torch.rand(n, 3, size, size, generator=rng)
    return torch.einsum("nij,njhw->nihw", mix / mix.sum(-1, keepdim=True), noise)


def test_gram_matrix_of_known_features():
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, -1.0]]]])  # (1, 2, 1, 2)
    assert torch.equal(gram_matrix(features), torch.tensor([[[2.5, 0.5], [0.5, 5.0]]]))


def test_gram_matrix_ignores_where_and_how_large():
    features = torch.rand(1, 4, 6, 6)
    shuffled = features.flatten(2)[:, :, torch.randperm(36)].view_as(features)
    assert torch.allclose(gram_matrix(features), gram_matrix(shuffled), atol=1e-6)
    assert torch.allclose(gram_matrix(features), gram_matrix(features.repeat(1, 1, 2, 2)), atol=1e-6)


def test_signed_sqrt_has_a_finite_gradient_at_zero():
    value = torch.tensor([0.0, 4.0, -9.0], requires_grad=True)
    signed_sqrt(value).sum().backward()
    assert torch.allclose(signed_sqrt(value), torch.tensor([0.0, 2.0, -3.0]), atol=1e-3)
    assert value.grad.isfinite().all()


def test_upper_triangle_keeps_the_diagonal():
    assert upper_triangle(torch.tensor([[[1, 2], [2, 3]]])).tolist() == [[1, 2, 3]]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_transport_gives_the_target_its_mean_and_covariance(seed):
    source, target = (colour_moments(pictures(s))[0].double() for s in (seed, seed + 1))
    matrix, offset = monge_kantorovich(source, target)
    (mean, covariance), (wanted_mean, wanted) = mean_and_covariance(source), mean_and_covariance(target)
    assert torch.allclose(matrix @ mean + offset, wanted_mean, atol=1e-6)
    assert torch.allclose(matrix @ covariance @ matrix.T, wanted, atol=1e-6)
    assert torch.allclose(matrix, matrix.T, atol=1e-6), "of all such maps only the least one is symmetric"


def test_transported_pictures_have_the_targets_colours():
    source, target = torch.rand(2, 3, 32, 32), warm_noise()
    moved = apply_transport(source, *monge_kantorovich(colour_moments(source).mean(0), colour_moments(target)[0]))
    assert torch.allclose(colour_moments(moved).mean(0), colour_moments(target)[0], atol=5e-3)


def warm_noise() -> torch.Tensor:
    return torch.rand(1, 3, 32, 32) * torch.tensor([0.9, 0.6, 0.4]).view(1, 3, 1, 1)


def test_transport_onto_itself_changes_nothing():
    moments = colour_moments(pictures(3))[0]
    matrix, offset = monge_kantorovich(moments, moments)
    assert torch.allclose(matrix, torch.eye(3), atol=1e-5)
    assert torch.allclose(offset, torch.zeros(3), atol=1e-5)


def test_transport_of_flat_colour_stays_finite():
    flat = colour_moments(torch.full((1, 3, 8, 8), 0.5))[0]
    matrix, offset = monge_kantorovich(flat, colour_moments(pictures(5))[0])
    assert matrix.isfinite().all() and offset.isfinite().all()


def test_moments_pool_by_averaging():
    both = pictures(7, n=2)
    together = torch.cat([both[:1], both[1:]], dim=3)
    assert torch.allclose(colour_moments(both).mean(0), colour_moments(together)[0], atol=1e-6)
    assert colour_moments(both).shape == (2, 9)
    assert pytest.approx(float(colour_moments(both)[0, 0])) == float(both[0, 0].mean())
