"""Photos at their own size, and the seam that they should not have."""

import numpy as np
import pandas as pd
import pytest
from made_up import smooth_pictures
from PIL import Image

from influencer_style.evaluation import full_size
from influencer_style.evaluation.full_size import close_ups, restyle_at_full_size
from influencer_style.faces.align import CropTransform
from influencer_style.faces.store import SCHEMA, FaceStore
from influencer_style.metrics.seam import seam

PLACE = CropTransform(150, 140, 120)
TURNED = CropTransform(150, 140, 120, 0.3)


def photo_with_edges():
    """A photo with stripes all over it, some of which run along the crop's edge."""
    photo = smooth_pictures(1, 300)[0].astype(int)
    photo[:, 88:93] += 60
    photo[::7] -= 30
    return photo.clip(0, 255).astype(np.uint8)


def inside(place):
    y, x = np.mgrid[:300, :300] + 0.5 - np.array([place.cy, place.cx])[:, None, None]
    across, down = x * np.cos(place.angle) + y * np.sin(place.angle), y * np.cos(place.angle) - x * np.sin(place.angle)
    return (abs(across) < place.side / 2) & (abs(down) < place.side / 2)


@pytest.mark.parametrize("place", [PLACE, TURNED], ids=["level", "turned"])
def test_a_seam_is_measured_whatever_the_photo_shows(place):
    photo = photo_with_edges()
    even = (photo * 0.6 + 20).round().astype(np.uint8)
    without = seam(photo, even, place)
    assert without.edge < 1 and without.beside < 1
    with_seam = seam(photo, (even + 10 * inside(place)[..., None]).astype(np.uint8), place)
    assert with_seam.edge == pytest.approx(10, abs=1.5) and with_seam.beside < 1


def test_a_seam_on_one_side_is_found():
    photo = photo_with_edges()
    left = np.arange(300)[None, :, None] < PLACE.cx - PLACE.side / 2
    assert seam(photo, (photo // 2 + 8 * left).astype(np.uint8), PLACE).edge == pytest.approx(8, abs=1.5)


def test_a_soft_change_is_no_seam():
    photo = photo_with_edges()
    ramp = np.linspace(0, 60, 300)[None, :, None]
    assert seam(photo, (photo * 0.5 + ramp).round().astype(np.uint8), PLACE).edge < 1


def test_a_crop_that_is_the_whole_photo_has_no_edge_in_it():
    photo = photo_with_edges()
    assert seam(photo, photo, CropTransform(150, 150, 300)) is None
    assert seam(photo, photo, CropTransform(150, 150, 290)).edge == 0


def test_close_ups_are_pixels_of_both_pictures_at_the_edges_with_most_room():
    photo = np.random.default_rng(0).integers(0, 256, (900, 1200, 3), dtype=np.uint8)
    after = 255 - photo
    eyes, low, right = close_ups(photo, after, CropTransform(400, 300, 500))
    assert [one.where for one in (eyes, low, right)] == [
        "the eyes",
        "the square's lower edge",
        "the square's right edge",
    ]
    assert np.array_equal(low.before, photo[422:678, 272:528]) and np.array_equal(low.after, 255 - low.before)
    assert np.array_equal(right.before, photo[172:428, 522:778])
    assert np.array_equal(eyes.before, photo[147:403, 272:528])
    (only,) = close_ups(photo[:200], after[:200], CropTransform(600, 100, 200))[:1]
    assert only.before.shape == (200, 200, 3)


def test_a_small_photo_is_shown_whole():
    photo = smooth_pictures(1, 300)[0][:200]
    (whole,) = close_ups(photo, 255 - photo, CropTransform(100, 100, 100))
    assert whole.before is photo and np.array_equal(whole.after, 255 - photo)


class _Looks(dict):
    names = ("cool", "warm")

    def code(self, name):
        return name


class _Bundle:
    looks = _Looks()


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Four users and a creator; what is done to a photo is to invert it."""
    monkeypatch.setattr(full_size, "change_around", lambda bundle, photo, place, code: (place, code))
    monkeypatch.setattr(full_size, "apply_to_photo", lambda placed, photo: 255 - photo)
    store = FaceStore.create(tmp_path / "store", 8, "test")
    blank = {name: "" if kind == "str" else 0 for name, kind in SCHEMA.items()}
    blank |= {"status": "kept", "split": "test", "role": "user", "cx": 60, "cy": 60, "side": 100}
    sizes = {"a": (120, 120), "b": (300, 200), "c": (200, 200), "d": (400, 400), "e": (400, 400)}
    rows = pd.DataFrame([blank | {"photo_id": name} | ({"role": "creator"} if name == "e" else {}) for name in sizes])
    store.append(rows, np.zeros((len(rows), 8, 8, 3), np.uint8))
    manifest = []
    for name, (width, height) in sizes.items():
        path = tmp_path / f"{name}.png"
        Image.fromarray(smooth_pictures(1, max(width, height))[0][:height, :width]).save(path)
        manifest.append({"photo_id": name, "path": str(path), "width": width, "height": height})
    return store, pd.DataFrame(manifest), tmp_path


def test_the_photos_with_most_around_the_face_are_shown_each_in_another_look(world):
    store, manifest, _ = world
    found = restyle_at_full_size(_Bundle, manifest, store)
    assert [(one.look, one.size) for one in found] == [
        ("cool", (400, 400)),
        ("warm", (300, 200)),
        ("cool", (200, 200)),
    ]
    assert all(np.array_equal(near.after, 255 - near.before) for one in found for near in one.close_ups)


def test_photos_that_are_gone_or_changed_are_passed_over(world):
    store, manifest, folder = world
    (folder / "d.png").unlink()
    Image.new("RGB", (301, 200)).save(folder / "b.png")
    assert [one.size for one in restyle_at_full_size(_Bundle, manifest, store)] == [(200, 200), (120, 120)]
    for name in "abcd":
        (folder / f"{name}.png").unlink(missing_ok=True)
    assert restyle_at_full_size(_Bundle, manifest, store) == []
