"""What Kedro-Viz shows of each kind of entry: bounded, strict, and of the types that it knows."""

from __future__ import annotations

import base64
import io
import json
import os

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from kedro.io import DataCatalog
from kedro_viz.models.flowchart.node_metadata import DataNodeMetadata
from kedro_viz.models.flowchart.nodes import GraphNode
from PIL import Image

from influencer_style.photos.source import PhotoSource

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 30), (30, 30, 200)
CONSENT = """schema: 1
subject: Ada
granted_by: Ada
granted_on: 2020-01-01
expires: {expires}
scope: [train]
territory: worldwide
evidence: none
contact: ada@example.org
"""


def make(kind: str, path, **options):
    entry = {"type": f"influencer_style.datasets.{kind}", "filepath": str(path)} | options
    return DataCatalog.from_config({"entry": entry}).get("entry")


def shown(dataset):
    """What Viz makes of a preview: the type that it goes by, and the content."""
    node = GraphNode.create_data_node("entry", "entry", None, set(), dataset, set())
    told = DataNodeMetadata(data_node=node).model_dump(mode="json")
    return told["preview_type"], told["preview"]


def picture_of(preview: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(preview)))


def colours(picture: Image.Image) -> set[tuple[int, int, int]]:
    return {tuple(int(round(value, -1)) for value in colour) for _, colour in picture.getcolors(1 << 24)}


def photo(path, colour, size=(300, 200)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


def test_a_table_is_shown_with_lists_and_gaps_in_it(tmp_path):
    table = pd.DataFrame({"name": ["ü", None], "code": [np.arange(9) / 3, None], "mean": [1 / 3, np.nan], "n": [7, 8]})
    data = [["ü", "[0.0, 0.3333, 0.6667, 1.0, 1.333, 1.667, … 9 in all]", 0.3333, 7], ["", "", "", 8]]
    dataset = make("AtomicParquetDataset", tmp_path / "table.parquet")
    dataset.save(table)
    kind, told = shown(dataset)
    assert (kind, told["columns"], told["data"]) == ("TablePreview", ["name", "code", "mean", "n"], data)
    dataset = make("AtomicCSVDataset", tmp_path / "table.csv", save_args={"index": False})
    dataset.save(table.drop(columns="code"))
    kind, told = shown(dataset)
    assert (kind, told["data"]) == ("TablePreview", [["ü", 0.3333, 7], ["", "", 8]])


def test_of_a_large_table_only_the_first_rows_are_read(tmp_path):
    path = tmp_path / "table.parquet"
    pd.DataFrame({"a": np.random.default_rng(0).random(40_000)}).to_parquet(path, row_group_size=10_000)
    second = pyarrow.parquet.read_metadata(path).row_group(1).column(0)
    with path.open("r+b") as file:
        file.seek(second.dictionary_page_offset or second.data_page_offset)
        file.write(b"\xff" * second.total_compressed_size)
    dataset = make("AtomicParquetDataset", path)
    assert len(dataset.preview(nrows=7)["data"]) == 7
    with pytest.raises(Exception, match=r"table\.parquet"):
        dataset.load()


def test_an_empty_table_is_shown(tmp_path):
    dataset = make("AtomicParquetDataset", tmp_path / "table.parquet")
    dataset.save(pd.DataFrame({"a": []}))
    assert dataset.preview()["data"] == []


def test_json_is_strict(tmp_path):
    dataset = make("AtomicJSONDataset", tmp_path / "scorecard.json")
    dataset.save({"mean": float("nan"), "high": float("inf"), "name": "ü"})
    kind, told = shown(dataset)
    assert kind == "JSONPreview"
    assert json.loads(told, parse_constant=pytest.fail) == {"mean": None, "high": None, "name": "ü"}


def test_photos_are_shown_by_creator_and_only_with_consent(tmp_path, monkeypatch):
    for creator, colour, expires in (("ada", RED, "never"), ("bob", GREEN, None), ("cem", GREEN, "2021-01-01")):
        for number in range(30):
            photo(tmp_path / f"photos/{creator}/{number:02}.jpg", colour)
        if expires:
            (tmp_path / f"photos/{creator}/consent.yml").write_text(CONSENT.format(expires=expires))
    photo(tmp_path / "users/a.png", BLUE)
    (tmp_path / "users/b.jpg").write_bytes(b"no picture")
    (tmp_path / "pyproject.toml").write_text('[tool.kedro]\npackage_name = "p"\nproject_name = "p"\n')
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")  # the source's folders start at the project
    dataset = make("PhotoSourceDataset", tmp_path / "source.json")
    dataset.save(PhotoSource(kind="folder", creators="photos", users="users"))
    kind, told = shown(dataset)
    sheet = picture_of(told)
    assert kind == "ImagePreview"
    assert {RED, BLUE} < colours(sheet) and GREEN not in colours(sheet)
    reds = sum(count for count, (r, g, _) in sheet.getcolors(1 << 24) if r > 150 and g < 60)
    assert reds == pytest.approx(8 * 128 * 128, rel=0.05), "eight photos of the creator's thirty"


def test_a_work_folder_shows_the_strips_of_its_latest_work(tmp_path):
    dataset = make("WorkFolderDataset", tmp_path)
    kind, told = shown(dataset)
    assert kind == "ImagePreview" and picture_of(told).size == (600, 400)
    for folder, colour, day in (("b/samples", GREEN, 1), ("a/samples/adapted", RED, 2), ("a/samples/plain", BLUE, 2)):
        for step in range(3):
            strip = tmp_path / folder / f"step-{step}.png"
            photo(strip, colour, (300, 20))
            os.utime(strip, (day, day))
    sheet = picture_of(shown(dataset)[1])
    assert colours(sheet) == {RED, BLUE} and sheet.size == (300, 6 * 20)
    assert picture_of(dataset.preview(strips=2)).height == 40


def test_looks_are_shown_with_their_consents(tmp_path):
    consent = {"subject": "Ada", "scope": ["train", "transfer"], "expires": "never"}
    told = {"looks": [{"slug": "ada", "creator": "Ada", "count": 19, "consent": consent}]}
    (tmp_path / "looks.json").write_text(json.dumps(told))
    kind, told = shown(make("LookProfilesDataset", tmp_path))
    assert kind == "TablePreview"
    assert dict(zip(told["columns"], told["data"][0], strict=True)) == {
        "look": "ada", "creator": "Ada", "photos": 19, "subject": "Ada", "scope": "[train, transfer]",
        "territory": "", "granted_on": "", "expires": "never",
    }  # fmt: skip


def test_a_base_shows_what_it_was_taught_with(tmp_path):
    (tmp_path / "base.json").write_text('{"facts": {"steps": 9, "loss": NaN}, "history": []}')
    kind, told = shown(make("BaseDataset", tmp_path))
    assert (kind, json.loads(told)) == ("JSONPreview", {"steps": 9, "loss": None})
