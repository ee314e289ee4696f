"""Colour area by area: moments pool, transports match moments, areas that hardly show take another's."""

import pytest
import torch

from influencer_style.looks.gram import colour_moments
from influencer_style.looks.regional import (
    between_photos,
    regional_moments,
    regional_numbers,
    regional_transports,
    share_and_moments,
)


@pytest.fixture(scope="module")
def pictures():
    return torch.rand(5, 3, 16, 16, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def halves():
    left = torch.zeros(5, 1, 16, 16)
    left[..., :8] = 1
    return torch.cat([left, 1 - left], 1)


def test_moments_of_an_area_are_those_of_the_picture_cut_out(pictures, halves):
    moments = regional_moments(pictures, halves)
    assert moments.shape == (5, 3, 10)
    share, within = share_and_moments(moments)
    assert torch.allclose(share[:, :, 0], torch.tensor([1.0, 0.5, 0.5]).expand(5, 3))
    assert torch.allclose(within[:, 0], colour_moments(pictures), atol=1e-6)
    assert torch.allclose(within[:, 1], colour_moments(pictures[..., :8]), atol=1e-6)


def test_transports_give_each_area_the_targets_mean_and_spread(pictures, halves):
    target = pictures.clone()
    target[..., :8] = target[..., :8] * 0.5 + 0.3
    source, wanted = (regional_moments(p, halves).mean(0) for p in (pictures, target))
    left = regional_transports(source, wanted, torch.zeros(12))[1]
    matrix, offset = left[:9].view(3, 3) + torch.eye(3), left[9:]
    moved = torch.einsum("ij,njhw->nihw", matrix, pictures[..., :8]) + offset.view(1, 3, 1, 1)
    assert torch.allclose(moved, target[..., :8], atol=2e-2)


def test_an_area_that_never_shows_takes_what_it_is_given(pictures):
    none = torch.zeros(5, 2, 16, 16)
    none[:, 1] = 1
    source, target = (regional_moments(p, none).mean(0) for p in (pictures, pictures * 0.5))
    instead = torch.linspace(-1, 1, 12)
    whole, absent, present = regional_transports(source, target, instead)
    assert torch.equal(instead, absent) and torch.allclose(whole, present, atol=1e-4)


def test_what_is_kept_from_photo_to_photo_is_told_from_what_varies(pictures, halves):
    same = pictures.clone()
    same[..., :8] = 0.4  # one colour on the left, always
    moments = regional_moments(same, halves)
    spread = between_photos(moments)
    assert spread.shape == (3, 3) and spread[1].max() < 1e-3 < spread[2].min()
    pooled = moments.mean(0)
    numbers = regional_numbers(pooled, pooled, (spread, spread))
    assert numbers.shape == (3, 13) and numbers[:, :3].abs().max() < 1e-6
    assert torch.equal(regional_numbers(pooled, pooled, None)[:, 9:12], torch.zeros(3, 3))
