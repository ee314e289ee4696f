"""Many photos: what is damaged is named, what is done stays done, and a killed run goes on."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import weakref
from pathlib import Path, PurePath

import pandas as pd
import pytest
from damaged import DAMAGES, fill, photo
from PIL import Image

from influencer_style import Stylist
from influencer_style.batches.batch import Batch
from influencer_style.batches.gathering import BatchError, Photo, gather, picture_names
from influencer_style.batches.index import COLUMNS
from influencer_style.commands.main import main
from influencer_style.photos.original import read_original
from influencer_style.provenance.record import encode, read_record
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.restyling import Restyling
from influencer_style.stylist.result import Result


def restyle(stylist, folder, out, **wishes):
    """Restyle a folder; return the counts and all outcomes by the photo's name."""
    outcomes = {}
    batch = Batch(stylist, Restyling(**({"look": "warm"} | wishes)), out)
    counts = batch.run(gather([folder]), lambda outcome: outcomes.update({outcome.photo.name: outcome}))
    return counts, outcomes


def stamps(out):
    return {path.name: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}


def command(model_folder, folder, out):
    arguments = ["stylize", str(folder), "--look", "warm", "--model", str(model_folder), "--out", str(out)]
    return [sys.executable, "-m", "influencer_style.commands.main", *arguments]


def killed_in_the_midst(arguments, out, pictures):
    """Start a command, and kill it as soon as it has written so many pictures."""
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        for _ in range(pictures):
            assert child.stdout.readline(), "it ended before it was killed"
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    written = {name: stamp for name, stamp in stamps(out).items() if name[0] != "." and name != "index.parquet"}
    index = out / "index.parquet"
    known = (pd.read_parquet(index)["status"] == "written").sum() if index.exists() else 0
    assert known < len(written), "the index must not be what tells the next run"
    return written


def goes_on(model_folder, tmp_path, capsys, good, bad, kill_after):
    folder, out = tmp_path / "in", tmp_path / "out"
    codes = fill(folder, good, bad)
    arguments = command(model_folder, folder, out)
    before = killed_in_the_midst(arguments, out, kill_after)
    status = main(arguments[3:])
    said, complained = capsys.readouterr()
    assert status == 1, complained[-3000:]
    assert len(said.splitlines()) == good
    for name, code in codes.items():
        assert f"{name}: {code}: " in complained, name
    after = stamps(out)
    assert len(before) >= kill_after and all(after[name] == stamp for name, stamp in before.items())
    written = good - len(before)
    assert f"{written} written, {len(before)} up to date; {bad} of {good + bad} photos could not" in complained
    index = pd.read_parquet(out / "index.parquet")
    assert index["status"].value_counts().to_dict() == {"written": good, "quarantined": bad}
    assert all((out / picture).is_file() for picture in index.loc[index["status"] == "written", "picture"])


def test_what_is_damaged_is_named_and_a_killed_run_goes_on(model_folder, tmp_path, capsys):
    goes_on(model_folder, tmp_path, capsys, good=9, bad=3, kill_after=4)


def test_every_kind_of_damage_is_named_and_ends_nothing(stylist, tmp_path):
    codes = fill(tmp_path / "in", 2, len(DAMAGES))
    counts, outcomes = restyle(stylist, tmp_path / "in", tmp_path / "out")
    assert counts == {"written": 2, "quarantined": len(DAMAGES)} and codes.keys() < outcomes.keys()
    assert {name: outcomes[name].reason.partition(":")[0] for name in codes} == codes
    assert restyle(stylist, tmp_path / "in", tmp_path / "out")[0] == {"up to date": 2, "quarantined": len(DAMAGES)}


@pytest.mark.slow
def test_a_hundred_damaged_files_in_a_folder_of_a_thousand(model_folder, tmp_path, capsys):
    goes_on(model_folder, tmp_path, capsys, good=900, bad=100, kill_after=30)


def test_no_photo_is_held_on_to_when_its_turn_is_over(stylist, tmp_path, monkeypatch):
    for number in range(12):
        photo(tmp_path / "in" / f"{number}.jpg", number, 80)
    decoded, alive = [], []

    def read(*arguments, **named):
        original = read_original(*arguments, **named)
        decoded.append(weakref.ref(original.pixels))
        return original

    monkeypatch.setattr("influencer_style.stylist.given_photo.read_original", read)
    batch = Batch(stylist, Restyling(look="warm"), tmp_path / "out")
    batch.run(gather([tmp_path / "in"]), lambda outcome: alive.append(sum(pixels() is not None for pixels in decoded)))
    # The photo whose outcome is told, and those that are read ahead meanwhile; never all that came before.
    assert len(decoded) == len(alive) == 12 and max(alive) <= 4


