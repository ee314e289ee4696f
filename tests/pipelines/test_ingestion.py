"""The nodes of ingestion, with a small studio and with folders."""

from pathlib import Path

import pytest
import yaml
from kedro.io import DataCatalog
from kedro.runner import SequentialRunner
from PIL import Image
from pydantic import ValidationError

from influencer_style.pipelines.ingestion import nodes
from influencer_style.pipelines.ingestion.nodes import SourceError, open_source, scan_photos
from influencer_style.pipelines.ingestion.parameters import IngestionParameters
from influencer_style.pipelines.ingestion.pipeline import create_pipeline
from influencer_style.studio import demo_set
from tests.made_up_photos import CONSENT, make_folders, scene

CONF = Path(__file__).parents[2] / "conf" / "base"


def parameters(**changes):
    small = {"creators_photos": 2, "users": 6, "size": 64, "seed": 1}
    values = {"source": "studio", "folder": "", "users": "", "studio": small}
    return IngestionParameters(**(values | {"max_megapixels": 120, "split_seed": 0, "workers": 1} | changes))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def folders(tmp_path):
    return make_folders(tmp_path)


def test_the_studio_end_to_end(here):
    entries = [
        yaml.safe_load((CONF / name).read_text()) for name in ("catalog_01_raw.yml", "catalog_02_intermediate.yml")
    ]
    catalog = DataCatalog.from_config(entries[0] | entries[1])
    catalog["params:ingestion"] = parameters()
    SequentialRunner().run(create_pipeline(), catalog)
    source, manifest = catalog["photo_source"].load(), catalog["manifest"].load()
    assert source.kind == "studio" and source.users_are_studio and len(source.fingerprint) == 64
    assert source.creators == "data/01_raw/studio/creators"
    assert (manifest["status"] == "accepted").all()
    people = manifest[manifest["role"] == "user"]
    for splits, kind in ((["test"], "oracle"), (["test", "validation"], "truth")):
        known = {picture.stem for picture in (here / source.truth_folders[kind]).rglob("*.png")}
        rows = people[people["split"].isin(splits)]
        assert {path.rsplit("/", 1)[1].removesuffix(".jpg") for path in rows["path"]} == known
    assert people["split"].value_counts().to_dict() == {"train": 2, "validation": 2, "test": 2}
    assert open_source(parameters()) == source


def test_a_folder_with_users(here, folders):
    source = open_source(parameters(source="folder", folder="creators", users=str(folders[1])))
    assert source.kind == "folder" and source.truth is None and not source.users_are_studio
    assert (source.creators, source.users) == ("creators", "users")
    manifest = scan_photos(source, None, parameters())
    assert (manifest["status"] == "accepted").sum() == 10
    assert scan_photos(source, manifest, parameters()).equals(manifest)


def test_a_folder_without_users_takes_the_studios_people_and_says_so(here, folders, caplog, monkeypatch):
    asked = []

    def render(folder, settings, workers, progress):
        asked.append(settings)
        (folder / "users").mkdir(parents=True)
        for number in range(settings.users):
            scene(300 + number).save(folder / "users" / f"user-{number:03d}.jpg")
        (folder / demo_set.DONE).write_text("{}")

    monkeypatch.setattr(nodes, "render_demo_set", render)
    source = open_source(parameters(source="folder", folder="creators"))
    assert "the studio's neutral people stand in" in caplog.text
    assert source.users_are_studio and source.kind == "folder" and source.truth is None
    assert asked[0].creators_photos == 0 and asked[0].test_users == asked[0].validation_users == ()
    assert (scan_photos(source, None, parameters())["role"] == "user").sum() == 6


def test_sources_that_cannot_be_used_are_named(here, folders):
    with pytest.raises(SourceError, match=r"ingestion.folder: .*nowhere is not a folder"):
        open_source(parameters(source="folder", folder="nowhere"))
    (here / "void").mkdir()
    with pytest.raises(SourceError, match=r"ingestion.users: .*void is empty"):
        open_source(parameters(source="folder", folder="creators", users="void"))
    with pytest.raises(SourceError, match="lie in each other"):
        open_source(parameters(source="folder", folder="creators", users="creators/Anna"))


def test_nobody_with_consent_ends_the_run_with_the_reason(here, folders):
    source = open_source(parameters(source="folder", folder="creators", users="users"))
    (folders[0] / "Anna" / "consent.yml").write_text(CONSENT.replace("subject: Anna", "subject: ''"))
    with pytest.raises(SourceError, match=r"Anna/consent.yml, line 2: subject"):
        scan_photos(source, None, parameters())


def test_the_limit_of_pixels_is_the_parameters(here, folders):
    Image.new("L", (500, 500)).save(folders[0] / "Anna" / "large.png")
    source = open_source(parameters(source="folder", folder="creators", users="users"))
    manifest = scan_photos(source, None, parameters(max_megapixels=0.2))
    assert manifest.set_index("path").loc["creators/Anna/large.png", "reason"].startswith("too_large")


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "web"},
        {"source": "folder"},
        {"sources": "studio"},
        {"max_megapixels": float("nan")},
        {"workers": 0},
        {"studio": {"creators_photos": 2, "users": 6, "size": 63, "seed": 1}},
    ],
)
def test_wrong_parameters_are_refused(changes):
    with pytest.raises(ValidationError):
        parameters(**changes)
