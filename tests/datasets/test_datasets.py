"""Our Kedro datasets, as a catalog makes them."""

from __future__ import annotations

import base64
import inspect
import io
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError
from made_up_looks import made_up_looks
from PIL import Image

from influencer_style import datasets
from influencer_style.datasets import models
from influencer_style.tracking.data import path_of

TABLE = pd.DataFrame({"a": [1, 2], "b": ["x", "ü"]})
ATOMIC = {
    "AtomicParquetDataset": ("table.parquet", TABLE),
    "AtomicCSVDataset": ("table.csv", TABLE),
    "AtomicJSONDataset": ("plain.json", {"a": [1, 2]}),
    "AtomicTextDataset": ("page.html", "<p>text</p>"),
}


def make(kind: str, path: Path, **options):
    catalog = DataCatalog.from_config(
        {"entry": {"type": f"influencer_style.datasets.{kind}", "filepath": str(path)} | options}
    )
    return catalog.get("entry")


def same(one, other) -> bool:
    return one.equals(other) if isinstance(one, pd.DataFrame) else one == other


def only(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", datasets.__all__)
def test_every_dataset_is_there_by_its_name(name):
    kind = getattr(datasets, name)
    assert kind.__name__ == name
    assert name in dir(datasets)


def test_an_unknown_dataset_is_named():
    with pytest.raises(AttributeError, match="NoDataset"):
        _ = datasets.NoDataset


@pytest.mark.parametrize("kind", ATOMIC)
def test_atomic_files_come_back_as_they_were(kind, tmp_path):
    name, data = ATOMIC[kind]
    options = {"save_args": {"index": False}} if kind == "AtomicCSVDataset" else {}
    dataset = make(kind, tmp_path / "deep" / name, **options)
    assert not dataset.exists()
    dataset.save(data)
    assert dataset.exists()
    assert same(dataset.load(), data)
    assert only(tmp_path / "deep") == [name]
    assert path_of(dataset) == tmp_path / "deep" / name


@pytest.mark.parametrize("kind", ATOMIC)
def test_a_save_that_fails_leaves_the_old_file(kind, tmp_path):
    name, data = ATOMIC[kind]
    dataset = make(kind, tmp_path / name)
    dataset.save(data)
    before = (tmp_path / name).read_bytes()
    with pytest.raises(DatasetError):
        dataset.save(object())
    assert (tmp_path / name).read_bytes() == before
    assert only(tmp_path) == [name]


def test_previews_of_kedros_datasets_still_work(tmp_path):
    dataset = make("AtomicParquetDataset", tmp_path / "table.parquet")
    dataset.save(TABLE)
    assert dataset.preview()["data"] == [[1, "x"], [2, "ü"]]
    plain = make("AtomicJSONDataset", tmp_path / "plain.json")
    plain.save({"a": 1})
    assert plain.preview() == '{"a": 1}'
    comma = make("AtomicCSVDataset", tmp_path / "table.csv", save_args={"index": False})
    comma.save(TABLE)
    assert comma.preview(nrows=1)["data"] == [[1, "x"]]


def test_atomic_saves_can_be_versioned(tmp_path):
    catalog = DataCatalog.from_config(
        {
            "entry": {
                "type": "influencer_style.datasets.AtomicTextDataset",
                "filepath": str(tmp_path / "a.txt"),
                "versioned": True,
            }
        }
    )
    catalog.save("entry", "text")
    assert catalog.load("entry") == "text"
    assert len(list((tmp_path / "a.txt").glob("*/a.txt"))) == 1


def test_a_picture_and_its_preview(tmp_path):
    dataset = make("PictureDataset", tmp_path / "wide.png")
    dataset.save(Image.new("RGBA", (3000, 300), (250, 10, 10, 255)))
    assert dataset.load().size == (3000, 300)
    preview = dataset.preview(side=600)
    shown = Image.open(io.BytesIO(base64.b64decode(preview)))
    assert (shown.format, shown.size, shown.mode) == ("PNG", (600, 60), "RGB")
    # Kedro-Viz goes by the name of the return type.
    assert "ImagePreview" in str(inspect.signature(dataset.preview).return_annotation)
    with pytest.raises(DatasetError):
        dataset.save("not a picture")
    assert only(tmp_path) == ["wide.png"]


def test_pictures_take_save_arguments(tmp_path):
    noise = Image.effect_noise((128, 128), 80)
    for quality in (20, 95):
        make("PictureDataset", tmp_path / f"{quality}.jpg", save_args={"quality": quality}).save(noise)
    assert (tmp_path / "20.jpg").stat().st_size < (tmp_path / "95.jpg").stat().st_size / 2


def test_what_was_there_before_is_none_the_first_time(tmp_path):
    inner = {"type": "influencer_style.datasets.AtomicJSONDataset", "filepath": str(tmp_path / "a.json")}
    catalog = DataCatalog.from_config(
        {"now": inner, "before": {"type": "influencer_style.datasets.PreviousDataset", "dataset": inner}}
    )
    assert catalog.exists("before")
    assert catalog.load("before") is None
    catalog.save("now", {"a": 1})
    assert catalog.load("before") == {"a": 1}
    assert path_of(catalog.get("before")) == tmp_path / "a.json"
    with pytest.raises(DatasetError, match="only read"):
        catalog.save("before", {"a": 2})


def test_encoder_and_looks_come_back(tmp_path):
    import torch

    from influencer_style.looks.encoder import load_encoder

    encoder = load_encoder()
    encoders = make("StyleEncoderDataset", tmp_path / "encoder.safetensors")
    assert not encoders.exists()
    encoders.save(encoder)
    assert encoders.load().sha256 == encoder.sha256

    photos = torch.rand(2, 3, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    looks = make("LookProfilesDataset", tmp_path / "looks")
    assert not looks.exists()
    profiles = made_up_looks(encoder, photos[0], {"noir": photos[1]})
    looks.save(profiles)
    looks.save(profiles)  # over what is there
    assert looks.load().names == ["noir"]
    for ask in (looks.load, looks.exists):  # after a kill between the two renames that put a folder in its place
        (tmp_path / "looks").rename(tmp_path / ".looks.unfinished-0123abcd")
        (tmp_path / ".looks.replaced-0123abcd").mkdir()
        assert ask()
        (tmp_path / ".looks.replaced-0123abcd").rmdir()
    assert torch.equal(looks.load().code("noir"), profiles.code("noir"))
    assert only(tmp_path) == ["encoder.safetensors", "looks"]


def test_a_generator_is_registered_once_its_folder_is_whole(tmp_path, monkeypatch):
    calls = []

    def register(folder, name, tags, card, task):
        calls.append((name, tags, card, task, only(folder)))

    monkeypatch.setattr(models, "register_generator", register)
    bundle = SimpleNamespace(
        save=lambda folder: (folder / "generator.safetensors").write_bytes(b"weights"),
        tags=lambda: {"fingerprint": "1"},
        card="# card",
    )
    dataset = make("RegisteredGeneratorDataset", tmp_path / "look_transfer", registered_model="look-transfer")
    assert not dataset.exists()
    dataset.save(bundle)
    assert dataset.exists()
    assert calls == [("look-transfer", {"fingerprint": "1"}, "# card", "transfer", ["generator.safetensors"])]
    assert only(tmp_path) == ["look_transfer"]


def test_a_generator_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    monkeypatch.setattr(models, "register_generator", lambda *_: pytest.fail("registered half a model"))
    (tmp_path / "look_transfer").mkdir()
    (tmp_path / "look_transfer/generator.safetensors").write_bytes(b"old")

    def fail(folder):
        (folder / "generator.safetensors").write_bytes(b"half")
        raise OSError("disk full")

    dataset = make("RegisteredGeneratorDataset", tmp_path / "look_transfer", registered_model="look-transfer")
    with pytest.raises(DatasetError, match="disk full"):
        dataset.save(SimpleNamespace(save=fail))
    assert (tmp_path / "look_transfer/generator.safetensors").read_bytes() == b"old"
    assert only(tmp_path) == ["look_transfer"]
