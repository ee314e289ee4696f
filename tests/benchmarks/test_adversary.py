"""What decides whether the adversary earns its place: paired, and better below 0. And trainings without pairs."""

import numpy as np
import pytest
import torch
from made_up_looks import made_up_looks

from benchmarks.adversary import compared
from benchmarks.from_scratch import ours, settings_without_pairs, stargan
from benchmarks.judging import Judged, judge
from benchmarks.material import Material
from influencer_style.examples.creators import CreatorPhotos
from influencer_style.looks.pixels import to_tensor
from influencer_style.metrics.kid import kid_features
from influencer_style.training.state import load_checkpoint


def pictures(count, seed, shade=1.0):
    rng = torch.Generator().manual_seed(seed)
    coarse = torch.nn.functional.interpolate(torch.rand(count, 3, 6, 6, generator=rng), (64, 64), mode="bilinear")
    return (coarse * 255 * shade).byte().permute(0, 2, 3, 1).contiguous().numpy()


@pytest.fixture(scope="module")
def material(encoder):
    users, dark = pictures(6, 1), pictures(6, 2, 0.5)
    looks = made_up_looks(encoder, users, {"dark": dark})
    people = pictures(6, 3)
    truth = (people * 0.5).astype(np.uint8)
    return Material(CreatorPhotos(users, {"dark": dark}, looks, 64), people, {"dark": truth}, {"dark": dark})


def test_who_is_nearer_to_truth_and_photos_is_below_zero(material):
    photos = [[kid_features(material.photos["dark"])]]
    right = judge(lambda people, look: people * 0.5, material)
    wrong = judge(lambda people, look: people, material)
    assert right.delta_e.max() < 0.5 and right.delta_e.shape == (6, 1)
    found = compared([(right, wrong)], photos)
    assert found["delta_e"]["high"] < 0 and found["kid"]["mean"] < 0
    again = compared([(wrong, wrong), (right, right)], photos * 2)
    assert again["delta_e"]["mean"] == again["kid"]["mean"] == 0
    twice = compared([(right, wrong), (right, wrong)], photos * 2)
    assert twice["delta_e"]["mean"] == pytest.approx(found["delta_e"]["mean"])


def test_several_seeds_are_taken_together():
    features = [np.random.default_rng(0).normal(size=(5, 4))]
    far, near = (Judged(np.full((5, 1), error), np.ones((5, 1)), features) for error in (3.0, 1.0))
    assert compared([(near, far), (far, far)], [features] * 2)["delta_e"]["mean"] == pytest.approx(-1.0)


@pytest.mark.slow
def test_trainings_without_pairs_restyle_after_their_steps(material, tmp_path):
    settings = settings_without_pairs(3)
    assert settings.steps == 3 and settings.examples == 0 and settings.weights.features == 0
    restyle_ours, _ = ours(material, settings, tmp_path)
    restyle_theirs, steps = stargan(material, 1e-9, 0)
    assert load_checkpoint(tmp_path / "c.pt")["step"] == 3 and steps == 1
    for restyle in (restyle_ours, restyle_theirs):
        results = restyle(to_tensor(material.people), "dark")
        assert results.shape == (6, 3, 64, 64) and results.isfinite().all()