def test_nothing_is_done_twice_unless_photo_or_wishes_changed(stylist, photos, tmp_path):
    out = tmp_path / "out"
    assert restyle(stylist, photos, out)[0] == {"written": 3}
    before = stamps(out)
    assert restyle(stylist, photos, out)[0] == {"up to date": 3} and stamps(out) == before, "the index neither"
    photo(photos / "p1.png", 77, 64)
    counts, outcomes = restyle(stylist, photos, out)
    assert counts == {"written": 1, "up to date": 2} and outcomes["p1.png"].status == "written"
    assert restyle(stylist, photos, out, strength=0.5)[0] == {"written": 3}
    shutil.copy(out / "p0-warm.png", out / "p2-warm.png")
    counts, outcomes = restyle(stylist, photos, out, strength=0.5)
    assert counts == {"written": 1, "up to date": 2} and outcomes["p2.png"].status == "written"


def test_without_the_index_the_pictures_records_are_believed_but_no_damaged_picture(stylist, photos, tmp_path):
    out = tmp_path / "out"
    restyle(stylist, photos, out)
    whole = pd.read_parquet(out / "index.parquet")
    (out / "index.parquet").unlink()
    picture = out / "p2-warm.png"
    picture.write_bytes(picture.read_bytes()[:-3000])
    counts, outcomes = restyle(stylist, photos, out)
    assert counts == {"written": 1, "up to date": 2} and outcomes["p2.png"].status == "written"
    again = pd.read_parquet(out / "index.parquet")
    # No two signatures are the same.
    pd.testing.assert_frame_equal(again.drop(columns=["time", "sha256"]), whole.drop(columns=["time", "sha256"]))


def test_the_index_says_what_made_a_picture(stylist, photos, tmp_path):
    out = tmp_path / "out"
    (photos / "p0.png").write_bytes(b"")
    restyle(stylist, photos, out, strength=0.5)
    index = pd.read_parquet(out / "index.parquet").set_index("picture")
    assert {"picture", *index.columns} == set(COLUMNS)
    bad, good = index.loc["p0-warm.png"], index.loc["p1-warm.png"]
    assert bad["status"] == "quarantined" and bad["reason"].startswith("empty_file: ") and bad["sha256"] == ""
    record = read_record(out / "p1-warm.png")
    assert good["source_sha256"] == record["source_sha256"] and good["model_fingerprint"] == "f" * 64
    assert good["creators"] == good["look"] == "warm" and good["strength"] == 0.5
    assert good["photo"] == str(photos / "p1.png") and '"expires": "never"' in good["consents"]
    assert "no face" in good["notices"]


def test_rows_and_pictures_of_photos_that_are_gone_stay(stylist, photos, tmp_path):
    out = tmp_path / "out"
    restyle(stylist, photos, out)
    (photos / "p0.png").unlink()
    (photos / "p1.png").write_bytes(b"not a photo any more")
    assert restyle(stylist, photos, out)[0] == {"up to date": 1, "quarantined": 1}
    index = pd.read_parquet(out / "index.parquet").set_index("picture")
    assert len(index) == 3 and (out / "p0-warm.png").is_file() and index.loc["p0-warm.png", "status"] == "written"
    assert index.loc["p1-warm.png", "status"] == "quarantined" and index.loc["p1-warm.png", "sha256"], "still there"


def test_a_photo_that_failed_is_tried_again_only_when_it_has_changed(stylist, photos, tmp_path, monkeypatch):
    cut = photos / "p1.png"
    whole = cut.read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    assert restyle(stylist, photos, tmp_path / "out")[0] == {"written": 2, "quarantined": 1}
    tried, restyle_many = [], Stylist.restyle_many

    def watched(self, some, request):
        return restyle_many(self, (tried.append(path) or path for path in some), request)

    monkeypatch.setattr(Stylist, "restyle_many", watched)
    _, outcomes = restyle(stylist, photos, tmp_path / "out")
    assert tried == [] and outcomes["p1.png"].reason.startswith("truncated: ")
    cut.write_bytes(whole)
    assert restyle(stylist, photos, tmp_path / "out")[0] == {"up to date": 2, "written": 1} and tried == [cut]


def test_a_full_disk_ends_the_run_and_loses_nothing(stylist, photos, tmp_path, monkeypatch):
    save = Result.save

    def full(result, path):
        if Path(path).name.startswith("p1"):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        save(result, path)

    monkeypatch.setattr(Result, "save", full)
    with pytest.raises(BatchError, match=r"p1-warm\.png cannot be written \(No space left on device\); mend that"):
        restyle(stylist, photos, tmp_path / "out")
    index = pd.read_parquet(tmp_path / "out/index.parquet")
    assert index["picture"].tolist() == ["p0-warm.png"]
    monkeypatch.setattr(Result, "save", save)
    assert restyle(stylist, photos, tmp_path / "out")[0] == {"up to date": 1, "written": 2}


