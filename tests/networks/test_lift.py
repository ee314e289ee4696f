"""From 64 pixels to the photo's own size."""

import numpy as np
import pytest
import torch

from influencer_style.networks.lift import GuidedChange, apply_to_photo
from influencer_style.networks.transfer import Change


def coordinates(width, height):
    x, y = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
    return lambda first, last: np.meshgrid(x, y[first:last])


def smooth(size, seed=0):
    coarse = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(coarse, size, mode="bilinear")


def test_a_constant_change_stays_constant_everywhere():
    change = Change(torch.full((1, 12, 64, 64), -0.25), torch.full((1, 3, 64, 64), 0.1))
    guided = GuidedChange.of(change, smooth(64) * 0.2)  # dark, and nearly flat
    where = torch.rand(20, 20) * 3 - 1, torch.rand(20, 20) * 3 - 1
    read = guided.read(torch.rand(1, 3, 20, 20), *where)  # colours and places that the guide does not have
    assert torch.allclose(read.affine, torch.full((), -0.25), atol=1e-4)
    assert torch.allclose(read.residual, torch.full((), 0.1), atol=1e-4)


def test_strength_zero_returns_the_photo_exactly():
    photo = np.random.default_rng(0).integers(0, 256, (300, 200, 3), dtype=np.uint8)
    guided = GuidedChange.of(Change(torch.randn(1, 12, 64, 64), torch.randn(1, 3, 64, 64)), smooth(64))
    assert np.array_equal(apply_to_photo(guided, photo, coordinates(200, 300), 0.0), photo)


def test_lifting_to_the_same_size_agrees_with_the_network_where_the_change_is_smooth():
    guide = smooth(64)
    ramp = torch.linspace(-0.2, 0.2, 64)
    change = Change(ramp.view(1, 1, 1, 64).expand(1, 12, 64, 64) * 0.5, torch.zeros(1, 3, 64, 64))
    photo = (guide[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    lifted = apply_to_photo(GuidedChange.of(change, guide), photo, coordinates(64, 64))
    wanted = change.apply(guide).clamp(0, 1)[0].permute(1, 2, 0).numpy() * 255
    assert np.abs(lifted - wanted).mean() < 2


def test_edges_stay_where_the_photo_has_them():
    # Left half dark and unchanged, right half bright and darkened: at 8 times the size the edge must not smear.
    guide = torch.full((1, 3, 64, 64), 0.1)
    guide[..., 32:] = 0.9
    residual = torch.where(guide > 0.5, -0.4, 0.0)
    guided = GuidedChange.of(Change(torch.zeros(1, 12, 64, 64), residual), guide)
    photo = np.repeat(np.repeat((guide[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8), 8, 0), 8, 1)
    lifted = apply_to_photo(guided, photo, coordinates(512, 512)).astype(int)
    assert np.abs(lifted[:, :240] - 25).max() <= 2 and np.abs(lifted[:, 272:] - 127).max() <= 4
    # Nearer to the edge than two of the network's pixels, a sixth of the change at most.
    assert np.abs(lifted[:, :256] - 25).max() <= 17 and np.abs(lifted[:, 256:] - 127).max() <= 17


def test_far_beyond_the_crop_no_streaks_are_drawn():
    stripes = torch.zeros(1, 3, 64, 64)
    stripes[:, :, ::8] = 0.5
    guided = GuidedChange.of(Change(torch.zeros(1, 12, 64, 64), stripes), torch.full((1, 3, 64, 64), 0.5))
    y = torch.linspace(0, 1, 50).view(-1, 1)
    near, far = (guided.read(torch.full((1, 3, 50, 1), 0.5), torch.full((50, 1), x), y).residual for x in (0.5, 2.0))
    assert near.std() > 0.02 and far.std() < 1e-5
    assert 0.03 < far.mean() < 0.2


def test_beyond_the_crop_the_border_goes_on():
    change = Change(torch.zeros(1, 12, 64, 64), torch.full((1, 3, 64, 64), 0.2))
    guided = GuidedChange.of(change, smooth(64))
    outside = guided.read(torch.full((1, 3, 2, 2), 0.5), torch.full((2, 2), 3.0), torch.full((2, 2), -2.0))
    assert torch.allclose(outside.residual, torch.full((), 0.2), atol=1e-4)


@pytest.mark.parametrize("rows", [1, 255, 256, 257, 600])
def test_strips_do_not_show(rows):
    photo = np.random.default_rng(1).integers(0, 256, (rows, 40, 3), dtype=np.uint8)
    change = Change(torch.full((1, 12, 64, 64), 0.05), torch.zeros(1, 3, 64, 64))
    result = apply_to_photo(GuidedChange.of(change, smooth(64)), photo, coordinates(40, rows))
    expected = photo / 255 + 0.05 * (photo.sum(-1, keepdims=True) / 255 + 1)
    assert np.abs(result - expected.clip(0, 1) * 255).max() <= 1
