"""Profiles: a look is what sets photos apart from the population."""

import json

import pytest
import torch
from made_up_looks import made_up_looks
from safetensors.torch import load_file

from influencer_style.looks.encoder import EncoderError, load_encoder
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.profile import UnknownLook
from influencer_style.looks.profile_files import load_looks, save_looks
from influencer_style.looks.style_code import StyleCode, code_width, style_code


@pytest.fixture(scope="module")
def people():
    rng = torch.Generator().manual_seed(1)
    return torch.nn.functional.interpolate(torch.rand(12, 3, 6, 6, generator=rng), (64, 64), mode="bilinear")


def warm(images):
    return (images * torch.tensor([1.1, 0.9, 0.6]).view(1, 3, 1, 1)).clamp(0, 1)


@pytest.fixture(scope="module")
def looks(encoder, people):
    consent = {"scope": ["train", "transfer"], "expires": "never"}
    shown = {"warm": warm(people[:6]), "plain": people[6:]}
    return made_up_looks(encoder, people, shown, "12 people", consent=consent)


def test_the_population_has_no_look(looks):
    code = StyleCode(style_code(looks.reference, looks.reference, looks.groups))
    assert code.comparison.abs().max() < 1e-4 and code.transports.abs().max() < 1e-3


def test_the_parts_of_a_code_follow_each_other_and_are_all_of_it(looks, encoder):
    code = StyleCode(torch.stack([looks.code("warm"), looks.code("plain")]))
    assert code.numbers.shape == (2, code_width(encoder))
    parts = [code.difference, code.spread, code.unexplained, code.regional.flatten(1), code.count, code.shared]
    assert [part.shape[1] for part in parts] == [encoder.dimension, 54, 42, 91, 1, 1]
    assert torch.equal(torch.cat(parts, 1), code.description)
    assert torch.equal(torch.cat([code.comparison, code.areas_and_set], 1), code.description)
    assert torch.equal(StyleCode.of(code.description, code.transports).numbers, code.numbers)
    assert torch.allclose(code.count, torch.tensor(6.0) ** -0.5)


def test_a_styled_set_stands_out_and_a_plain_one_does_not(looks):
    assert looks.code("warm").norm() > 2 * looks.code("plain").norm()


def test_the_codes_transport_moves_people_towards_the_look(looks, people):
    whole = StyleCode(looks.code("warm")).grade
    change, offset = whole[:9].view(3, 3), whole[9:]
    moved = torch.einsum("ij,njhw->nihw", torch.eye(3) + change, people) + offset.view(1, 3, 1, 1)
    before, after = ((images - warm(people)).abs().mean() for images in (people, moved))
    assert after < 0.5 * before


def test_one_photo_is_enough_for_a_code(looks, encoder, people):
    code = looks.code_of(encoder, warm(people[:1]))
    assert code.shape == looks.code("warm").shape and code.isfinite().all()


def test_saving_and_loading_keeps_everything(looks, tmp_path):
    save_looks(looks, tmp_path)
    loaded = load_looks(tmp_path)
    assert loaded.names == ["plain", "warm"]
    assert torch.equal(loaded.code("warm"), looks.code("warm"))
    assert loaded["warm"].consent == looks["warm"].consent
    assert loaded["warm"].creator == "Warm" and loaded.reference_note == "12 people"


def test_another_encoders_features_are_refused(looks):
    other = load_encoder()
    other.sha256 = "0" * 64
    with pytest.raises(EncoderError, match="kedro run --pipeline features"):
        looks.require(other)


def test_an_unknown_look_lists_the_known_ones(looks):
    with pytest.raises(UnknownLook, match="there is no look 'noir'; there are: plain, warm"):
        looks.code("noir")


def test_damaged_looks_say_what_to_run(looks, tmp_path):
    save_looks(looks, tmp_path)
    (tmp_path / "looks.json").write_text("{}")
    with pytest.raises(ValueError, match="kedro run --pipeline features"):
        load_looks(tmp_path)


def test_a_creators_face_comes_back_and_goes_with_the_look(looks, tmp_path):
    face = torch.nn.functional.normalize(torch.arange(1.0, 9.0), dim=0)
    known = looks.with_likenesses({"warm": Likeness(face, 0.1, "a" * 64)})
    save_looks(known, tmp_path)
    again = load_looks(tmp_path)
    assert again["plain"].likeness is None and torch.equal(again["warm"].likeness.face, face)
    assert (again["warm"].likeness.explained, again["warm"].likeness.judge) == (0.1, "a" * 64)
    assert torch.equal(again.code("warm"), looks.code("warm"))
    left = again.only(["plain"])
    save_looks(left, tmp_path)
    assert not [name for name in load_file(str(tmp_path / "looks.safetensors")) if "warm" in name or "face" in name]


def test_looks_of_an_earlier_release_know_no_faces(looks, tmp_path):
    save_looks(looks, tmp_path)
    told = json.loads((tmp_path / "looks.json").read_text())
    for look in told["looks"]:
        del look["likeness"]
    (tmp_path / "looks.json").write_text(json.dumps(told))
    assert load_looks(tmp_path)["warm"].likeness is None
