"""Whole or not at all."""

import pytest

from influencer_style.storage.atomic import atomic_file, atomic_folder, write_text


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a" / "table.json"
    write_text(path, "old")
    with pytest.raises(RuntimeError), atomic_file(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError("killed")
    assert path.read_text() == "old"
    assert [p.name for p in path.parent.iterdir()] == ["table.json"]


def test_a_failed_folder_leaves_the_old_one(tmp_path):
    path = tmp_path / "model"
    for text in ("old", "new"):
        with atomic_folder(path) as temporary:
            (temporary / "weights").write_text(text)
    with pytest.raises(RuntimeError), atomic_folder(path) as temporary:
        (temporary / "weights").write_text("half")
        raise RuntimeError("killed")
    assert (path / "weights").read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["model"]
