"""The face store survives kills, forgets what it should, and gives back what it was given."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from influencer_style.faces import store as module
from influencer_style.faces.store import FaceStore
from influencer_style.faces.update import FaceUpdate
from influencer_style.storage.trouble import disk_trouble


def rows_of(names, rejected=()):
    numbers = dict.fromkeys(("cx", "cy", "side", "angle", "face_px", "sharpness"), 1.5)
    labels = {"creator": "Anna", "slug": "anna", "role": "creator", "split": "train"}
    return pd.DataFrame(
        [
            {"photo_id": name, **labels, **numbers}
            | ({"status": "rejected", "reason": "no_face: x"} if name in rejected else {"status": "kept", "reason": ""})
            for name in names
        ]
    )


def crops_of(names, size=8):
    return np.stack([np.full((size, size, 3), ord(name[0]) % 256, np.uint8) for name in names])


@pytest.fixture
def store(tmp_path):
    made = FaceStore.create(tmp_path / "store", 8, "f1")
    made.append(rows_of("abxc", rejected="x"), crops_of("abc"))
    made.append(rows_of("de"), crops_of("de"))
    return made


def values(store, names):
    rows = store.kept.set_index("photo_id").loc[list(names)].reset_index()
    return "".join(chr(value) for value in store.pixels(rows)[:, 0, 0, 0])


def test_crops_come_back_in_the_order_asked_for(store):
    again = FaceStore.open(store.folder)
    assert list(again.table["photo_id"]) == list("abxcde") and list(again.kept["photo_id"]) == list("abcde")
    assert values(again, "ebad") == "ebad"
    assert again.table.set_index("photo_id").loc["x", "row"] == -1
    with pytest.raises(ValueError, match="rejected photos have no pixels"):
        again.pixels(again.table)
    assert again.pixels(again.kept.iloc[:0]).shape == (0, 8, 8, 3)


def test_long_batches_become_several_shards(store, monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    names = "fghij"
    store.append(rows_of(names, rejected="g"), crops_of("fhij"))
    assert values(store, "fhij") == "fhij"
    assert len(list(store.folder.glob("shard-*.npy"))) == 5


def test_select_drops_rows_and_their_pixels(store):
    store.select(["a", "c", "x"])
    again = FaceStore.open(store.folder)
    assert sorted(again.table["photo_id"]) == ["a", "c", "x"] and values(again, "ca") == "ca"
    on_disk = b"".join(file.read_bytes() for file in store.folder.glob("*.npy"))
    assert ord("b") not in np.frombuffer(on_disk, np.uint8)[-2 * 8 * 8 * 3 :]
    assert len(list(store.folder.glob("shard-*"))) == 2
    store.append(rows_of("b"), crops_of("b"))
    assert values(FaceStore.open(store.folder), "acb") == "acb"


def test_a_kill_while_dropping_leaves_every_photo_once(store, monkeypatch):
    monkeypatch.setattr(FaceStore, "_remove", lambda self, number: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        store.select(["a", "c", "x", "d", "e"])
    monkeypatch.undo()
    again = FaceStore.open(store.folder)
    assert sorted(again.table["photo_id"]) == sorted("abcdex") and values(again, "acde") == "acde"
    again.select(["a", "c", "x", "d", "e"])
    assert sorted(FaceStore.open(store.folder).table["photo_id"]) == sorted("acdex")


def test_a_kill_between_pixels_and_rows_loses_only_that_batch(store, monkeypatch):
    monkeypatch.setattr(FaceStore, "_write_rows", lambda *rest: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        store.append(rows_of("z"), crops_of("z"))
    monkeypatch.undo()
    again = FaceStore.open(store.folder)
    assert list(again.table["photo_id"]) == list("abxcde")
    again.select("abxcde")
    assert len(list(store.folder.glob("*.npy"))) == 2
    again.append(rows_of("z"), crops_of("z"))
    assert values(FaceStore.open(store.folder), "zabcde") == "zabcde"


def test_labels_follow_the_manifest(store):
    fresh = rows_of("abxcde")
    fresh.loc[fresh["photo_id"] == "b", ["creator", "slug", "split"]] = ["Bea", "bea", "test"]
    store.relabel(fresh)
    row = FaceStore.open(store.folder).table.set_index("photo_id").loc["b"]
    assert (row["creator"], row["slug"], row["split"]) == ("Bea", "bea", "test")
    assert values(store, "abc") == "abc"


def test_updates_go_on_in_a_current_store_and_start_another_anew(store):
    labels = rows_of("abde")
    FaceUpdate(8, "f1", labels).apply(store.folder)
    after = FaceUpdate(8, "f1", rows=rows_of("f"), crops=crops_of("f")).apply(store.folder)
    assert sorted(after.table["photo_id"]) == list("abdef")
    anew = FaceUpdate(8, "f2", labels, rows_of("a"), crops_of("a")).apply(store.folder)
    assert list(anew.table["photo_id"]) == ["a"] and FaceStore.open(store.folder).fingerprint == "f2"


def test_a_store_with_more_keys(tmp_path):
    store = FaceStore.create(tmp_path, 8, "f", ("photo_id", "look"))
    store.append(rows_of("aa").assign(look=["noir", "rose"]), crops_of("az"))
    assert list(FaceStore.open(tmp_path).table["look"]) == ["noir", "rose"]


def test_wrong_input_and_damage_are_named(store, tmp_path):
    with pytest.raises(FileNotFoundError, match="kedro run --pipeline preprocessing"):
        FaceStore.open(tmp_path / "none")
    with pytest.raises(ValueError, match="2 kept rows of 8 px"):
        store.append(rows_of("yz"), crops_of("y"))
    with pytest.raises(ValueError, match="sharpness"):
        store.append(rows_of("y").drop(columns="sharpness"), crops_of("y"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "holiday.txt").write_text("keep me")
    with pytest.raises(FileExistsError, match="a folder of its own"):
        FaceStore.create(tmp_path / "mine", 8, "f")
    (store.folder / "shard-00000.npy").write_bytes(b"damaged")
    with pytest.raises(ValueError, match=r"shard-00000.npy is damaged"):
        values(FaceStore.open(store.folder), "abc")


def test_a_store_is_whole_once_the_last_update_has_come_and_not_while_photos_are_missing(tmp_path):
    folder, labels = tmp_path / "store", rows_of("ab")[["photo_id", "creator", "slug", "role", "split"]]
    for update, whole in [
        (FaceUpdate(8, "f1", labels, whole=False), False),
        (FaceUpdate(8, "f1", rows=rows_of("a"), crops=crops_of("a")), False),
        (FaceUpdate(8, "f1", whole=True), True),
        (FaceUpdate(8, "f1", rows=rows_of("b"), crops=crops_of("b")), True),
        (FaceUpdate(8, "f1", labels, whole=False), False),
        (FaceUpdate(8, "f1", labels, whole=True), True),
    ]:
        assert update.apply(folder).whole is FaceStore.open(folder).whole is whole


def test_a_kill_while_rows_change_leaves_a_store_that_is_not_whole(store, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(FaceStore, "_write_rows", killed)
    labels = rows_of("ad").assign(split="test")[["photo_id", "creator", "slug", "role", "split"]]
    with pytest.raises(KeyboardInterrupt):
        FaceUpdate(8, "f1", labels, whole=True).apply(store.folder)
    assert not FaceStore.open(store.folder).whole


@pytest.mark.parametrize("apart", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_wherever_an_update_is_killed_the_next_one_finishes_it(tmp_path, apart):
    script = Path(__file__).with_name("store_kills.py")
    done = subprocess.run([sys.executable, script, tmp_path, str(apart)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and int(done.stdout) >= 15, done.stderr


def test_a_full_disk_leaves_the_store_as_it_was(disk):
    store = FaceStore.create(disk.folder / "store", 128, "f1")
    store.append(rows_of("ab"), crops_of("ab", 128))
    disk.fill(2**14)
    with pytest.raises(OSError, match="No space") as caught:
        store.append(rows_of("c"), crops_of("c", 128))
    assert f"{store.folder}/shard-00001.npy: No space left on device" in disk_trouble(caught.value)
    assert values(FaceStore.open(store.folder), "ba") == "ba" and len(FaceStore.open(store.folder)) == 2
