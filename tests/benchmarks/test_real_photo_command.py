"""From a folder to a record and a sheet; with real photos where there are some."""

from __future__ import annotations

import json
import os
from itertools import islice

import numpy as np
import pytest
from PIL import Image

from benchmarks.further_grades import FURTHER
from benchmarks.photographic_grades import GRADES
from benchmarks.real_photos import __main__ as command
from benchmarks.real_photos.photos import PhotosError, Portraits, find_portraits
from benchmarks.real_photos.scoring import Plan, score
from influencer_style.faces.detect import make_detector
from influencer_style.faces.examine import Standards, examine
from influencer_style.metrics.baselines import METHODS, population_mkl
from influencer_style.studio.geometry import march
from influencer_style.studio.identity import sample_identity, sample_pose
from influencer_style.studio.look import sample_neutral
from influencer_style.studio.render import shade

PHOTOS = os.environ.get("INFLUENCER_STYLE_PHOTOS")
needs_photos = pytest.mark.skipif(not PHOTOS, reason="INFLUENCER_STYLE_PHOTOS names no real photos")


STANDARDS = Standards(64, 2.0, 40, 0.015, 0.1, 0.5)


def portrait(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    identity = sample_identity(rng)
    return shade(march(identity, sample_pose(rng), 128), identity, sample_neutral(rng), seed)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four studio portraits; one of them again as JPEG, a picture without a face, a text file, and one left out."""
    root = tmp_path_factory.mktemp("portraits")
    (root / "sub" / "edge").mkdir(parents=True)
    detector = make_detector("lbp")
    usable = (p for p in map(portrait, range(40, 80)) if examine(p, detector, STANDARDS)[1] is not None)
    for i, pixels in enumerate(islice(usable, 4)):
        Image.fromarray(pixels).save(root / ("sub" if i % 2 else ".") / f"{i}.png")
    Image.open(root / "0.png").save(root / "again.jpg", quality=90)
    Image.open(root / "2.png").rotate(180).save(root / "sub" / "edge" / "turned.png")
    Image.new("RGB", (128, 128), "olive").save(root / "wall.png")
    (root / "broken.jpg").write_bytes(b"no picture")
    (root / "notes.txt").write_text("none of the photos")
    return root


def test_faces_are_found_and_the_rest_is_left_out_with_its_reason(folder):
    found = find_portraits(folder, crop_size=64, leave_out=["edge"])
    assert found.crops.shape == (4, 64, 64, 3) and found.crops.dtype == np.uint8
    assert found.people.tolist() == [0, 1, 2, 3]
    assert found.left_out == {"near_copy": 1, "no_face": 1, "not_an_image": 1}


def test_other_names_give_the_same_crops_in_the_same_order(folder, tmp_path):
    for i, file in enumerate(["sub/3.png", "2.png", "sub/1.png", "0.png"]):
        (tmp_path / f"{i}.png").write_bytes((folder / file).read_bytes())
    before = find_portraits(folder, crop_size=64, leave_out=["edge"])
    after = find_portraits(tmp_path, crop_size=64)
    np.testing.assert_array_equal(before.crops, after.crops)


def test_photos_of_one_person_share_a_number(folder):
    found = find_portraits(folder, crop_size=64, leave_out=["edge"], same_person=[["1.png", "3.png"]])
    assert len(np.unique(found.people)) == 3 and len(found.people) == 4
    with pytest.raises(PhotosError, match=r"nobody\.png"):
        find_portraits(folder, same_person=[["1.png", "nobody.png"]])


def test_a_folder_without_photos_is_refused(folder, tmp_path):
    with pytest.raises(PhotosError, match="no JPEG"):
        find_portraits(tmp_path)
    with pytest.raises(PhotosError, match="not a folder"):
        find_portraits(tmp_path / "missing")


@pytest.fixture
def thirty(monkeypatch, made_up, tmp_path):
    """A folder as if it held thirty people."""
    portraits = Portraits(made_up(30, 32, seed=9), np.arange(30), {"no_face": 2})
    monkeypatch.setattr(command, "find_portraits", lambda *arguments, **options: portraits)
    return ["folder", "--size", "24", "--repeats", "1", "--draws", "50", "--out", str(tmp_path)]


@pytest.mark.slow
def test_the_record_holds_figures_alone_and_a_second_run_agrees(thirty, tmp_path, capsys):
    out, sheet = tmp_path / "real_photos.json", tmp_path / "sheet.png"
    assert command.main([*thirty, "--sheet", str(sheet)]) == 0
    record = json.loads(out.read_text(encoding="utf-8"))
    assert record["photos"] == record["people"] == 30 and record["left_out"] == {"no_face": 2}
    assert sorted(name for band in record["bands"].values() for name in band) == sorted(GRADES)
    assert set(record["scores"]) == set(METHODS)
    for scores in record["scores"].values():
        groups = [scores["all"], *scores["bands"].values(), *scores["grades"].values()]
        assert len(scores["grades"]) == len(GRADES) and len(scores["repeats"]) == 1
        for group in groups:
            for measure in ("delta_e", "ssim", "ratio"):
                interval = group[measure]
                assert interval["low"] <= interval["mean"] <= interval["high"] and interval["n"] == 30
    assert Image.open(sheet).size[0] > 1000
    assert command.main([*thirty, "--compare", str(out)]) == 0
    assert "differ by 0.000 at most" in capsys.readouterr().out
    record["scores"]["reinhard"]["all"]["ratio"]["mean"] += 0.06
    out.write_text(json.dumps(record))
    assert command.main([*thirty, "--compare", str(out)]) == 1


def test_what_cannot_be_done_is_said_in_a_sentence(monkeypatch, thirty, tmp_path, capsys):
    project = command._PROJECT
    for arguments, words in (
        ([*thirty, "--sheet", str(project / "sheet.png")], "choose another place"),
        ([*thirty, "--model", str(tmp_path)], "not a usable model folder"),
        ([*thirty, "--teachers", "19"], "too few"),
        ([*thirty, "--size", "128"], "less than the 128 px"),
        ([*thirty, "--compare", str(tmp_path / "none.json")], "none.json"),
    ):
        assert command.main(arguments) == 2
        assert words in capsys.readouterr().err
    assert not (project / "sheet.png").exists()
    monkeypatch.delenv("INFLUENCER_STYLE_NOBODIES", raising=False)
    assert command.main([*thirty, "--nobodies", "dev"]) == 2
    assert "INFLUENCER_STYLE_NOBODIES" in capsys.readouterr().err
    monkeypatch.delenv("INFLUENCER_STYLE_PHOTOS", raising=False)
    assert command.main([]) == 2
    assert "INFLUENCER_STYLE_PHOTOS" in capsys.readouterr().err


def test_further_looks_and_sizes_have_records_of_their_own(thirty, tmp_path, capsys):
    assert command.main([*thirty, "--looks", "further"]) == 0
    record = json.loads((tmp_path / "real_photos_further.json").read_text(encoding="utf-8"))
    assert set(record["scores"]["do_nothing"]["grades"]) == set(FURTHER)
    assert "red_filter_silver chroma" in capsys.readouterr().out
    assert command.main([*thirty, "--looks", "further", "--sizes"]) == 0
    record = json.loads((tmp_path / "real_photos_further_sizes.json").read_text(encoding="utf-8"))
    assert (1, 6) in {(row["teachers"], row["population"]) for row in record["sizes"]}


@pytest.mark.slow
@needs_photos
def test_real_photos_are_graded_in_three_bands_and_the_transport_beats_doing_nothing():
    found = find_portraits(PHOTOS, crop_size=128, leave_out=["edge"])
    assert len(found.crops) >= 50
    plan = Plan(size=64, repeats=1, draws=200)
    scores = score(found.crops, found.people, plan, {"population_mkl": population_mkl})
    assert [len(names) >= 3 for names in scores.bands.values()] == [True] * 3
    assert scores.summary(200)["population_mkl"]["all"]["ratio"]["high"] < 0.75
