"""The nodes of preprocessing: incremental, killable, and truth cropped like its user."""

import base64
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from kedro.io import DataCatalog, DatasetError
from kedro.runner import SequentialRunner
from PIL import Image
from pydantic import ValidationError
from skimage.data import astronaut, coffee

from influencer_style.datasets.photos import FaceStoreDataset
from influencer_style.faces.face import Face
from influencer_style.photos.manifest import SCHEMA
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.preprocessing import nodes
from influencer_style.pipelines.preprocessing.parameters import PreprocessingParameters
from influencer_style.pipelines.preprocessing.pipeline import create_pipeline
from influencer_style.studio.demo_set import CONSENT

CONF = Path(__file__).parents[2] / "conf" / "base"


def parameters(**changes):
    values = yaml.safe_load((CONF / "parameters_preprocessing.yml").read_text())["preprocessing"]
    return PreprocessingParameters(**(values | {"crop_size": 64} | changes))


class OneFace:
    """Finds a face in the middle of bright photos, and counts what it was shown."""

    seen: list[int]

    def __init__(self):
        self.seen = []

    def find(self, photo):
        self.seen.append(int(photo[0, 0, 0]))
        return [Face(60, 60, 80, 1)] if photo[0, 0, 0] >= 100 else []


@pytest.fixture
def detector(monkeypatch):
    made = OneFace()
    monkeypatch.setattr(nodes, "make_detector", lambda *_: made)
    return made


@pytest.fixture
def catalog(tmp_path, monkeypatch):
    """A studio source with 6 users (the last 2 tested) and one creator; photo n has its number in the corner."""
    monkeypatch.chdir(tmp_path)
    rng, rows = np.random.default_rng(0), []
    for number in range(8):
        path = Path(f"photos/{number}.png")
        path.parent.mkdir(exist_ok=True)
        pixels = rng.integers(0, 256, (200, 200, 3), np.uint8)
        pixels[0, 0] = 90 if number == 7 else 100 + number
        Image.fromarray(pixels).save(path)
        role = "user" if number < 6 else "creator"
        label = {"role": role, "split": "test" if number in (4, 5) else "train", "slug": "", "creator": ""}
        label |= {"slug": "anna", "creator": "Anna"} if role == "creator" else {}
        row = {"photo_id": f"{number:016d}", "path": str(path), "status": "accepted", "width": 200, "height": 200}
        rows.append({name: 0 if kind == "int64" else "" for name, kind in SCHEMA.items()} | label | row)
    for kind, shift in (("truth", 10), ("oracle", 20)):
        for look in ("noir", "rose"):
            Path(kind, look).mkdir(parents=True)
            for number in (4, 5):
                pixels = np.asarray(Image.open(f"photos/{number}.png")) // 2 + shift
                Image.fromarray(pixels).save(f"{kind}/{look}/{number}.png")
    for region in ("hair", "skin"):
        Path("regions", region).mkdir(parents=True)
        for number in (4, 5):
            pixels = np.asarray(Image.open(f"photos/{number}.png"))[:, :, 0]
            Image.fromarray(pixels if region == "skin" else 255 - pixels).save(f"regions/{region}/{number}.png")
    made = DataCatalog.from_config(yaml.safe_load((CONF / "catalog_03_primary.yml").read_text()))
    made["manifest"] = pd.DataFrame(rows).astype(SCHEMA)
    Path("creators/Anna").mkdir(parents=True)
    Path("creators/Anna/consent.yml").write_text(CONSENT.format(subject="Anna"))
    made["photo_source"] = PhotoSource(
        kind="studio",
        creators="creators",
        users="users",
        truth="truth",
        oracle="oracle",
        regions="regions",
        fingerprint="abc",
    )
    made["params:preprocessing"] = parameters()
    return made


def run(catalog):
    SequentialRunner().run(create_pipeline(), catalog)
    return catalog["face_crops"].load(), catalog["truth_crops"].load()


def test_crops_and_truth(catalog, detector):
    faces, truth = run(catalog)
    assert len(faces.kept) == 7
    rejected = faces.table[faces.table["status"] == "rejected"]
    assert list(rejected["reason"]) == ["no_face: no face was found"]
    row = faces.table.iloc[0]
    assert (row["side"], row["face_px"], row["angle"]) == (160, 80, 0)
    wanted = {"truth": ("noir", "rose"), "oracle": ("noir", "rose"), "regions": ("hair", "skin")}
    assert sorted(zip(truth.kept["photo_id"], truth.kept["look"], truth.kept["kind"], strict=True)) == sorted(
        (f"{number:016d}", look, kind) for number in (4, 5) for kind, looks in wanted.items() for look in looks
    )
    for number in (4, 5):
        own = faces.pixels(faces.kept[faces.kept["photo_id"] == f"{number:016d}"])[0].astype(int)
        rows = truth.kept[(truth.kept["photo_id"] == f"{number:016d}") & (truth.kept["kind"] == "truth")]
        for styled in truth.pixels(rows):
            assert np.abs(styled - (own / 2 + 10)).max() <= 2
        masks = truth.kept[(truth.kept["photo_id"] == f"{number:016d}") & (truth.kept["kind"] == "regions")]
        hair, skin = truth.pixels(masks.sort_values("look")).astype(int)
        # The masks were drawn from the photo itself: they must lie where its crop does.
        assert (skin == skin[:, :, :1]).all() and np.abs(skin[:, :, 0] - own[:, :, 0]).max() <= 1
        assert np.abs(hair + skin - 255).max() <= 2


