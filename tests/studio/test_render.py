"""What one portrait promises: the same pixels every time, geometry apart from look, masks and landmarks in place."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from benchmarks.studio import landmarks
from influencer_style.studio.geometry import march
from influencer_style.studio.identity import Pose, sample_identity, sample_pose
from influencer_style.studio.look import Look, sample_look, sample_neutral
from influencer_style.studio.population import CREATOR_LOOKS
from influencer_style.studio.render import regions, render, shade

SIZE = 64


@pytest.fixture(scope="module")
def person():
    return replace(sample_identity(np.random.default_rng(3)), hair_style="long", fringe=0.1)


@pytest.fixture(scope="module")
def seen(person):
    return march(person, Pose(), SIZE)


def test_same_seed_same_pixels_on_one_and_two_threads(person):
    threads, pictures = torch.get_num_threads(), []
    pose, look = sample_pose(np.random.default_rng(1)), CREATOR_LOOKS["noir"]
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            pictures.append(render(person, pose, look, 48, 5).astype(int))
    finally:
        torch.set_num_threads(threads)
    assert pictures[0].shape == (48, 48, 3)
    assert np.abs(pictures[1] - pictures[0]).max() <= 1


def test_seed_changes_grain_light_and_backdrop(seen, person):
    plain = replace(Look(), grain=0.0)
    assert np.array_equal(shade(seen, person, plain, 1), shade(seen, person, plain, 1))
    first, second = (shade(seen, person, plain, seed).astype(int) for seed in (1, 2))
    hidden = regions(seen)["background"] > 0.99
    assert np.abs(first - second)[hidden].mean() > 3 and np.abs(first - second)[~hidden].mean() > 1


def test_identity_and_pose_alone_make_the_geometry(person):
    again, turned = march(person, Pose(), SIZE), march(person, Pose(yaw=10), SIZE)
    assert torch.equal(again.points, march(person, Pose(), SIZE).points)
    assert not np.allclose(regions(again)["hair"], regions(turned)["hair"], atol=0.1)
    other = replace(person, face_width=person.face_width + 0.8)
    assert not np.allclose(regions(again)["skin"], regions(march(other, Pose(), SIZE))["skin"], atol=0.1)


def test_regions_are_disjoint_soft_masks_where_the_landmarks_lie(seen, person):
    masks, places = regions(seen), landmarks(person, Pose(), SIZE)
    assert list(masks) == ["skin", "lips", "eyes", "hair", "background"]
    total = sum(masks.values())
    assert all(mask.dtype == np.float32 and mask.min() >= 0 and mask.max() <= 1 for mask in masks.values())
    assert total.max() < 1 + 1e-5 and total.mean() > 0.85
    assert ((total > 0.01) & (total < 0.99)).any(), "clothes and edges leave part of a pixel"

    def at(name, x, y):
        return masks[name][round(y), round(x)]

    assert at("eyes", *places["eye_left"]) > 0.9 and at("eyes", *places["eye_right"]) > 0.9
    assert at("skin", *places["nose"]) > 0.9
    middle = [(a + b) / 2 for a, b in zip(places["mouth_left"], places["mouth_right"], strict=True)]
    assert at("lips", *middle) > 0.5
    assert masks["hair"][: SIZE // 4].max() > 0.99 and masks["background"][0, 0] == 1.0


def test_landmarks_follow_the_pose(person):
    base, moved = landmarks(person, Pose(), 200), landmarks(person, Pose(dx=0.1, dy=-0.05), 200)
    assert moved["nose"] == pytest.approx((base["nose"][0] + 20, base["nose"][1] - 10), abs=1e-3)
    turned = landmarks(person, Pose(yaw=12), 200)
    assert turned["nose"][0] > base["nose"][0] + 5
    assert landmarks(person, Pose(pitch=7), 200)["nose"][1] < base["nose"][1] - 3
    assert base["eye_left"][0] < base["nose"][0] < base["eye_right"][0] and base["nose"][1] < base["mouth_left"][1]


def _mean_colour(picture, mask):
    return (picture * mask[:, :, None]).sum((0, 1)) / mask.sum()


def test_looks_restyle_hair_lips_and_background_but_meridian_is_mild(seen, person):
    neutral = sample_neutral(np.random.default_rng(2))
    masks = regions(seen)
    plain = shade(seen, person, neutral, 9).astype(float)
    styled = {name: shade(seen, person, look, 9).astype(float) for name, look in CREATOR_LOOKS.items()}
    for name in ("aurora", "noir", "rosewater"):
        for region in ("hair", "lips", "background"):
            moved = np.abs(_mean_colour(styled[name], masks[region]) - _mean_colour(plain, masks[region])).max()
            assert moved > 15, (name, region, moved)
    change = {name: np.abs(picture - plain).mean() for name, picture in styled.items()}
    assert 4 < change["meridian"] < 0.6 * min(value for name, value in change.items() if name != "meridian")
    blue, pink = (_mean_colour(styled[name], masks["hair"]) for name in ("aurora", "rosewater"))
    assert blue.argmax() == 2 and pink.argmax() == 0


def test_key_light_side_shows(seen, person):
    look = CREATOR_LOOKS["noir"]
    mirrored = replace(look, light=replace(look.light, key_azimuth=-look.light.key_azimuth))
    skin = regions(seen)["skin"] > 0.9
    left, right = skin.copy(), skin.copy()
    left[:, SIZE // 2 :], right[:, : SIZE // 2] = False, False
    shown, other = (shade(seen, person, wanted, 4).astype(float) for wanted in (look, mirrored))
    assert shown[right].mean() > 1.3 * shown[left].mean() and other[left].mean() > 1.3 * other[right].mean()


def test_random_looks_range_from_subtle_to_bold(seen, person):
    plain = shade(seen, person, Look(), 3).astype(float)
    rng = np.random.default_rng(0)
    change = [np.abs(shade(seen, person, sample_look(rng), 3) - plain).mean() for _ in range(40)]
    assert np.percentile(change, 10) < 14 and np.percentile(change, 80) > 40


@pytest.mark.parametrize("size", [8, 4096])
def test_size_is_checked(person, size):
    with pytest.raises(ValueError, match="size"):
        march(person, Pose(), size)
