"""The demo set as files, and the training pairs."""

import json
from typing import get_args

import numpy as np
import pytest
import yaml
from PIL import Image

from influencer_style.looks.areas import REGIONS
from influencer_style.studio import demo_set, pairs
from influencer_style.studio.demo_set import render_demo_set
from influencer_style.studio.geometry import march
from influencer_style.studio.identity import HairStyle, from_hex, sample_identity, sample_pose
from influencer_style.studio.population import CREATOR_LOOKS, StudioSettings, creators, users
from influencer_style.studio.render import regions

SMALL = StudioSettings(creators_photos=1, users=2, size=64, seed=5, test_users=(1,), validation_users=())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("studio") / "demo"
    render_demo_set(place, SMALL, workers=1, progress=False)
    return place


@pytest.fixture
def shot(monkeypatch):
    """The names of the files that get rendered."""
    names, real = [], demo_set._shoot

    def spy(sitting):
        names.extend(path.name for path, *_ in sitting.files)
        names.extend(f"{region}/{path.name}" for path, region in sitting.masks)
        return real(sitting)

    monkeypatch.setattr(demo_set, "_shoot", spy)
    return names


def test_demo_set_has_photos_consent_and_truth(folder):
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    expected = ["done.json", ".begun.json", "users/user-000.jpg", "users/user-001.jpg"]
    for name in CREATOR_LOOKS:
        expected += [f"creators/{name}/{name}-000.jpg", f"creators/{name}/consent.yml"]
        expected += [f"truth/{name}/user-001.png", f"oracle/{name}/user-001.png"]
    expected += [f"regions/{region}/user-001.png" for region in REGIONS]
    assert files == sorted(expected)
    consent = yaml.safe_load((folder / "creators/noir/consent.yml").read_text(encoding="utf-8"))
    assert consent["subject"] == "Noir (studio character, nobody's face)" and consent["kind"] == "synthetic"
    assert consent["scope"] == ["train", "transfer", "generate", "commercial"] and consent["schema"] == 1
    with Image.open(folder / "users/user-001.jpg") as photo, Image.open(folder / "truth/noir/user-001.png") as truth:
        assert photo.size == truth.size == (64, 64)
        assert Image.Image.getbbox(photo) and photo.format == "JPEG"
        assert photo.layer[0][1:3] == photo.layer[1][1:3], "colour is not subsampled"


def test_masks_say_where_things_are_in_every_look(folder):
    masks = {name: np.asarray(Image.open(folder / f"regions/{name}/user-001.png")) for name in REGIONS}
    assert all(mask.shape == (64, 64) and mask.dtype == np.uint8 for mask in masks.values())
    total = sum(mask.astype(int) for mask in masks.values())
    assert total.max() <= 257 and all(masks[name].max() > 128 for name in ("skin", "eyes", "background"))
    person = users(SMALL)[1]
    wanted = regions(march(person.identity, person.pose, 64))
    assert all(np.abs(masks[name] / 255 - wanted[name]).max() <= 1 / 255 for name in REGIONS)
    # Where there is background, one look's backdrop replaces another's; the photo's own differs from both.
    noir, rose = (np.asarray(Image.open(folder / f"truth/{n}/user-001.png")).astype(int) for n in ("noir", "rosewater"))
    behind = masks["background"] == 255
    assert np.abs(noir - rose)[behind].mean() > 20


def test_finished_set_is_left_alone_and_a_missing_file_alone_is_rendered(folder, shot):
    before = (folder / "users/user-001.jpg").read_bytes()
    render_demo_set(folder, SMALL, workers=1, progress=False)
    assert shot == []
    (folder / "done.json").unlink()
    (folder / "users/user-001.jpg").unlink()
    render_demo_set(folder, SMALL, workers=1, progress=False)
    assert shot == ["user-001.jpg"] and (folder / "users/user-001.jpg").read_bytes() == before
    assert (folder / "done.json").exists()


def test_a_missing_mask_alone_is_made_again(folder, shot):
    path = folder / "regions/hair/user-001.png"
    before = path.read_bytes()
    path.unlink()
    (folder / "done.json").unlink()
    render_demo_set(folder, SMALL, workers=1, progress=False)
    assert shot == ["hair/user-001.png"] and path.read_bytes() == before


