"""From 64 pixels to the photo's own size."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from influencer_style.faces.align import CropTransform
from influencer_style.faces.matting import SoftAreas
from influencer_style.looks.areas import AREAS
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


def test_what_is_added_is_the_colour_transform_and_the_residual():
    """Where the transform is the same everywhere and the residual linear in the colour, it is exactly what they say."""
    guide = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(5))
    affine = (torch.randn(12) * 0.2).view(1, 12, 1, 1).expand(1, 12, 32, 32)
    residual = torch.einsum("vc,nchw->nvhw", torch.randn(3, 3) * 0.2, guide) + 0.1
    change = Change(affine, residual)
    guided = GuidedChange.of(change, guide, softness=1e-9)
    y, x = torch.meshgrid(*[(torch.arange(32) + 0.5) / 32] * 2, indexing="ij")
    assert torch.allclose(read(guided, guide[0], x, y), (change.apply(guide) - guide)[0], atol=2e-3)


def test_in_flat_windows_the_generators_own_transform_says_what_happens_to_other_colours():
    affine = torch.zeros(1, 12, 32, 32)
    affine[:, 0] = -0.5  # red is halved
    guided = GuidedChange.of(Change(affine, torch.zeros(1, 3, 32, 32)), torch.full((1, 3, 32, 32), 0.4))
    photo = np.full((64, 64, 3), 200, np.uint8)
    assert np.abs(lifted_by(guided, photo) - np.array([100, 200, 200])).max() <= 1


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


HAIR, BACKGROUND = AREAS.index("hair"), AREAS.index("background")


def half_hair(size):
    """Areas (6, size, size): hair on the left, background on the right."""
    regions = torch.zeros(6, size, size)
    regions[HAIR, :, : size // 2], regions[BACKGROUND, :, size // 2 :] = 1, 1
    return regions


def dyed(size=64, by=(0.3, 0.0, -0.1)):
    """A change that dyes hair, seen through a network's soft masks, and the picture that it was made for."""
    guide = torch.full((1, 3, size, size), 0.8)
    guide[..., : size // 2] = 0.2
    soft = torch.nn.functional.avg_pool2d(torch.nn.functional.pad(half_hair(size)[None], (2,) * 4, "replicate"), 5, 1)
    residual = soft[:, HAIR : HAIR + 1] * torch.tensor(by).view(1, 3, 1, 1)
    return Change(torch.zeros(1, 12, size, size), residual, half_hair(size)[None]), guide


def big(guide, by=8):
    levels = (guide[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    return np.repeat(np.repeat(levels, by, 0), by, 1)


def test_hair_is_dyed_up_to_its_edge_and_nothing_beside_it():
    change, guide = dyed()
    photo = big(guide)
    photo[100:104, 256:290] = 51  # a strand before the background
    found = lifted_by(GuidedChange.of(change, guide), photo).astype(int) - photo
    assert np.abs(found[:, :254] - [76, 0, -26]).max() <= 14
    assert np.abs(np.delete(found[:, 258:], slice(98, 106), 0)).max() <= 76 / 5
    assert np.abs(np.delete(found[:, 270:], slice(98, 106), 0)).max() <= 4
    assert found[101, 257:270, 0].min() > 50, "the strand too"
    smooth_field = GuidedChange.of(replace(change, regions=None), torch.full_like(guide, 0.5))
    assert np.abs(lifted_by(smooth_field, photo).astype(int) - photo)[:, 258:270].max() > 20, "what it does otherwise"


def test_a_weight_of_nothing_leaves_an_area_exactly_as_it_is():
    change, guide = dyed()
    change = replace(change, residual=change.residual + 0.1)
    weights = torch.ones(6)
    weights[HAIR] = 0
    photo = big(guide)
    found = lifted_by(GuidedChange.of(change, guide).weighted(weights), photo).astype(int) - photo
    assert not found[:, :250].any() and found[:, 262:].min() > 20
    with pytest.raises(ValueError, match="areas"):
        GuidedChange.of(replace(change, regions=None), guide).weighted(weights)


def test_areas_of_any_size_over_a_wider_crop_count_instead_of_the_generators():
    change, guide = dyed()
    photo = np.full((512, 512, 3), 204, np.uint8)
    photo[:, :256] = 51
    shares = half_hair(300).numpy()
    placed = PlacedChange(
        GuidedChange.of(replace(change, regions=torch.full_like(change.regions, 1 / 6)), guide),
        CropTransform(256, 256, 300),
        SoftAreas(shares, CropTransform(256, 256, 512)),
    )
    seen = placed.areas.over(placed.transform, 64)
    better = replace(placed, change=GuidedChange.of(replace(change, regions=torch.from_numpy(seen)[None]), guide))
    found = apply_to_photo([better], photo).astype(int) - photo
    assert np.abs(found[:, 262:]).max() <= 6 and np.abs(found[:, :250] - [76, 0, -26]).max() <= 8


def test_one_persons_hair_does_not_change_the_others():
    change, guide = dyed()
    redder, bluer = (
        GuidedChange.of(replace(change, residual=change.residual * torch.tensor(by).view(1, 3, 1, 1)), guide)
        for by in ((1.0, 0.0, 0.0), (0.0, 0.0, -3.0))
    )
    photo = np.full((300, 700, 3), 204, np.uint8)
    photo[100:200, 100:150] = photo[100:200, 400:450] = 51
    everyone = np.zeros((6, 300, 700), np.float32)
    everyone[HAIR] = photo[..., 0] < 100
    everyone[BACKGROUND] = 1 - everyone[HAIR]
    whole = SoftAreas(np.pad(everyone, ((0, 0), (200, 200), (0, 0)), mode="edge"), CropTransform(350, 150, 700))
    places = CropTransform(150, 150, 300), CropTransform(450, 150, 300)
    placed = [PlacedChange(one, at, whole) for one, at in zip((redder, bluer), places, strict=True)]
    found = apply_to_photo(placed, photo).astype(int) - photo
    first, second = found[120:180, 110:140].mean((0, 1)), found[120:180, 410:440].mean((0, 1))
    assert first[0] > 60 and abs(first[2]) < 6
    assert second[2] > 60 and abs(second[0]) < 6