def test_only_new_photos_are_looked_at(catalog, detector):
    run(catalog)
    seen = list(detector.seen)
    run(catalog)
    assert detector.seen == seen and len(seen) == 8
    catalog["manifest"] = catalog["manifest"].load().iloc[1:].assign(split="validation")
    faces, _ = run(catalog)
    assert detector.seen == seen and len(faces) == 7 and set(faces.table["split"]) == {"validation"}
    catalog["params:preprocessing"] = parameters(margin=1.6)
    faces, truth = run(catalog)
    assert len(detector.seen) == 15 and faces.kept["side"].iloc[0] == 128 and len(truth.kept) == 12


def test_another_rendering_of_the_truth_is_cropped_again(catalog, detector):
    run(catalog)
    Image.new("RGB", (200, 200), (7, 7, 7)).save("truth/noir/4.png")
    catalog["photo_source"] = catalog["photo_source"].load().model_copy(update={"fingerprint": "def"})
    _, truth = run(catalog)
    rows = truth.kept[(truth.kept["photo_id"] == f"{4:016d}") & (truth.kept["look"] == "noir")]
    assert (truth.pixels(rows[rows["kind"] == "truth"]) == 7).all()


def test_a_killed_run_goes_on_from_the_last_batch(catalog, detector, monkeypatch):
    monkeypatch.setattr(nodes, "_BATCH", 2)
    save = FaceStoreDataset.save
    saved = []

    def save_three(self, data):
        if len(saved) == 3:
            raise KeyboardInterrupt
        saved.append(data)
        save(self, data)

    monkeypatch.setattr(FaceStoreDataset, "save", save_three)
    with pytest.raises(KeyboardInterrupt):
        run(catalog)
    monkeypatch.setattr(FaceStoreDataset, "save", save)
    with pytest.raises(DatasetError, match="kedro run --pipeline preprocessing"):
        catalog["face_crops"].load()
    assert not catalog.exists("face_crops") and len(catalog["face_crops_before"].load()) == 4
    detector.seen.clear()
    faces, _ = run(catalog)
    assert len(detector.seen) == 4 and len(faces) == 8 and not faces.table["photo_id"].duplicated().any()


def test_a_photo_that_broke_since_it_was_scanned_is_a_rejected_row(catalog, detector):
    Path("photos/2.png").write_bytes(b"")
    faces, _ = run(catalog)
    reasons = faces.table.set_index("photo_id")["reason"]
    assert reasons[f"{2:016d}"].startswith("empty_file") and len(faces.kept) == 6


def test_a_photo_that_could_not_be_read_is_tried_again(catalog, detector):
    Path("photos/2.png").rename("2.png")
    faces, _ = run(catalog)
    assert faces.table.set_index("photo_id")["reason"][f"{2:016d}"].startswith("unreadable") and len(faces.kept) == 6
    Path("2.png").rename("photos/2.png")
    detector.seen.clear()
    faces, _ = run(catalog)
    assert len(faces.kept) == 7 and len(faces) == 8 and len(detector.seen) == 1


def test_truth_that_does_not_fit_its_photo_is_rejected(catalog, detector):
    Image.new("RGB", (100, 100)).save("truth/noir/4.png")
    _, truth = run(catalog)
    assert list(truth.table[truth.table["status"] == "rejected"]["reason"]) == [
        "unfit: not as large as the user's photo"
    ]


def test_without_the_studio_there_is_no_truth(catalog, detector):
    catalog["photo_source"] = (
        catalog["photo_source"].load().model_copy(update={"truth": None, "oracle": None, "regions": None})
    )
    faces, truth = run(catalog)
    assert len(truth) == 0 and truth.kept.empty
    assert len(faces) == 8  # nor does anyone take the masks for photos


def test_truth_without_masks_is_cropped_all_the_same(catalog, detector):
    catalog["photo_source"] = catalog["photo_source"].load().model_copy(update={"regions": None})
    _, truth = run(catalog)
    assert set(truth.kept["kind"]) == {"truth", "oracle"} and len(truth.kept) == 8


def test_a_real_face_with_the_real_detector_and_its_preview(catalog):
    Image.fromarray(astronaut()).save("photos/0.png")
    Image.fromarray(coffee()).save("photos/1.png")
    catalog["manifest"] = catalog["manifest"].load().iloc[:2]
    faces, _ = run(catalog)
    assert list(faces.table["status"]) == ["kept", "rejected"]
    picture = Image.open(io.BytesIO(base64.b64decode(catalog.get("face_crops").preview())))
    assert picture.size == (12 * 96, 96)


@pytest.mark.parametrize("changes", [{"detector": "yunet"}, {"margin": float("inf")}, {"crop_size": 8}, {"size": 64}])
def test_wrong_parameters_are_refused(changes, monkeypatch):
    monkeypatch.delenv("INFLUENCER_STYLE_YUNET", raising=False)
    with pytest.raises(ValidationError):
        parameters(**changes)


def test_parameters_become_standards():
    assert replace(parameters().standards, size=1) == replace(parameters(workers=7).standards, size=1)
    assert parameters(least_face=50).standards.least_face == 50