def test_a_folder_in_a_pictures_place_is_gone_around(stylist, photos, tmp_path):
    (tmp_path / "out/p1-warm.png").mkdir(parents=True)
    counts, outcomes = restyle(stylist, photos, tmp_path / "out")
    assert counts == {"written": 3} and outcomes["p1.png"].picture.name.startswith("p1-warm-")


def test_what_one_picture_cannot_be_written_for_is_that_photos_affair(stylist, photos, tmp_path, monkeypatch):
    Image.new("RGB", (16_400, 64)).save(photos / "p1.png")
    counts, outcomes = restyle(stylist, photos, tmp_path / "out", format="webp")
    assert counts == {"written": 2, "quarantined": 1}
    assert outcomes["p1.png"].reason.startswith("too_large: a .webp file has room for 16383 px a side")
    save = Result.save

    def refuse(result, path):
        if Path(path).name.startswith("p0"):
            raise OSError(errno.EILSEQ, "Illegal byte sequence", str(path))
        save(result, path)

    monkeypatch.setattr(Result, "save", refuse)
    counts, outcomes = restyle(stylist, photos, tmp_path / "out")
    assert counts == {"written": 2, "quarantined": 1} and "Illegal byte sequence" in outcomes["p0.png"].reason


def test_a_folder_that_cannot_be_written_to_is_said_before_any_work(stylist, photos, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BatchError, match="cannot be written"):
        restyle(stylist, photos, tmp_path / "file/out")


@pytest.mark.parametrize("trouble", ["No space left on device", "Read-only file system"])
def test_a_disk_that_takes_no_more_is_said_and_nothing_is_lost(stylist, photos, disk, trouble):
    out = disk.folder / "out"
    restyle(stylist, photos, out)
    before = stamps(out)
    photo(photos / "p3.png", 3, 128)
    disk.fill(2**12)
    disk.set_writable(trouble != "Read-only file system")
    with pytest.raises(BatchError, match=f"cannot be written \\({trouble}\\).*what was written is not made again"):
        restyle(stylist, photos, out)
    assert stamps(out) == before
    disk.set_writable(True)
    disk.empty()
    assert restyle(stylist, photos, out)[0] == {"written": 1, "up to date": 3}


def test_an_interrupt_leaves_an_index(stylist, photos, tmp_path):
    def stop(outcome):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Batch(stylist, Restyling(look="warm"), tmp_path / "out").run(gather([photos]), stop)
    assert pd.read_parquet(tmp_path / "out/index.parquet")["picture"].tolist() == ["p0-warm.png"]


def test_ctrl_c_ends_the_command_in_words(model_folder, photos, tmp_path, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Result, "save", interrupted)
    assert main(command(model_folder, photos, tmp_path / "out")[3:]) == 130
    assert "stopped; run it again" in capsys.readouterr().err and (tmp_path / "out/index.parquet").is_file()


@pytest.mark.slow
def test_sigterm_leaves_an_index_and_its_status(model_folder, tmp_path):
    fill(tmp_path / "in", 60, 1)
    arguments = command(model_folder, tmp_path / "in", tmp_path / "out")
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        for _ in range(3):
            child.stdout.readline()
        child.terminate()
        child.communicate(timeout=60)
    assert child.returncode == 128 + signal.SIGTERM
    assert 3 <= (pd.read_parquet(tmp_path / "out/index.parquet")["status"] == "written").sum() < 60


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (["--look", "warm=0.7,warm=0.3"], "is not a mix of looks"),
        (["--look", "warm=much"], "is not a number"),
        (["--look", "warm", "--region", "hair"], "has no weight"),
        (["--look", "warm", "--faces", "both"], "is not all, largest, or numbers"),
        (["--look", "warm", "--reference", "x.jpg"], "name either a look, or a reference photo"),
        ([], "name either a look, or a reference photo"),
    ],
)
def test_a_wrong_wish_is_explained(wishes, words, capsys):
    assert main(["stylize", "me.jpg", "--out", "out", *wishes]) == 2
    assert words in capsys.readouterr().err


