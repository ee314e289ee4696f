"""A withdrawal also reaches the user's own ledger, and remembers what only the ledger knew of the creator."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from influencer_style.consent.audit_check import verify
from influencer_style.consent.known_creators import KnownCreator
from influencer_style.consent.ledger import FOLDER, Ledger
from influencer_style.consent.tombstones import Tombstone
from influencer_style.pipelines.withdrawal.elsewhere import withdraw_for_user
from influencer_style.pipelines.withdrawal.nodes import set_tombstone

PHOTOS = ("a" * 16, "b" * 16)


@pytest.fixture
def ledgers(tmp_path, monkeypatch):
    """The project's ledger and the user's; both know Ada's folder."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text("[tool.kedro]\n")
    monkeypatch.chdir(project)
    monkeypatch.delenv(FOLDER)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    own, user = Ledger(project / "data/00_consent"), Ledger(tmp_path / "home/influencer_style/ledger")
    about = {"creator": "Ada", "slug": "ada", "consent": {"subject": "Ada Example"}, "photos": PHOTOS}
    own.creators.put(KnownCreator(folder="../photos/Ada", **about))
    user.creators.put(KnownCreator(folder="/photos/Ada", project=str(project), **about))
    user.creators.put(KnownCreator(folder="/photos/Ada", project="/another", **about))
    return own, user


def withdraw():
    columns = {"role": "creator", "slug": "ada", "creator": "Ada", "photo_id": PHOTOS[0]}
    return set_tombstone("Ada", pd.DataFrame([columns]), None, None, None, None)


def test_the_tombstone_stands_in_both_and_knows_subject_and_all_photos(ledgers):
    own, user = ledgers
    stone = withdraw()
    assert (stone.subject, stone.photos) == ("Ada Example", PHOTOS)
    assert own.tombstones.of("ada") == user.tombstones.of("ada") == stone
    assert list(own.creators) == [] and [one.project for one in user.creators] == ["/another"]
    assert withdraw() == stone, "twice is as good as once"
    rows = verify(user.log.path)
    assert rows.rows == 1 and not rows.problems
    next(user.tombstones.folder.iterdir()).unlink()
    assert "tombstone is gone" in str(*verify(user.log.path).problems)


def test_a_ledger_of_the_users_that_cannot_be_written_is_named_as_not_reached(ledgers, caplog):
    _, user = ledgers
    (user.folder / "withdrawn").write_text("a file where the folder should be")
    stone = Tombstone(creator="Ada", slug="ada", withdrawn_on=date(2026, 1, 1))
    assert "copies of models outside of this project" in withdraw_for_user(stone) and "are not refused" in caplog.text


def test_where_the_projects_ledger_is_the_users_own_there_is_nothing_to_tell(ledgers, tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path / "named"))
    assert withdraw_for_user(Tombstone(creator="Ada", slug="ada", withdrawn_on=date(2026, 1, 1))) == ""
    assert not (tmp_path / "named").exists()
