"""Modes of what is written, whatever the umask is."""

import os
import stat
from datetime import date

import pytest

from influencer_style.consent.forms import new_form
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.tombstones import Tombstone
from influencer_style.storage.atomic import atomic_folder, temporary_folder, write_bytes, write_text
from influencer_style.storage.private import close_to_others, private_folder, private_umask

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes mean nothing on Windows")


@pytest.fixture(autouse=True)
def _no_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_files_and_the_folders_made_for_them_are_private_unless_asked_for_by_name(tmp_path):
    write_text(tmp_path / "a/b/table.json", "x")
    assert [mode(tmp_path / name) for name in ("a", "a/b", "a/b/table.json")] == [0o700, 0o700, 0o600]
    write_bytes(tmp_path / "c/picture.png", b"x", private=False)
    assert [mode(tmp_path / name) for name in ("c", "c/picture.png")] == [0o777, 0o666]


def test_a_file_that_was_open_is_closed_when_it_is_written_again(tmp_path):
    (tmp_path / "table.json").write_text("old")
    assert mode(tmp_path / "table.json") == 0o666
    write_text(tmp_path / "table.json", "new")
    assert mode(tmp_path / "table.json") == 0o600


def test_a_folder_is_private_with_all_that_is_in_it(tmp_path):
    with atomic_folder(tmp_path / "model") as made:
        (made / "parts").mkdir()
        (made / "parts/weights").write_text("x")
    assert [mode(tmp_path / name) for name in ("model", "model/parts", "model/parts/weights")] == [0o700, 0o700, 0o600]
    with atomic_folder(tmp_path / "export", private=False) as made:
        (made / "card.md").write_text("x")
    assert [mode(tmp_path / name) for name in ("export", "export/card.md")] == [0o777, 0o666]
    with temporary_folder(tmp_path / "x") as made:
        assert mode(made) == 0o700


def test_what_a_ledger_and_a_consent_hold_is_private(tmp_path):
    ledger = Ledger(tmp_path / "ledger")
    ledger.log.append("decision", creator="ada")
    ledger.tombstones.put(Tombstone(creator="Ada", slug="ada", withdrawn_on=date(2026, 1, 1)))
    form = new_form(tmp_path / "photos", "Ada", date(2026, 1, 1))
    for path in (tmp_path / "ledger", *(tmp_path / "ledger").rglob("*"), form.parent, form):
        assert not mode(path) & 0o077, path


def test_a_log_that_was_open_is_closed_by_the_next_row(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.log.append("decision", creator="ada")
    ledger.log.path.chmod(0o644)
    ledger.log.append("decision", creator="ada")
    assert mode(ledger.log.path) == 0o600


def test_a_folder_that_was_there_keeps_the_mode_that_somebody_chose(tmp_path):
    (tmp_path / "team").mkdir(mode=0o750)
    private_folder(tmp_path / "team/data")
    assert [mode(tmp_path / name) for name in ("team", "team/data")] == [0o750, 0o700]


def test_links_and_what_is_not_there_are_left_alone(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    assert not close_to_others(tmp_path / "link") and mode(tmp_path / "file") == 0o666
    assert not close_to_others(tmp_path / "nowhere")
    assert close_to_others(tmp_path / "file") and mode(tmp_path / "file") == 0o600
    assert not close_to_others(tmp_path / "file")


def test_other_libraries_write_privately_during_a_run_and_as_before_after_it(tmp_path):
    with private_umask():
        (tmp_path / "theirs").mkdir()
        (tmp_path / "theirs/file").write_text("x")
    (tmp_path / "after").write_text("x")
    assert [mode(tmp_path / name) for name in ("theirs", "theirs/file", "after")] == [0o700, 0o600, 0o666]
