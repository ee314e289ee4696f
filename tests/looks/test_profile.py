"""Profiles: a look is what sets photos apart from the population."""

import json

import pytest
import torch
from safetensors.torch import load_file

from influencer_style.looks.encoder import EncoderError, load_encoder
from influencer_style.looks.likeness import Likeness
from influencer_style.looks.profile import (
    ABOUT,
    REGIONAL,
    TRANSPORT,
    LookProfile,
    LookProfiles,
    SetStatistics,
    UnknownLook,
    describe,
    style_code,
)


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


@pytest.fixture(scope="module")
def people():
    rng = torch.Generator().manual_seed(1)
    return torch.nn.functional.interpolate(torch.rand(12, 3, 6, 6, generator=rng), (64, 64), mode="bilinear")


def warm(images):
    return (images * torch.tensor([1.1, 0.9, 0.6]).view(1, 3, 1, 1)).clamp(0, 1)


@pytest.fixture(scope="module")
def looks(encoder, people):
    sets = {name: SetStatistics.of(*describe(encoder, images)) for name, images in
            {"people": people, "warm": warm(people[:6]), "plain": people[6:]}.items()}  # fmt: skip
    consent = {"scope": ["train", "transfer"], "expires": "never"}
    profiles = [LookProfile(name, name.title(), sets[name], consent) for name in ("warm", "plain")]
    return LookProfiles(sets["people"], profiles, encoder.sha256, encoder.groups, "12 people")


def test_the_population_has_no_look(looks):
    code = style_code(looks.reference, looks.reference, looks.groups)
    told = code.shape[0] - TRANSPORT - ABOUT - REGIONAL  # then come what colours there are, and of how many photos
    assert code[:told].abs().max() < 1e-4 and code[-TRANSPORT:].abs().max() < 1e-3


def test_a_styled_set_stands_out_and_a_plain_one_does_not(looks):
    assert looks.code("warm").norm() > 2 * looks.code("plain").norm()


def test_the_codes_transport_moves_people_towards_the_look(looks, people):
    whole = looks.code("warm")[-TRANSPORT:][:12]
    change, offset = whole[:9].view(3, 3), whole[9:]
    moved = torch.einsum("ij,njhw->nihw", torch.eye(3) + change, people) + offset.view(1, 3, 1, 1)
    before, after = ((images - warm(people)).abs().mean() for images in (people, moved))
    assert after < 0.5 * before


def test_one_photo_is_enough_for_a_code(looks, encoder, people):
    code = looks.code_of(encoder, warm(people[:1]))
    assert code.shape == looks.code("warm").shape and code.isfinite().all()


def test_saving_and_loading_keeps_everything(looks, tmp_path):
    looks.save(tmp_path)
    loaded = LookProfiles.load(tmp_path)
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
    looks.save(tmp_path)
    (tmp_path / "looks.json").write_text("{}")
    with pytest.raises(ValueError, match="kedro run --pipeline features"):
        LookProfiles.load(tmp_path)


def test_a_creators_face_comes_back_and_goes_with_the_look(looks, tmp_path):
    face = torch.nn.functional.normalize(torch.arange(1.0, 9.0), dim=0)
    known = looks.with_each(likeness={"warm": Likeness(face, 0.1, "a" * 64)})
    known.save(tmp_path)
    again = LookProfiles.load(tmp_path)
    assert again["plain"].likeness is None and torch.equal(again["warm"].likeness.face, face)
    assert (again["warm"].likeness.explained, again["warm"].likeness.judge) == (0.1, "a" * 64)
    assert torch.equal(again.code("warm"), looks.code("warm"))
    left = LookProfiles(again.reference, [again["plain"]], again.encoder_sha256, again.groups)
    left.save(tmp_path)
    assert not [name for name in load_file(str(tmp_path / "looks.safetensors")) if "warm" in name or "face" in name]


def test_looks_of_an_earlier_release_know_no_faces(looks, tmp_path):
    looks.save(tmp_path)
    told = json.loads((tmp_path / "looks.json").read_text())
    for look in told["looks"]:
        del look["likeness"]
    (tmp_path / "looks.json").write_text(json.dumps(told))
    assert LookProfiles.load(tmp_path)["warm"].likeness is None
