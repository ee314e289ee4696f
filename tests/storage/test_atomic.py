"""Whole or not at all."""

import os

import pytest

from influencer_style.storage.atomic import atomic_file, atomic_folder, remove_leftovers, write_text


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


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path):
    kept = ["table.json", ".hidden", ".hidden-photo.jpg", "x-0123abcd.jpg"]
    with atomic_file(tmp_path / "me-aurora.jpg") as temporary:
        left = temporary.name
        temporary.write_text("")
    for name in (*kept, left):
        (tmp_path / name).write_text("")
    remove_leftovers(tmp_path)
    assert (tmp_path / left).exists(), "somebody may be writing it"
    for name in (*kept, left):
        os.utime(tmp_path / name, (0, 0))
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, "me-aurora.jpg"])
