"""The palette: told of areas' mean colours, it moves those of the result, and nothing else."""

from dataclasses import replace

import pytest
import torch

from influencer_style.looks.style_code import StyleCode
from influencer_style.networks.palette import Palette, Sitter
from influencer_style.networks.transfer import TransferConfig, TransferGenerator

WIDTH = 300


@pytest.fixture(scope="module")
def pictures():
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(2))


@pytest.fixture(scope="module")
def generator():
    torch.manual_seed(3)
    return TransferGenerator(TransferConfig(code=WIDTH, channels=8, blocks=1, masks=3)).eval()


def wearing(colour, share):
    """A style code that tells of areas of one colour, each so large."""
    code = torch.zeros(2, WIDTH)
    regional = StyleCode(code).regional
    regional[..., 3:6], regional[..., 12] = torch.tensor(colour) * 2 - 1, share * 6
    return code


def test_untaught_it_goes_half_of_the_way_to_the_look():
    colours, aims = torch.full((1, 6, 3), 0.2), torch.full((1, 6, 3), 0.6)
    assert torch.allclose(Palette(5)(torch.randn(1, 5), colours, aims), torch.tensor(0.4))


def test_a_sitter_is_measured_under_their_areas_and_the_look_is_read_from_its_code(pictures):
    halves = torch.zeros(2, 6, 64, 64)
    halves[:, 0, :32], halves[:, 3, 32:] = 1, 1
    sitter = Sitter.of(pictures, halves, wearing([0.7, 0.4, 0.5], 0.1))
    assert torch.allclose(sitter.share[..., 0], torch.tensor([0.5, 0, 0, 0.5, 0, 0]))
    assert torch.allclose(sitter.colours[:, 0], pictures[:, :, :32].mean((2, 3)), atol=1e-5)
    assert torch.allclose(sitter.colours[:, 3] + sitter.shifts[:, 3], torch.tensor([0.7, 0.4, 0.5]), atol=1e-5)
    assert not sitter.shifts[:, 1].any()  # no lips to be seen


def test_where_the_look_does_not_show_an_area_its_grade_is_the_aim(pictures):
    whole = torch.zeros(2, 6, 64, 64)
    whole[:, 0] = 1
    darker = torch.cat([-0.5 * torch.eye(3), torch.full((3, 1), 0.1)], 1).expand(2, -1, -1)
    for share, expected in ((0.0, pictures.mean((2, 3)) / 2 + 0.1), (0.2, torch.full((2, 3), 0.9))):
        aims = Sitter.of(pictures, whole, wearing([0.9] * 3, share)).aims(darker)
        assert torch.allclose(aims[:, 0], expected, atol=1e-5)


def test_means_go_as_far_as_the_palette_is_heard_and_no_area_changes_within(generator, pictures):
    code = wearing([0.8, 0.3, 0.4], 0.2)
    with torch.no_grad():
        areas = generator.regions(pictures)
        plain = generator.change(pictures, code)
        wanted = generator.palette(*generator.palette_inputs(pictures, code, Sitter.of(pictures, areas, code))).mean(0)
        heard = replace(generator.config, palette=0.5)
        loud = TransferGenerator(heard).eval()
        loud.load_state_dict(generator.state_dict())
        change = loud.change(pictures, code)
    matrix, offset = (change.affine - plain.affine).unflatten(1, (3, 4)).split([3, 1], 2)
    assert matrix.abs().max() < 1e-6  # moved, never stretched
    found = Sitter.of(plain.apply(pictures), areas, code).colours
    expected = torch.einsum("nkhw,nkc->nchw", areas, 0.5 * (wanted - found))
    shown = (areas * (Sitter.of(pictures, areas, code).share < 0.01).unsqueeze(-1)).sum(1) < 0.01
    assert shown.float().mean() > 0.5 and expected.abs().max() > 0.05
    assert torch.allclose(offset[:, :, 0] * shown[:, None], expected * shown[:, None], atol=5e-3)


def test_what_the_network_learns_does_not_unteach_the_palette(generator, pictures):
    loud = TransferGenerator(replace(generator.config, palette=0.5))
    (loud(pictures, wearing([0.8, 0.3, 0.4], 0.2)) - 0.5).square().mean().backward()
    assert loud.heads.weight.grad is not None
    assert all(weight.grad is None for weight in loud.palette.parameters())


def test_mean_colours_are_exact_where_convolutions_are_not(generator, pictures):
    loud = TransferGenerator(replace(generator.config, palette=0.5)).eval()
    loud.load_state_dict(generator.state_dict())
    code = wearing([0.8, 0.3, 0.4], 0.2)
    with torch.no_grad():
        exact = loud(pictures, code)
        with torch.autocast("cpu", torch.bfloat16):
            coarse = loud(pictures, code)
    assert coarse.dtype == torch.float32 and (coarse - exact).abs().max() < 0.02
