"""The areas network: what it returns, what it refuses, and that it finds areas on pictures whose areas are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.areas_course import folded
from influencer_style.faces.areas import (
    AREA_NAMES,
    AREAS_WEIGHTS,
    Areas,
    AreasNetwork,
    load_areas_network,
)
from influencer_style.looks.areas import AREAS, PARTS
from influencer_style.studio.geometry import march
from influencer_style.studio.identity import Pose, sample_identity
from influencer_style.studio.look import sample_neutral
from influencer_style.studio.render import regions, shade


@pytest.fixture(scope="module")
def network() -> AreasNetwork:
    return load_areas_network()


def test_areas_of_a_studio_portrait_are_found(network):
    rng = np.random.default_rng((5, 0))
    who = sample_identity(rng)
    seen = march(who, Pose(), 256)
    areas = network.find(shade(seen, who, sample_neutral(rng), 7))
    assert areas.masks.shape == (len(AREA_NAMES), 256, 256)
    assert areas.masks.dtype == np.float32
    assert np.allclose(areas.masks.sum(0), 1, atol=1e-4)
    likeliest = areas.masks.argmax(0)
    for name, least in (("skin", 0.8), ("background", 0.8), ("hair", 0.6), ("lips", 0.4)):
        found, true = likeliest == AREA_NAMES.index(name), regions(seen)[name] > 0.5
        if name == "skin":  # the studio's skin includes brows
            found |= likeliest == AREA_NAMES.index("brows")
        assert (found & true).sum() / (found | true).sum() > least, name


def test_every_area_has_a_name_and_groups_are_sums():
    masks = np.random.default_rng(0).random((7, 4, 5), np.float32)
    areas = Areas(masks / masks.sum(0))
    assert np.array_equal(areas["hair"], areas.masks[4])
    assert np.allclose(areas.person, 1 - areas["background"])
    grouped = areas.grouped({"face": ("skin", "brows", "eyes", "lips"), "rest": ("hair", "background", "other")})
    assert grouped.shape == (2, 4, 5)
    assert np.allclose(grouped.sum(0), 1, atol=1e-5)
    with pytest.raises(ValueError, match="tuple"):
        areas["nose"]


def test_the_areas_of_looks_are_made_of_all_areas_of_photos():
    assert tuple(PARTS) == AREAS
    assert sorted(part for parts in PARTS.values() for part in parts) == sorted(AREA_NAMES)


@pytest.mark.parametrize(
    "crop",
    [
        np.zeros((250, 256, 3), np.uint8),
        np.zeros((256, 256), np.uint8),
        np.zeros((256, 256, 3), np.float32),
        np.zeros((0, 256, 3), np.uint8),
    ],
    ids=["side", "grey", "float", "empty"],
)
def test_what_is_no_crop_is_refused(network, crop):
    with pytest.raises(ValueError, match="multiples of 32"):
        network.find(crop)


def test_a_folded_network_computes_the_same():
    taught = AreasNetwork(normalised=True)
    generator = torch.Generator().manual_seed(1)
    for module in taught.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(generator=generator)
            module.running_var.uniform_(0.5, 2, generator=generator)
    nn.init.normal_(taught.place.weight, generator=generator)
    picture = torch.rand(1, 3, 64, 96, generator=generator)
    with torch.no_grad():
        assert torch.allclose(folded(taught).logits(picture), taught.eval().logits(picture), atol=1e-4)


def test_weights_are_small_and_fixed(network):
    assert Path(str(AREAS_WEIGHTS)).stat().st_size <= 2 * 2**20
    assert not any(parameter.requires_grad for parameter in network.parameters())
