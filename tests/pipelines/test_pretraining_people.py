"""The photos that a base learns colour from: found below folders, or a clear error that says what to do."""

import logging
import re

import numpy as np
import pytest
from made_up_photos import scene
from PIL import Image
from test_preprocessing import OneFace, parameters

from influencer_style.pipelines.preprocessing import nodes
from influencer_style.pipelines.pretraining.pipeline import PhotographsError, crop_people
from influencer_style.training.transfer.pretraining import PretrainingSettings


@pytest.fixture(autouse=True)
def _detector(monkeypatch):
    monkeypatch.setattr(nodes, "make_detector", lambda *_: OneFace())


def photos(folder, bright: int, dark: int = 0):
    """Write photos in which `OneFace` finds a face, and others in which it finds none; no two are alike."""
    folder.mkdir(parents=True)
    for number in range(bright + dark):
        pixels = np.asarray(scene(number)).copy()
        pixels[0, 0] = 200 if number < bright else 0
        Image.fromarray(pixels).save(folder / f"{number:02d}.png")


def test_without_folders_there_is_nobody(caplog):
    with caplog.at_level(logging.INFO):
        assert crop_people(PretrainingSettings(), parameters()).shape == (0, 64, 64, 3)
    assert "pretraining.photographs names no folder" in caplog.text


def test_people_of_all_folders_are_found_and_broken_photos_cost_nothing(tmp_path, caplog):
    photos(tmp_path / "one/deep", 8)
    photos(tmp_path / "two", 14, 2)
    for number in range(8):  # copies count once
        (tmp_path / f"two/{number:02d}.png").unlink()
    (tmp_path / "two/broken.jpg").write_bytes(b"no photo")
    settings = PretrainingSettings(photographs=(str(tmp_path / "one"), str(tmp_path / "two")))
    with caplog.at_level(logging.INFO):
        found = crop_people(settings, parameters(least_sharpness=0))
    assert found.shape == (14, 64, 64, 3) and found.dtype == np.uint8 and found.std() > 5
    assert "14 of 17 photos show one person; left out: 2 no_face, 1 not_an_image" in caplog.text


@pytest.mark.parametrize(
    ("made", "named", "said"),
    [
        (0, "missing", "missing, which is not a folder"),
        (0, "", "0 photos in pretraining.photographs show one clear face"),
        (3, "", "left out: none), and 12 people are needed; name more folders, or []"),
    ],
)
def test_what_is_too_little_is_said(tmp_path, made, named, said):
    photos(tmp_path / "people", made)
    settings = PretrainingSettings(photographs=(str(tmp_path / "people" / named),))
    with pytest.raises(PhotographsError, match=re.escape(said)):
        crop_people(settings, parameters(least_sharpness=0))