def test_wishes_are_read_and_named(stylist):
    from influencer_style.commands.stylize import faces, look, region

    assert look("warm") == "warm" and look("warm=3, cold") == {"warm": 3.0, "cold": 1.0}
    assert region("hair=0.5") == ("hair", 0.5) and faces("2,0,2") == (0, 2) and faces("all") == "all"
    assert Restyling(look={"warm": 3, "cold": 1}).label == "cold25-warm75"
    assert Restyling(reference=Path("a/sun set.jpg")).label == "like-sun set"
    assert len(Restyling(look="x" * 90).label) == 60
    with pytest.raises(StylistError, match=r"none\.jpg is not a file"):
        Restyling(reference=Path("none.jpg")).fingerprint(*stylist.identity)
    prints = [
        Restyling(look="warm", strength=s, faces=f).fingerprint(*stylist.identity)
        for s in (0.5, 1)
        for f in ("all", (0,))
    ]
    assert len(set(prints)) == 4


def names(photos, label="warm", form="keep", free=lambda name, photo: True):
    return [name for _, name in picture_names(photos, label, form, free)]


def made_of(*places, root="/photos"):
    return [Photo(Path(root, place), PurePath(place), Path(root)) for place in places]


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("me.jpg", "me-warm.jpg"),
        ("ME.JPEG", "ME-warm.jpeg"),
        ("a/b/me.webp", "a/b/me-warm.webp"),
        ("scan.tif", "scan-warm.png"),
        ("two\nlines.png", "two_lines-warm.png"),
        ("-rf.png", "_rf-warm.png"),
        (".hidden.png", "_hidden-warm.png"),
        (os.fsdecode(b"caf\xe9.png"), "caf_-warm.png"),
        ("what?.png", "what_-warm.png"),
        ("Zoe\u0308.png", "Zo\xeb-warm.png"),
    ],
)
def test_names_are_safe_anywhere(place, name):
    assert names(made_of(place)) == [name]


def test_names_that_some_system_takes_for_the_same_are_told_apart_the_same_way_each_time():
    photos = made_of("a.png", "A.PNG", "x/a.png")
    first, second, third = names(photos)
    assert (first, third) == ("a-warm.png", "x/a-warm.png")
    assert second.startswith("A-warm-") and len(second) == len("A-warm-123456.png")
    assert names(photos) == [first, second, third]
    long = made_of("ä" * 110 + "1.png", "ä" * 110 + "2.png")
    assert len({*names(long)}) == 2 and all(len(name.encode()) <= 200 for name in names(long))


def test_a_picture_keeps_its_name_when_another_photo_comes_that_would_have_it(stylist, photos, tmp_path):
    out = tmp_path / "out"
    restyle(stylist, photos, out)
    photo(tmp_path / "earlier/p0.png", 50, 64)
    _, outcomes = restyle(stylist, tmp_path / "earlier", out)
    assert outcomes["p0.png"].picture.name.startswith("p0-warm-")
    photos.rename(tmp_path / "moved")
    assert restyle(stylist, tmp_path / "moved", out)[0] == {"up to date": 3}


def test_a_file_of_another_program_is_not_replaced(stylist, photos, tmp_path):
    photo(tmp_path / "out/p0-warm.png", 60, 64)
    before = (tmp_path / "out/p0-warm.png").read_bytes()
    _, outcomes = restyle(stylist, photos, tmp_path / "out")
    assert (tmp_path / "out/p0-warm.png").read_bytes() == before
    assert outcomes["p0.png"].picture.name.startswith("p0-warm-")


def test_folders_give_their_files_once_in_order_and_no_hidden_ones(tmp_path):
    for name in ("b.png", "a/c.png", ".hidden/d.png", ".e.png"):
        photo(tmp_path / "in" / name, 0, 64)
    found = gather([tmp_path / "in", tmp_path / "in/b.png", tmp_path / "in/a"])
    assert [one.path.name for one in found] == ["c.png", "b.png"]
    (tmp_path / "none").mkdir()
    with pytest.raises(BatchError, match="there is no photo in"):
        gather([tmp_path / "none"])


@pytest.mark.parametrize(
    ("inputs", "out"), [(["in"], "in"), (["in"], "in/new"), (["in"], "."), (["me.png", "me-warm.png"], ".")]
)
def test_pictures_that_would_be_photos_are_refused(model_folder, tmp_path, capsys, inputs, out):
    for name in ("in/p.png", "in/in/in/p.png", "me.png"):
        photo(tmp_path / name, 0, 64)
    (tmp_path / "me-warm.png").write_bytes(encode(Image.new("RGB", (64, 64)), {"looks": {"warm": 1}}, ".png"))
    before = sorted(tmp_path.rglob("*"))
    arguments = ["--look", "warm", "--model", str(model_folder), "--out", str(tmp_path / out)]
    assert main(["stylize", *(str(tmp_path / one) for one in inputs), *arguments]) == 2
    assert "choose another folder" in capsys.readouterr().err and sorted(tmp_path.rglob("*")) == before
