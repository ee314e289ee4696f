"""The manifest names every file, reads each once, and splits people once."""

import os
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from influencer_style.consent import clock
from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.slug import SlugError
from influencer_style.photos import manifest as module
from influencer_style.photos.manifest import SCHEMA, PhotoFolders, ScanSettings, scan
from influencer_style.photos.split import SplitError
from tests.audit_rows import rows_of
from tests.made_up_photos import CONSENT, scene


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 1))
    return ScanSettings(tmp_path, Ledger(tmp_path / "ledger"), progress=False)


@pytest.fixture
def run(folders, settings):
    def scan_again(previous=None, **changes):
        return scan(PhotoFolders(*folders, **changes), previous, settings)

    return scan_again


def by_name(table):
    return {path.rsplit("/", 1)[-1]: row for path, row in table.set_index("path").to_dict("index").items()}


def test_rows_of_good_photos(run):
    table = run()
    assert list(table.columns) == list(SCHEMA)
    assert (table["status"] == "accepted").all() and (table["photo_id"].str.len() == 16).all()
    anna = table[table["role"] == "creator"]
    assert set(anna["path"]) == {f"creators/Anna/{n}.jpg" for n in range(4)}
    assert (anna["scope"] == "train,transfer").all() and (anna["slug"] == "anna").all()
    people = table[table["role"] == "user"]
    assert (people["creator"] == "").all() and (people["slug"] == "").all()
    assert people["split"].value_counts().to_dict() == {"train": 3, "test": 2, "validation": 1}
    assert set(zip(table["width"], table["height"], strict=True)) == {(200, 160)}


def test_every_bad_file_is_named_with_its_reason_and_ends_nothing(run, folders):
    creators, users = folders
    anna = creators / "Anna"
    (anna / "text.jpg").write_text("not a photo")
    (anna / "notes.txt").write_text("not a photo")
    (anna / "empty.jpg").write_bytes(b"")
    (anna / "cut.jpg").write_bytes((anna / "0.jpg").read_bytes()[:1500])
    Image.new("1", (20_000, 20_000)).save(anna / "huge.png")
    (anna / ".hidden.jpg").write_text("ignored")
    os.symlink("/etc/hostname", anna / "link.jpg")
    os.symlink(users, anna / "elsewhere")
    scene(9).save(creators / "loose.jpg")
    (anna / "more").mkdir()
    scene(10).save(anna / "more" / "deep.JPG", "JPEG")
    (creators / "Ben").mkdir()
    scene(11).save(creators / "Ben" / "b.jpg")
    rows = by_name(run())
    expected = {
        "text.jpg": ("quarantined", "not_an_image"),
        "notes.txt": ("quarantined", "not_an_image"),
        "empty.jpg": ("quarantined", "empty_file"),
        "cut.jpg": ("quarantined", "truncated"),
        "huge.png": ("quarantined", "too_large"),
        "link.jpg": ("quarantined", "link_outside"),
        "elsewhere": ("quarantined", "unreadable"),
        "loose.jpg": ("quarantined", "unreadable"),
        "deep.JPG": ("accepted", ""),
        "b.jpg": ("refused", "no_consent"),
    }
    assert {name: (rows[name]["status"], rows[name]["reason"].partition(":")[0]) for name in expected} == expected
    assert ".hidden.jpg" not in rows and "consent.yml" not in rows
    assert "Ben/consent.yml" in rows["b.jpg"]["reason"] and rows["b.jpg"]["photo_id"] == ""
    assert sum(row["status"] == "accepted" for row in rows.values()) == 11


def test_duplicates_exact_anywhere_and_near_within_one_owner(run, folders):
    creators, users = folders
    first = Image.fromarray(astronaut())
    first.save(creators / "Anna" / "0.jpg", quality=95)
    (creators / "Anna" / "same.jpg").write_bytes((creators / "Anna" / "0.jpg").read_bytes())
    first.resize((256, 256)).save(creators / "Anna" / "smaller.jpg", quality=40)
    (users / "taken.jpg").write_bytes((creators / "Anna" / "0.jpg").read_bytes())
    first.resize((256, 256)).save(users / "other_owner.jpg", quality=60)
    rows = by_name(run())
    assert rows["same.jpg"]["reason"] == "exact_copy: of creators/Anna/0.jpg"
    assert rows["smaller.jpg"]["reason"] == "near_copy: of creators/Anna/0.jpg"
    assert rows["taken.jpg"]["reason"] == "exact_copy: of creators/Anna/0.jpg"
    assert rows["other_owner.jpg"]["status"] == "accepted" == rows["0.jpg"]["status"]


