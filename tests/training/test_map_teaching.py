"""Teaching a colour map: it learns what it is taught, the same each time, and leaves the map finished."""

from itertools import islice

import pytest
import torch
from made_up import smooth_pictures

from influencer_style.examples.colour_questions import Questions, Sizes, questions
from influencer_style.examples.photographs import Photographs
from influencer_style.networks.base import TransferBase
from influencer_style.networks.colour_map import ColourMap
from influencer_style.training.transfer.map_teaching import MapSettings, learn_colour_map, teach_colour_map


@pytest.fixture(scope="module")
def material():
    rng = torch.Generator().manual_seed(3)
    photographs = Photographs.of(smooth_pictures(16, 64), rng)
    return Questions.joined(list(islice(questions(photographs, Sizes((1, 5), (5, 16)), rng), 40)))


def taught(material, progress=lambda *_: None):
    colour_map = TransferBase.load().generator.colour_map
    errors = teach_colour_map(
        colour_map, material, MapSettings(40, 60, batch=16, rate=1e-3, noise=0.0, warm_up=20), progress
    )
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


def test_questions_are_drawn_once_and_a_killed_drawing_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("influencer_style.examples.question_files._PART", 6)
    crops, start = smooth_pictures(16, 64), TransferBase.load().generator.colour_map
    before = {name: value.clone() for name, value in start.state_dict().items()}
    settings = MapSettings(20, 10, batch=8, rate=1e-3)

    def learnt(folder):
        reported = []
        colour_map, errors = learn_colour_map(start, crops, settings, folder, 2, lambda *seen: reported.append(seen))
        assert len(errors) == 10
        return colour_map.state_dict(), [done for done, of, what in reported if what == "drawing questions"]

    whole, drawn = learnt(tmp_path)
    assert len(drawn) == 4 and drawn[-1] == 20
    assert all(torch.equal(before[name], value) for name, value in start.state_dict().items())
    assert not torch.equal(before["body.0.weight"], whole["body.0.weight"])
    files = sorted(tmp_path.glob("questions-*.safetensors"))
    files[0].unlink()
    files[3].write_bytes(files[3].read_bytes()[:100])
    kept = {file: file.stat().st_mtime_ns for file in files[1:3]}
    again, drawn = learnt(tmp_path)
    assert len(drawn) == 2 and kept == {file: file.stat().st_mtime_ns for file in kept}
    assert all(torch.equal(whole[name], value) for name, value in again.items())


def test_a_fresh_map_starts_from_nothing(tmp_path):
    start = TransferBase.load().generator.colour_map
    settings = MapSettings(12, 2, batch=4, rate=1e-3, fresh=True)
    fresh, _ = learn_colour_map(start, smooth_pictures(16, 64), settings, tmp_path)
    assert not torch.equal(fresh.components, start.components)
    assert fresh.body[-1].weight.abs().max() < 0.01 < start.body[-1].weight.abs().max()
