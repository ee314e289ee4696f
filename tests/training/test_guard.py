"""The guard: what got worse is not kept, and says why; what got nearer to the creators and lost nothing is."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from influencer_style.examples.batch import PairedPhotos
from influencer_style.looks.pixels import to_uint8
from influencer_style.looks.style_code import StyleCode
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.training.transfer.guard import Checked, Measures, compare, measure, what_is_missing

WIDTH = 196


def pictures(count, seed, light=1.0):
    rng = torch.Generator().manual_seed(seed)
    return light * torch.nn.functional.interpolate(torch.rand(count, 3, 8, 8, generator=rng), 64, mode="bilinear")


def darkening(by):
    """A style code whose grade scales light, which the untrained generator follows."""
    code = torch.zeros(WIDTH)
    StyleCode(code).grade[:9] = (by - 1) * torch.eye(3).flatten()
    return code


@pytest.fixture(scope="module")
def generator():
    torch.manual_seed(0)
    return TransferGenerator(TransferConfig(code=WIDTH, channels=8, blocks=1, masks=2)).eval()


@pytest.fixture(scope="module")
def checked():
    inputs = pictures(6, 1)
    studio = PairedPhotos(
        darkening(0.5).expand(6, -1), torch.zeros(6, 1), 0.5 * inputs, torch.ones_like(inputs[:, :1]), inputs
    )
    return Checked(studio, pictures(8, 2), {"dark": darkening(0.5)}, {"dark": to_uint8(pictures(8, 3, 0.5))})


def test_a_generator_is_measured_picture_by_picture(generator, checked):
    found = measure(generator, checked)
    assert found.truth.shape == (6,) and found.truth.max() < 1
    assert found.shapes.shape == (8, 1) and found.shapes.min() >= 0 and found.shapes.max() < 0.05
    assert found.features["dark"].shape[0] == 8
    wrong = measure(generator, replace(checked, studio=replace(checked.studio, truth=checked.studio.inputs)))
    assert (wrong.truth > 10).all()


def test_what_is_nearer_to_the_creator_and_no_worse_is_kept(generator, checked):
    near = measure(generator, checked)
    far = measure(generator, replace(checked, looks={"dark": darkening(1.0)}))
    assert compare(replace(near, shapes=far.shapes), replace(far, truth=near.truth), checked.photos).objections == []


def changed(found, **parts):
    return Measures(**(vars(found) | parts))


def test_what_got_worse_is_named(generator, checked):
    base = measure(generator, checked)
    (reason,) = compare(base, base, checked.photos).objections
    assert "not surely nearer" in reason
    worse = compare(changed(base, truth=base.truth + 3), base, checked.photos)
    assert any("missed by 3.00 of 255 levels more" in why for why in worse.objections)
    lost = compare(changed(base, shapes=base.shapes + 0.1), base, checked.photos)
    assert any("0.100 more of people's shapes" in why for why in lost.objections)


@pytest.mark.parametrize(
    ("people", "photos", "missing"),
    [
        (4, {"dark": 2}, None),
        (4, {"dark": 1, "light": 2}, None),
        (3, {"dark": 9}, "3 of users, and 4 are needed"),
        (9, {"dark": 1, "light": 0}, "of creators dark 1, light 0, and 2 of at least one are needed"),
    ],
)
def test_too_few_validation_photos_are_counted_before_anything_is_trained(people, photos, missing):
    found = what_is_missing(people, photos)
    assert found is None if missing is None else missing in found


def test_without_enough_photos_nothing_is_kept(generator, checked):
    base = measure(generator, checked)
    found = compare(base, base, {"dark": np.zeros((1, 64, 64, 3), np.uint8)})
    assert found.kid is None and any("too few validation photos" in why for why in found.objections)
