"""New portraits both ways, and the model folder that they come from."""

import numpy as np
import pytest
import torch
from made_up_looks import smooth_people, tinted
from made_up_synthesis import SIDE, made_up_models

from influencer_style.looks.pixels import to_uint8
from influencer_style.looks.profile import UnknownLook
from influencer_style.looks.profile_files import save_looks
from influencer_style.metrics.memorisation import repeats
from influencer_style.networks.bundle import BundleError, SynthesisBundle, TransferBundle
from influencer_style.networks.portraits import composed, direct, nobodies, resampled
from influencer_style.networks.synthesis import draw_noise


@pytest.fixture(scope="module")
def models():
    return made_up_models()


@pytest.fixture(scope="module")
def noise(models):
    return draw_noise(3, 7, models[0].generator.config.noise)


def test_the_same_noise_is_the_same_portrait_however_many_are_drawn(models, noise):
    synthesis, transfer = models
    for draw in (
        lambda z: direct(synthesis, "warm", z, 48),
        lambda z: composed(synthesis, transfer, "warm", z, 48),
    ):
        together = draw(noise)
        assert together.shape == (3, 48, 48, 3) and together.dtype == np.uint8
        assert np.array_equal(together[1:2], draw(noise[1:2]))
        assert not np.array_equal(together[0], together[1])


def test_a_look_is_laid_over_somebody_without_one(models, noise):
    synthesis, transfer = models
    plain, restyled = nobodies(synthesis, noise, 64), composed(synthesis, transfer, "warm", noise, 64)
    drawn = direct(synthesis, "warm", noise, 64)
    assert not np.array_equal(plain, restyled) and not np.array_equal(plain, drawn)
    change = (restyled.astype(float) - plain).mean((0, 1, 2))
    assert change[2] < change[0], "warm takes blue away"


def test_a_portrait_of_the_models_own_size_is_not_resampled(models, noise):
    own = direct(models[0], "warm", noise, 32)
    assert np.array_equal(resampled(own, 32), own)
    smooth = resampled(own, 64)
    assert np.abs(smooth[:, ::2, ::2].astype(float).mean() - own.mean()) < 2


def test_an_unknown_look_is_named(models, noise):
    with pytest.raises(UnknownLook, match="there is no look 'noir'"):
        direct(models[0], "noir", noise, 32)


def test_a_model_folder_comes_back_with_its_marks(models, noise, tmp_path):
    synthesis, _ = models
    synthesis.save(tmp_path)
    again = SynthesisBundle.load(tmp_path)
    assert again.generator.config == synthesis.generator.config and again.tags() == synthesis.tags()
    assert np.array_equal(direct(again, "warm", noise, 32), direct(synthesis, "warm", noise, 32))
    marks, before = again.looks["warm"].marks, synthesis.looks["warm"].marks
    assert torch.equal(marks.features, before.features) and marks.limit == before.limit
    assert again.looks["cold"].marks is None, "nobody's photos were learnt from there"
    gone = again.looks.only({"cold"})
    save_looks(gone, tmp_path)
    assert b"warm" not in (tmp_path / "looks.safetensors").read_bytes(), "marks go with their look"


def test_another_kind_of_model_is_refused(models, tmp_path):
    models[1].save(tmp_path)
    with pytest.raises(BundleError, match="kedro run --pipeline synthesis_training"):
        SynthesisBundle.load(tmp_path)
    models[0].save(tmp_path)
    with pytest.raises(BundleError, match=r"train one: kedro run, or"):
        TransferBundle.load(tmp_path)


def test_marks_know_the_photos_they_were_taken_of(models):
    marks = models[0].looks["warm"].marks
    photos = to_uint8(tinted(smooth_people(8, SIDE))["warm"])
    assert repeats(photos, marks).all()
    assert not repeats(photos[:, ::-1, ::-1].copy(), marks).any()
