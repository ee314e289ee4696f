"""From 64 pixels to the photo's own size."""

import numpy as np
import pytest
import torch

from influencer_style.faces.align import CropTransform
from influencer_style.networks.guided_change import GuidedChange, added
from influencer_style.networks.guided_change import read as read_at
from influencer_style.networks.lift import PlacedChange, apply_to_photo
from influencer_style.networks.transfer import Change


def lifted_by(guided, photo, strength=1.0):
    """The photo under a change to a crop that is the whole of it, or as wide as it is, in its middle."""
    height, width = photo.shape[:2]
    return apply_to_photo([PlacedChange(guided, CropTransform(width / 2, height / 2, width))], photo, strength)


def read(guided, colours, x, y):
    """What is added to colours (3, h, w) at places (h, w) of the crop."""
    return added(read_at(guided.around, x, y), colours)


def smooth(size, seed=0):
    coarse = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(coarse, size, mode="bilinear")


def test_a_constant_change_stays_constant_everywhere():
    change = Change(torch.full((1, 12, 64, 64), -0.25), torch.full((1, 3, 64, 64), 0.1))
    guided = GuidedChange.of(change, smooth(64) * 0.2)  # dark, and nearly flat
    colours = torch.rand(3, 20, 20)  # colours and places that the guide does not have
    wanted = (-0.25 * (colours.sum(0) + 1) + 0.1).expand(3, 20, 20)
    where = torch.rand(20, 20) * 3 - 1, torch.rand(20, 20) * 3 - 1
    assert torch.allclose(read(guided, colours, *where), wanted, atol=1e-3)
    far = added(guided.beyond[:, :, None, None].expand(-1, -1, 20, 20).clone(), colours)
    assert torch.allclose(far, wanted, atol=1e-3)


def test_a_polynomial_is_the_colour_transform_and_the_residual():
    """Where transform and residual are linear in the colour, what is added is exactly what they say."""
    guide = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(5))
    slopes, constants = torch.randn(15, 3) * 0.2, torch.randn(15) * 0.1
    values = torch.einsum("vc,nchw->nvhw", slopes, guide) + constants.view(1, -1, 1, 1)
    change = Change(values[:, :12], values[:, 12:])
    guided = GuidedChange.of(change, guide, softness=1e-9)
    y, x = torch.meshgrid(*[(torch.arange(32) + 0.5) / 32] * 2, indexing="ij")
    assert torch.allclose(read(guided, guide[0], x, y), (change.apply(guide) - guide)[0], atol=2e-3)


def test_strength_zero_returns_the_photo_exactly():
    photo = np.random.default_rng(0).integers(0, 256, (300, 200, 3), dtype=np.uint8)
    guided = GuidedChange.of(Change(torch.randn(1, 12, 64, 64), torch.randn(1, 3, 64, 64)), smooth(64))
    assert np.array_equal(lifted_by(guided, photo, 0.0), photo)


def test_lifting_to_the_same_size_agrees_with_the_network_where_the_change_is_smooth():
    guide = smooth(64)
    ramp = torch.linspace(-0.2, 0.2, 64)
    change = Change(ramp.view(1, 1, 1, 64).expand(1, 12, 64, 64) * 0.5, torch.zeros(1, 3, 64, 64))
    photo = (guide[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    lifted = lifted_by(GuidedChange.of(change, guide), photo)
    wanted = change.apply(guide).clamp(0, 1)[0].permute(1, 2, 0).numpy() * 255
    assert np.abs(lifted - wanted).mean() < 2


def test_edges_stay_where_the_photo_has_them():
    # Left half dark and unchanged, right half bright and darkened: at 8 times the size the edge must not smear.
    guide = torch.full((1, 3, 64, 64), 0.1)
    guide[..., 32:] = 0.9
    residual = torch.where(guide > 0.5, -0.4, 0.0)
    guided = GuidedChange.of(Change(torch.zeros(1, 12, 64, 64), residual), guide)
    photo = np.repeat(np.repeat((guide[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8), 8, 0), 8, 1)
    lifted = lifted_by(guided, photo).astype(int)
    assert np.abs(lifted[:, :240] - 25).max() <= 2 and np.abs(lifted[:, 272:] - 127).max() <= 4
    # Nearer to the edge than two of the network's pixels, a sixth of the change at most.
    assert np.abs(lifted[:, :256] - 25).max() <= 17 and np.abs(lifted[:, 256:] - 127).max() <= 17


def test_far_beyond_the_crop_no_streaks_are_drawn():
    stripes = torch.zeros(1, 3, 64, 64)
    stripes[:, :, ::8] = 0.3
    guided = GuidedChange.of(Change(torch.zeros(1, 12, 64, 64), stripes), torch.full((1, 3, 64, 64), 0.5))
    photo = np.full((100, 400, 3), 128, np.uint8)
    result = apply_to_photo([PlacedChange(guided, CropTransform(50, 50, 100))], photo).astype(int) - 128
    assert result[:, 50].std() > 5 and result[:, 200:].std() == 0
    assert 5 < result[0, 300, 0] < 50, "the border's mean"


@pytest.mark.parametrize("angle", [0.0, 0.3])
def test_each_face_has_its_own_change_and_between_them_there_is_no_seam(angle):
    darker, lighter = (
        GuidedChange.of(Change(torch.zeros(1, 12, 64, 64), torch.full((1, 3, 64, 64), by)), smooth(64))
        for by in (-0.2, 0.2)
    )
    photo = np.full((240, 600, 3), 128, np.uint8)
    placed = [
        PlacedChange(darker, CropTransform(180, 120, 200, angle)),
        PlacedChange(lighter, CropTransform(420, 120, 200, -angle)),
    ]
    result = apply_to_photo(placed, photo).astype(int)[:, :, 0] - 128
    assert abs(result[120, 180] + 51) <= 4 and abs(result[120, 420] - 51) <= 4
    assert np.abs(np.diff(result, axis=0)).max() <= 2 and np.abs(np.diff(result, axis=1)).max() <= 3
    assert abs(result[120, 0]) <= 8, "far from both, the mean of both"


@pytest.mark.parametrize("rows", [1, 255, 256, 257, 600])
def test_strips_do_not_show(rows):
    photo = np.random.default_rng(1).integers(0, 256, (rows, 40, 3), dtype=np.uint8)
    change = Change(torch.full((1, 12, 64, 64), 0.05), torch.zeros(1, 3, 64, 64))
    result = lifted_by(GuidedChange.of(change, smooth(64)), photo)
    expected = photo / 255 + 0.05 * (photo.sum(-1, keepdims=True) / 255 + 1)
    assert np.abs(result - expected.clip(0, 1) * 255).max() <= 1


def test_of_colour_alone_places_do_not_count():
    guide = smooth(64)
    patchy = torch.zeros(1, 3, 64, 64)
    patchy[:, :, :20, :20] = 0.4
    change = Change(torch.full((1, 12, 64, 64), -0.1), patchy)
    photo = np.full((120, 120, 3), 128, np.uint8)
    result = lifted_by(GuidedChange.of_colour(change, guide), photo)
    assert len(np.unique(result.reshape(-1, 3), axis=0)) == 1 and result[0, 0, 0] != 128
