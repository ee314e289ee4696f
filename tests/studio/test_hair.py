"""What hair promises: every style a shape of its own, a frayed outline, roots on the skin, colour that takes a dye."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch

from influencer_style.studio.geometry import HAIR, march
from influencer_style.studio.hair import Hair
from influencer_style.studio.identity import HairStyle, Pose, from_hex, sample_identity
from influencer_style.studio.look import Look, photo_light
from influencer_style.studio.render import regions, shade
from influencer_style.studio.strands import CUTS

SIZE = 64
LIGHT = photo_light(np.random.default_rng(4))


@pytest.fixture(scope="module")
def person():
    plain = sample_identity(np.random.default_rng(3))
    return replace(
        plain, hair=from_hex("2c1d16"), age=0.2, hair_grey=0.0, hair_fade=0.0, hair_curl=0.3, hair_volume=0.5,
        fringe=0.9, parting=0.5, glasses="none", beard=0.0, texture_seed=5,
    )  # fmt: skip


@pytest.fixture(scope="module")
def seen(person):
    return {style: march(replace(person, hair_style=style), Pose(), SIZE) for style in CUTS}


@pytest.fixture(scope="module")
def masks(seen):
    return {style: regions(gbuffer)["hair"] for style, gbuffer in seen.items()}


def test_every_style_has_a_cut_and_a_shape_of_its_own(masks):
    assert tuple(CUTS) == get_args(HairStyle)
    assert masks["shaved"].sum() == 0.0
    shapes = {style: mask for style, mask in masks.items() if style != "shaved"}
    for first, one in shapes.items():
        assert one.mean() > 0.02, first
        for second, other in shapes.items():
            assert first == second or np.abs(one - other).mean() > 0.008, (first, second)


def test_longer_hair_covers_more_of_the_picture(masks):
    area = {style: float(mask.mean()) for style, mask in masks.items()}
    assert area["receding"] < area["short"] < area["bob"] < area["wavy"] < area["ringlets"]
    assert area["tied"] < area["bob"] < area["long"]
    low = {style: float(mask[SIZE * 3 // 4 :].mean()) for style, mask in masks.items()}
    assert low["short"] == low["tied"] == low["curly"] == 0.0 < low["bob"] < low["long"]


def test_a_fringe_hangs_over_the_forehead_and_never_over_the_eyes(masks, seen):
    eyes = {style: regions(seen[style])["eyes"].sum() for style in ("fringe", "tied")}
    assert eyes["fringe"] > 0.95 * eyes["tied"] > 0.0
    middle = slice(SIZE // 2 - 4, SIZE // 2 + 4)
    assert masks["fringe"][:, middle].sum() > masks["tied"][:, middle].sum() + 8.0


def _roughness(identity):
    """Deviation in decimetres of the outline over the crown from its own moving average."""
    angles, reaches = torch.linspace(-1.2, 1.2, 400), torch.linspace(0.75, 1.6, 500)
    angle, reach = torch.meshgrid(angles, reaches, indexing="ij")
    x, y = (reach * torch.sin(angle)).flatten(), (0.1 + reach * torch.cos(angle)).flatten()
    distance = Hair(identity).distance(x, y, torch.full_like(x, -0.2)).view_as(reach)
    outline = torch.where(distance < 0.0, reach, 0.0).amax(1).numpy()
    return float((outline - np.convolve(np.pad(outline, 15, "edge"), np.ones(31) / 31, "valid")).std())


def test_the_outline_is_frayed_and_curls_fray_it_more(person):
    short, curly = (_roughness(replace(person, hair_style=style)) for style in ("short", "curly"))
    assert curly > 1.2 * short > 0.006


def test_roots_thin_out_at_the_hairline_and_leave_the_face_bare(person):
    hair = Hair(replace(person, hair_style="shaved", age=0.0))
    heights = torch.linspace(0.2, 1.1, 60)
    offsets = torch.linspace(-0.2, 0.2, 41)
    x, y = torch.meshgrid(offsets, heights, indexing="ij")
    # points on the skull
    z = -0.24 + 0.93 * (1.0 - ((y - 0.36) / 0.84).square() - (x / 0.715).square()).clamp_min(0.0).sqrt()
    local = torch.stack([x, y, z]).flatten(1)
    density = hair.scalp(local, torch.zeros(local.shape[1])).view_as(x)
    assert density[:, 0].max() == 0.0 and density[:, -1].min() > 0.9
    assert density.min() >= 0.0 and density.max() <= 1.0
    along = density.mean(0)
    assert ((along > 0.1) & (along < 0.9)).sum() >= 2, "a soft hairline"
    between = density[:, (along > 0.25) & (along < 0.75)]
    assert between.std(0).max() > 0.15, "single hairs, not a veil"
    assert hair.scalp(local, torch.full_like(local[0], 0.2)).max() == 0.0, "off the skull there are no roots"


def test_receding_hair_recedes_with_age(person):
    young, middle, old = (
        march(replace(person, hair_style="receding", age=age), Pose(), SIZE) for age in (0.0, 0.4, 0.95)
    )
    area = [regions(gbuffer)["hair"].mean() for gbuffer in (young, middle, old)]
    assert area[0] > area[1] > area[2] > 0


def _colour(gbuffer, identity, look):
    mask = regions(gbuffer)["hair"][:, :, None]
    return (shade(gbuffer, identity, look, 1) * mask).sum((0, 1)) / mask.sum()


def test_dye_recolours_dark_hair_wholly(person, seen):
    who, gbuffer = replace(person, hair_style="wavy"), seen["wavy"]
    natural = _colour(gbuffer, who, Look(light=LIGHT))
    half, pink = (
        _colour(gbuffer, who, Look(light=LIGHT, hair=from_hex("e070a8"), hair_blend=amount)) for amount in (0.4, 0.9)
    )
    assert pink[0] > half[0] > natural[0] + 20 and pink[0] > pink[2] + 10 > pink[1] + 30
    mask = regions(gbuffer)["hair"] > 0.95
    picture = shade(gbuffer, who, Look(light=LIGHT, hair=from_hex("e070a8"), hair_blend=0.9), 1).astype(float)[mask]
    assert (picture[:, 0] > picture[:, 1] + 8).mean() > 0.95, "no dark strands left over"


def test_grey_hair_is_lighter_and_mixed_and_faded_hair_lighter_at_the_tips(person, seen):
    gbuffer, dark = seen["long"], replace(person, hair_style="long")

    def picture(who):
        return shade(gbuffer, who, Look(light=LIGHT), 1).astype(float).mean(2)

    hair = regions(gbuffer)["hair"] > 0.95
    plain, grey = picture(dark)[hair], picture(replace(dark, hair_grey=0.5))[hair]
    assert grey.mean() > plain.mean() + 5 and grey.std() > 1.2 * plain.std()
    change = picture(replace(dark, hair_fade=1.0)) - picture(dark)
    top, bottom = hair.copy(), hair.copy()
    top[SIZE // 3 :], bottom[: SIZE * 3 // 4] = False, False
    assert change[bottom].mean() > change[top].mean() + 5


def test_highlights_follow_the_light(person, seen):
    who, gbuffer = replace(person, hair_style="long"), seen["long"]
    hair = regions(gbuffer)["hair"] > 0.95
    right = hair.copy()
    right[:, : SIZE // 2] = False
    lit, unlit = (
        shade(gbuffer, who, Look(light=replace(LIGHT, key_azimuth=azimuth)), 1).astype(float)[right].mean()
        for azimuth in (45.0, -45.0)
    )
    assert lit > 1.15 * unlit


def test_same_hair_every_time_and_another_head_for_another_seed(person, seen):
    again = march(replace(person, hair_style="wavy"), Pose(), SIZE)
    assert torch.equal(again.points, seen["wavy"].points)
    assert all(torch.equal(again.marks[HAIR][name], mark) for name, mark in seen["wavy"].marks[HAIR].items())
    other = march(replace(person, hair_style="wavy", texture_seed=6), Pose(), SIZE)
    assert np.abs(regions(other)["hair"] - regions(again)["hair"]).mean() > 0.005


def test_people_wear_every_style_and_grey_comes_with_age():
    rng = np.random.default_rng(8)
    people = [sample_identity(rng) for _ in range(600)]
    counts = {style: sum(person.hair_style == style for person in people) for style in CUTS}
    assert min(counts.values()) > 0.02 * len(people) and max(counts.values()) < 0.2 * len(people)
    grey = {old: np.mean([person.hair_grey for person in people if (person.age > 0.6) == old]) for old in (False, True)}
    assert grey[True] > 0.4 and grey[False] < 0.1
    bald = [person.age for person in people if person.hair_style == "receding"]
    assert np.mean(bald) > np.mean([person.age for person in people])
