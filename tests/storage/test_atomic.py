"""Whole or not at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from influencer_style.storage import atomic
from influencer_style.storage.atomic import (
    atomic_file,
    atomic_folder,
    recover_folder,
    remove,
    remove_leftovers,
    temporary_folder,
    write_text,
)

WRITER = """
import os, sys, time
from influencer_style.storage.atomic import {writer}
with {writer}(sys.argv[1]) as temporary:
    print(temporary, flush=True)
    time.sleep(60)
"""
# Ends between the two renames, as a kill would.
SWAPPER = """
import os, sys
from influencer_style.storage.atomic import atomic_folder
replace = os.replace
os.replace = lambda *paths: (replace(*paths), os._exit(9))
with atomic_folder(sys.argv[1]) as temporary:
    (temporary / "weights").write_text("new")
"""


@pytest.fixture
def folder(tmp_path):
    """A model folder, written as such."""
    with atomic_folder(tmp_path / "model") as temporary:
        (temporary / "weights").write_text("old")
    return tmp_path / "model"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def fail_halfway(writing):
    with writing as temporary:
        (temporary / "weights" if temporary.is_dir() else temporary).write_text("half")
        raise RuntimeError("killed")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a" / "table.json"
    write_text(path, "old")
    with pytest.raises(RuntimeError, match="killed"):
        fail_halfway(atomic_file(path))
    assert path.read_text() == "old"
    assert names(path.parent) == ["table.json"]


def test_a_failed_folder_leaves_the_old_one(folder, tmp_path):
    with pytest.raises(RuntimeError, match="killed"):
        fail_halfway(atomic_folder(folder))
    assert (folder / "weights").read_text() == "old"
    with atomic_folder(folder) as temporary:
        (temporary / "weights").write_text("new")
    assert (folder / "weights").read_text() == "new"
    assert names(tmp_path) == ["model"]


def test_a_folder_that_cannot_be_put_in_place_leaves_the_old_one(folder, tmp_path, monkeypatch):
    def replace(source, target, real=os.replace):
        if target == folder and "unfinished" in str(source):
            raise OSError(5, "broken")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OSError, match="broken"), atomic_folder(folder) as temporary:
        (temporary / "weights").write_text("new")
    assert (folder / "weights").read_text() == "old" and names(tmp_path) == ["model"]


def test_a_kill_between_the_two_renames_loses_nothing(folder, tmp_path):
    for recover in (lambda: recover_folder(folder), lambda: remove_leftovers(tmp_path, seconds=0)):
        (folder / "weights").write_text("old")
        assert subprocess.run([sys.executable, "-c", SWAPPER, str(folder)], check=False).returncode == 9
        assert not folder.exists() and len(names(tmp_path)) == 3  # old, new, and the lock of who wrote it
        recover()
        assert (folder / "weights").read_text() == "new"
        remove_leftovers(tmp_path, seconds=0)
        assert names(tmp_path) == ["model"]


def test_a_folder_is_the_old_or_the_new_one_wherever_its_writer_is_killed(tmp_path):
    script = Path(__file__).with_name("folder_kills.py")
    (tmp_path / "place").mkdir()
    done = subprocess.run([sys.executable, script, tmp_path / "place"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and int(done.stdout) >= 5, done.stderr


@pytest.mark.parametrize("writer", ["atomic_file", "atomic_folder", "temporary_folder"])
def test_the_next_write_removes_what_a_killed_writer_left_and_nothing_else(writer, tmp_path, monkeypatch):
    kept = [".hidden", ".hidden-photo.jpg", ".me.unfinished.jpg", "me.unfinished-0123abcd.jpg", "table.json"]
    for name in kept:
        (tmp_path / name).write_text("")
    command = [sys.executable, "-c", WRITER.format(writer=writer), str(tmp_path / "me.jpg")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        left = child.stdout.readline().strip()
        os.utime(left, (0, 0))
        remove_leftovers(tmp_path)
        assert os.path.exists(left), "its writer lives"
        child.send_signal(signal.SIGKILL)
    monkeypatch.setattr(atomic, "_swept", set())
    write_text(tmp_path / "new.json", "")
    assert names(tmp_path) == sorted([*kept, "new.json"])


def test_what_was_begun_just_now_stays_until_its_writer_can_have_locked_it(tmp_path):
    begun = tmp_path / ".me.unfinished-0123abcd.jpg"
    begun.write_text("")
    remove_leftovers(tmp_path)
    assert begun.exists()
    remove_leftovers(tmp_path, seconds=0)
    assert not begun.exists()


def test_a_temporary_folder_is_gone_afterwards(tmp_path):
    with pytest.raises(RuntimeError, match="killed"):
        fail_halfway(temporary_folder(tmp_path / "model"))
    assert names(tmp_path) == []


def test_removing_takes_files_folders_and_links_but_not_what_links_lead_to(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    remove(tmp_path / "link")
    assert names(tmp_path) == ["model"] and names(folder) == ["weights"]
    remove(folder / "weights")
    remove(folder / "weights")
    assert names(folder) == []
    remove(folder)
    assert names(tmp_path) == []


def test_an_error_names_the_file_and_not_the_temporary_one(tmp_path):
    with pytest.raises(FileExistsError) as caught, atomic_file(tmp_path / "table.json") as temporary:
        temporary.open("x")
    assert caught.value.filename == str(tmp_path / "table.json")
    with pytest.raises(FileNotFoundError) as caught, atomic_folder(tmp_path / "model") as temporary:
        (temporary / "a" / "weights").write_text("")
    assert caught.value.filename == str(tmp_path / "model")