def test_unchanged_files_are_not_read_again(run, folders, monkeypatch):
    (folders[0] / "Anna" / "bad.jpg").write_text("bad")
    before = run()
    read = []
    digest = module.photo_digest
    monkeypatch.setattr(module, "photo_digest", lambda path, *rest: read.append(path.name) or digest(path, *rest))
    assert run(before).equals(before)
    assert read == []
    scene(50).save(folders[0] / "Anna" / "1.jpg")
    scene(51).save(folders[0] / "Anna" / "new.jpg")
    after = by_name(run(before))
    assert sorted(read) == ["1.jpg", "new.jpg"]
    assert after["1.jpg"]["photo_id"] != by_name(before)["1.jpg"]["photo_id"]


def test_consent_that_comes_or_goes(run, folders, settings):
    consent = folders[0] / "Anna" / "consent.yml"
    before = run()
    consent.write_text(CONSENT.replace("never", "2026-05-31"))
    refused = run(before)
    assert set(refused[refused["role"] == "creator"]["status"]) == {"refused"}
    consent.write_text(CONSENT)
    again = run(refused)
    assert set(again[again["role"] == "creator"]["status"]) == {"accepted"}
    rows = list(rows_of(settings.ledger.log.path))  # each run decided, and wrote it down
    assert [(row["creator"], row["decision"]) for row in rows] == [
        ("anna", one) for one in ["allowed", "refused", "allowed"]
    ]
    assert {(row["stage"], row["scope"]) for row in rows} == {("ingestion", "train or transfer")}
    assert "Anna/consent.yml: expires: expired on 2026-05-31" in rows[1]["reason"]
    assert rows[0]["consent"] == rows[2]["consent"] != rows[1]["consent"]


def test_nothing_is_read_where_the_decision_cannot_be_recorded(run, settings):
    settings.ledger.folder.write_text("no folder")
    with pytest.raises(AuditError, match="nothing is decided without a record"):
        run()


def test_photos_keep_their_split_when_others_come_and_go(run, folders):
    before = by_name(run())
    previous = run()
    for number in range(20):
        scene(200 + number).save(folders[1] / f"new-{number}.png")
    (folders[1] / "user-0.png").unlink()
    table = run(previous)
    after = by_name(table)
    for name in (f"user-{n}.png" for n in range(1, 6)):
        assert after[name]["split"] == before[name]["split"]
    counts = table[table["role"] == "user"]["split"].value_counts()
    assert counts["train"] in (12, 13) and counts["validation"] == 5 and counts["test"] in (7, 8)


def test_users_whose_truth_is_known_have_their_splits_to_themselves(run):
    fixed = {"user-4": "test", "user-5": "test", "user-3": "validation"}
    rows = by_name(run(fixed=fixed))
    users = {name.removesuffix(".png"): row["split"] for name, row in rows.items() if row["role"] == "user"}
    assert {name: split for name, split in users.items() if split not in ("train", "")} == fixed
    assert {row["split"] for row in rows.values()} == {"train", "validation", "test"}


def test_too_few_users_and_creators_that_collide(run, folders):
    (folders[0] / "ANNA ").mkdir()
    with pytest.raises(SlugError, match="'ANNA ' and 'Anna' would both be 'anna'"):
        run()
    (folders[0] / "ANNA ").rmdir()
    for number in range(4):
        (folders[1] / f"user-{number}.png").unlink()
    with pytest.raises(SplitError, match="2 usable users"):
        run()


def test_a_file_name_that_is_not_utf8_is_quarantined(run, folders):
    try:
        (folders[0] / "Anna" / os.fsdecode(b"caf\xe9.jpg")).write_bytes((folders[0] / "Anna" / "0.jpg").read_bytes())
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    rows = by_name(run())
    assert rows["caf\\udce9.jpg"]["status"] == "quarantined"


def test_another_limit_reads_again(folders, settings):
    before = scan(PhotoFolders(*folders), None, settings)
    Image.fromarray(np.zeros((300, 300, 3), np.uint8)).save(folders[0] / "Anna" / "big.png")
    after = scan(PhotoFolders(*folders), before, replace(settings, max_pixels=50_000))
    assert by_name(after)["big.png"]["reason"].startswith("too_large")
    assert by_name(after)["0.jpg"]["reader"] != by_name(before)["0.jpg"]["reader"]