def test_changed_settings_render_anew(folder, shot):
    old = json.loads((folder / "done.json").read_text())["fingerprint"]
    changed = StudioSettings(creators_photos=1, users=1, size=64, seed=6, test_users=(), validation_users=())
    render_demo_set(folder, changed, workers=1, progress=False)
    assert sorted(shot) == sorted([f"{name}-000.jpg" for name in CREATOR_LOOKS] + ["user-000.jpg"])
    assert not (folder / "users/user-001.jpg").exists() and not list(folder.glob("truth/**/*.png"))
    assert not list(folder.glob("regions/**/*.png"))
    assert json.loads((folder / "done.json").read_text())["fingerprint"] != old


@pytest.mark.parametrize("name", ["users", "regions"])
def test_foreign_files_are_not_cleared(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "mine.jpg").write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="folder of its own"):
        render_demo_set(tmp_path, SMALL, workers=1, progress=False)
    assert (tmp_path / name / "mine.jpg").read_bytes() == b"mine"


def test_each_creator_is_one_person_in_one_look_and_nobody_else(folder):
    settings = StudioSettings(creators_photos=5)
    people = creators(settings)
    for name, photos in people.items():
        assert len({photo.identity for photo in photos}) == 1 and len({photo.pose for photo in photos}) == 5
        assert all((photo.look.hair is None) == (CREATOR_LOOKS[name].hair is None) for photo in photos)
    everyone = {photos[0].identity for photos in people.values()} | {user.identity for user in users(settings)}
    assert len(everyone) == 4 + settings.users


@pytest.mark.parametrize("wrong", [{"size": 32}, {"users": -1}, {"test_users": (48,)}, {"validation_users": (47,)}])
def test_settings_are_checked(wrong):
    with pytest.raises(ValueError, match=r"must not be negative|users that do not exist|must be different"):
        StudioSettings(**wrong)


def test_people_are_diverse_and_poses_small():
    rng = np.random.default_rng(0)
    people, poses = [sample_identity(rng) for _ in range(300)], [sample_pose(rng) for _ in range(300)]
    skin = np.array([np.mean(person.skin) for person in people])
    assert skin.min() < np.mean(from_hex("3a312a")) and skin.max() > np.mean(from_hex("f3e7db")) - 0.02
    assert {person.hair_style for person in people} == set(get_args(HairStyle))
    assert all(abs(pose.yaw) <= 15 and abs(pose.pitch) <= 8 and abs(pose.roll) <= 5 for pose in poses)


@pytest.fixture(scope="module")
def made():
    """Two looks, two people, three photos of a stranger in each look."""
    return pairs.sitting(1, 2, 2, 2, 3, 48)


def test_a_sitting_has_the_promised_shapes_and_shares_geometry(made):
    neutral, styled, worn, masks = made.neutral, made.styled, made.worn, made.masks
    assert neutral.shape == (2, 48, 48, 3) and styled.shape == (2, 2, 48, 48, 3) and worn.shape == (2, 3, 48, 48, 3)
    assert masks.shape == (2, 5, 48, 48) and all(array.dtype == np.uint8 for array in (neutral, styled, worn, masks))
    assert not np.array_equal(neutral, styled[0]) and not np.array_equal(styled[0], styled[1])
    total = masks.astype(int).sum(1)
    assert total.max() <= 257 and masks[:, 0].max() == 255
    assert len({photo.tobytes() for photo in worn[0]}) == 3, "a pose that is photographed twice is lit anew"


def test_sittings_differ_and_are_the_same_again(made):
    again = pairs.sitting(1, 2, 2, 2, 3, 48)
    assert all(np.array_equal(value, getattr(again, name)) for name, value in vars(made).items())
    assert not np.array_equal(made.neutral, pairs.sitting(1, 3, 1, 2, 1, 48).neutral)


def test_sittings_never_take_creators_looks_or_demo_people(monkeypatch):
    looks, people = [], []
    real_vary, real_march = pairs.vary_look, pairs.march
    monkeypatch.setattr(pairs, "vary_look", lambda look, rng: looks.append(look) or real_vary(look, rng))
    monkeypatch.setattr(pairs, "march", lambda person, *rest: people.append(person) or real_march(person, *rest))
    for number in range(3):
        pairs.sitting(7, number, 2, 1, 1, 32)
    settings = StudioSettings()
    demo = {photos[0].identity for photos in creators(settings).values()} | {user.identity for user in users(settings)}
    assert len(looks) == 12 and len({id(look) for look in looks}) == 6 and not set(looks) & set(CREATOR_LOOKS.values())
    assert len(people) == 6 and not set(people) & demo
