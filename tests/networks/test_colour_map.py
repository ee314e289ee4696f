"""The colour map: untaught it is the likely grade, its tables are read like a colour, and photographs taught it."""

from __future__ import annotations

import pytest
import torch
from made_up import smooth_pictures

from influencer_style.looks.pixels import to_tensor, to_uint8
from influencer_style.looks.set_statistics import SetStatistics, describe
from influencer_style.looks.style_code import StyleCode, style_code
from influencer_style.networks.base import TransferBase
from influencer_style.networks.colour_map import SIDE, ColourMap, colour_shown, network_trust, read_table

WIDTH = 300


@pytest.fixture(scope="module")
def pictures():
    return torch.rand(2, 3, 24, 20, generator=torch.Generator().manual_seed(4))


def table_of(change):
    axis = torch.linspace(0, 1, SIDE)
    return change(torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij")))[None].expand(2, -1, -1, -1, -1)


def test_a_table_is_read_by_red_green_and_blue_and_exactly_where_it_is_linear(pictures):
    matrix = torch.tensor([[0.3, -0.2, 0.1], [0.0, 0.5, -0.4], [0.2, 0.1, -0.6]])
    added = read_table(table_of(lambda colours: torch.einsum("ij,jrgb->irgb", matrix, colours) + 0.05), pictures)
    assert torch.allclose(added, torch.einsum("ij,njhw->nihw", matrix, pictures) + 0.05, atol=1e-5)


def test_between_its_points_a_table_is_within_them(pictures):
    added = read_table(table_of(lambda colours: (7 * colours).sin()), pictures)
    assert added.abs().max() <= 1 and (added - (7 * pictures).sin()).abs().max() < 0.15


def test_untaught_it_is_the_likely_grade(pictures):
    code = torch.zeros(2, WIDTH)
    StyleCode(code).grade[:] = torch.tensor([0.1, 0, 0, 0, -0.2, 0, 0, 0.1, 0.3, 0.02, 0, -0.1])
    with torch.no_grad():
        added = read_table(ColourMap()(code), pictures)
    matrix, offset = StyleCode(code).grade[0, :9].view(3, 3), StyleCode(code).grade[0, 9:].view(3, 1, 1)
    assert torch.allclose(added, torch.einsum("ij,njhw->nihw", matrix, pictures) + offset, atol=1e-5)


def test_the_shipped_one_changes_little_without_a_look_and_follows_one_that_darkens():
    colour_map = TransferBase.load().generator.colour_map
    plain = torch.zeros(1, WIDTH)
    StyleCode(plain).count[:] = 10**-0.5
    darker = plain.clone()
    for code, light in ((plain, 0.45), (darker, 0.25)):
        StyleCode(code).regional[..., 3:6], StyleCode(code).regional[..., 12] = 2 * light - 1, 1.0
    StyleCode(darker).regional[..., :3] = 4 * -0.2
    StyleCode(darker).transports[..., 9:] = -0.2
    with torch.no_grad():
        middle = [read_table(colour_map(code), torch.full((1, 3, 1, 1), 0.5)).mean() for code in (plain, darker)]
    assert abs(middle[0]) < 0.06
    assert middle[1] < middle[0] - 0.08


def test_a_set_in_black_and_white_has_a_map_to_grey_and_is_no_matter_for_the_network(encoder):
    people = to_tensor(smooth_pictures(12, 64))
    light = people.mean(1, keepdim=True)

    def code_of(images):
        images = to_tensor(to_uint8(images).copy())
        statistics = (SetStatistics.of(*describe(encoder, some)) for some in (images, people))
        return style_code(*statistics, encoder.groups)[None]

    def results(code):
        with torch.no_grad():
            return people + read_table(colour_map(code).expand(12, -1, -1, -1, -1), people)

    colour_map = TransferBase.load().generator.colour_map
    grey, faint = code_of(light.expand_as(people)), code_of(light.lerp(people, 0.3))
    assert float(colour_shown(grey)) == 0 and float(colour_shown(faint)) == float(colour_shown(code_of(people))) == 1
    apart = results(grey).amax(1) - results(grey).amin(1)
    assert apart.abs().max() < 1e-4 and results(grey).std() > 0.05
    assert (results(faint).amax(1) - results(faint).amin(1)).mean() > 0.01
    assert float(network_trust(grey, 0.5)) == 0 and float(network_trust(faint, 0.5)) >= 0.5


def test_a_code_of_nothing_is_not_taken_for_black_and_white():
    assert float(colour_shown(torch.zeros(1, WIDTH))) == 1
