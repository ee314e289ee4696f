"""Folders of pictures that hold what a stranger put there, or that two batches write into at the same time."""

import os
import shutil
import subprocess
import sys
import threading

import pandas as pd
import pytest
from special_files import listening

from influencer_style.batches.batch import Batch
from influencer_style.batches.gathering import BatchError, gather
from influencer_style.batches.picture_folder import turn
from influencer_style.storage.atomic import remove_leftovers
from influencer_style.storage.fingerprint import file_sha256
from influencer_style.stylist.restyling import Restyling

HOLDER = """
import sys, time
from pathlib import Path
from influencer_style.batches.picture_folder import turn
with turn(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def pipe(path):
    os.mkfifo(path)


def link(path):
    (path.parent.parent / "outside").write_text("theirs")
    path.symlink_to(path.parent.parent / "outside")


def dangling(path):
    path.symlink_to(path.parent.parent / "outside")


def device(path):
    path.symlink_to("/dev/zero")


KINDS = [pipe, link, dangling, device, listening, os.mkdir]


def restyle(stylist, photos, out, told=lambda outcome: None, **wishes):
    return Batch(stylist, Restyling(**({"look": "warm"} | wishes)), out).run(gather([photos]), told)


def agrees(out):
    """Whether every row of the index names the bytes that its picture has."""
    rows = pd.read_parquet(out / "index.parquet")
    return [file_sha256(out / row.picture) == row.sha256 for row in rows.itertuples()] == [True] * 3


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("name", ["index.parquet", ".index.parquet.lock"])
def test_an_index_or_a_lock_that_is_no_regular_file_ends_everything_in_words(stylist, photos, tmp_path, name, make):
    out = tmp_path / "out"
    out.mkdir()
    make(out / name)
    with pytest.raises(BatchError, match=name.replace(".", r"\.")) as error:
        restyle(stylist, photos, out)
    assert "move it away" in str(error.value) or "remove it" in str(error.value)
    outside = tmp_path / "outside"
    assert not outside.exists() or outside.read_text() == "theirs"


@pytest.mark.parametrize("make", KINDS)
def test_what_lies_in_a_pictures_place_is_gone_around_and_never_followed(stylist, photos, tmp_path, make):
    out = tmp_path / "out"
    out.mkdir()
    make(out / "p0-warm.png")
    assert restyle(stylist, photos, out)["written"] == 3 and agrees(out)
    assert not (tmp_path / "outside").exists() or (tmp_path / "outside").read_text() == "theirs"


@pytest.mark.parametrize("make", [pipe, link, device, listening])
def test_what_took_the_place_of_a_picture_is_replaced(stylist, photos, tmp_path, make):
    out = tmp_path / "out"
    restyle(stylist, photos, out)
    (out / "p0-warm.png").unlink()
    make(out / "p0-warm.png")
    counts = restyle(stylist, photos, out)
    assert counts["written"] == 1 and counts["up to date"] == 2 and agrees(out)
    assert not (out / "p0-warm.png").is_symlink()
    assert not (tmp_path / "outside").exists() or (tmp_path / "outside").read_text() == "theirs"


def test_a_link_to_the_very_picture_is_not_taken_for_it(stylist, photos, tmp_path):
    out = tmp_path / "out"
    restyle(stylist, photos, out)
    shutil.move(out / "p0-warm.png", tmp_path / "elsewhere.png")
    (out / "p0-warm.png").symlink_to(tmp_path / "elsewhere.png")
    assert restyle(stylist, photos, out)["written"] == 1
    assert not (out / "p0-warm.png").is_symlink()


@pytest.mark.parametrize("make", [pipe, link, dangling, device, listening])
@pytest.mark.parametrize("state", ["unfinished", "replaced"])
def test_what_only_looks_like_a_leftover_blocks_nothing(stylist, photos, tmp_path, state, make):
    out = tmp_path / "out"
    out.mkdir()
    make(out / f".x.{state}-12345678")
    remove_leftovers(out, seconds=0)
    assert os.path.lexists(out / f".x.{state}-12345678") and not os.path.lexists(out / "x")
    assert restyle(stylist, photos, out)["written"] == 3


def test_pictures_do_not_leave_the_folder_through_a_link(stylist, photos, tmp_path):
    (photos / "sub").mkdir()
    shutil.move(photos / "p0.png", photos / "sub/p0.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "theirs").mkdir()
    (tmp_path / "out/sub").symlink_to(tmp_path / "theirs")
    with pytest.raises(BatchError, match="is a link that leads out of"):
        restyle(stylist, photos, tmp_path / "out")
    assert not list((tmp_path / "theirs").iterdir())


@pytest.mark.slow
def test_two_batches_take_turns_and_the_index_names_what_the_files_hold(stylist, model_folder, photos, tmp_path):
    out = tmp_path / "out"
    other = [
        sys.executable,
        "-m",
        "influencer_style.commands.main",
        "stylize",
        str(photos),
        "--model",
        str(model_folder),
    ]
    other += ["--look", "warm", "--strength", "0.5", "--out", str(out)]
    children = []

    def told(outcome):
        if not children:
            children.append(subprocess.Popen(other, stderr=subprocess.PIPE, text=True))
            heard = iter(children[0].stderr.readline, "")
            assert any("Another batch is writing into" in line for line in heard)

    assert restyle(stylist, photos, out, told)["written"] == 3
    (child,) = children
    said = child.stderr.read()
    assert child.wait(60) == 0 and "3 written, 0 up to date" in said
    assert agrees(out)


def test_a_batch_that_is_killed_keeps_nobody_waiting(tmp_path):
    index = tmp_path / "index.parquet"
    with subprocess.Popen([sys.executable, "-c", HOLDER, index], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "held\n"
        child.kill()
    entered = threading.Event()

    def enter():
        with turn(index):
            entered.set()

    threading.Thread(target=enter, daemon=True).start()
    assert entered.wait(30)
