"""Teaching a colour map: it learns what it is taught, the same each time, and leaves the map finished."""

from itertools import islice

import pytest
import torch
from made_up import smooth_pictures

from influencer_style.examples.colour_questions import Photographs, Questions, Sizes, questions
from influencer_style.networks.base import TransferBase
from influencer_style.networks.colour_map import ColourMap
from influencer_style.training.transfer.map_teaching import MapSettings, teach_colour_map  # fmt: skip


@pytest.fixture(scope="module")
def material():
    rng = torch.Generator().manual_seed(3)
    photographs = Photographs.of(smooth_pictures(16, 64), rng)
    return Questions.joined(list(islice(questions(photographs, Sizes((1, 5), (5, 16)), rng), 40)))


def taught(material, progress=lambda *_: None):
    colour_map = TransferBase.load().generator.colour_map
    errors = teach_colour_map(colour_map, material, MapSettings(40, 60, batch=16, rate=1e-3, noise=0.0), progress)
    return colour_map, errors


def test_it_learns_what_it_is_taught_and_repeats_with_its_seed(material):
    seen = []
    colour_map, errors = taught(material, lambda *reported: seen.append(reported))
    assert len(errors) == 60 and sum(errors[-10:]) < 0.8 * sum(errors[:10])
    assert [reported[:2] for reported in seen] == [(50, 60), (60, 60)] and seen[1][2].startswith("colour map 0.")
    assert not any(parameter.requires_grad for parameter in colour_map.parameters())
    again, _ = taught(material)
    for one, other in zip(colour_map.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_a_map_that_changes_nothing_errs_as_nothing_does(material):
    blank = Questions(torch.zeros_like(material.codes), material.before, material.after)
    (error,) = teach_colour_map(ColourMap(), blank, MapSettings(40, 1, batch=16, noise=0.0))
    # Its error is that of some of the colours, over that of all.
    assert error == pytest.approx(1, abs=0.05)
