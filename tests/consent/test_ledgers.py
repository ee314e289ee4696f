"""Several ledgers know of a look: the model's project's, the working folder's, the user's own."""

from __future__ import annotations

from datetime import date

import pytest

from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.ledger import FOLDER, Ledger
from influencer_style.consent.ledgers import Ledgers
from influencer_style.consent.places import ledgers_of
from influencer_style.consent.tombstones import Tombstone
from tests.audit_rows import rows_of

LEARNT = {"subject": "Ada", "scope": ["transfer"], "expires": "never", "granted_on": "2025-01-01"}
STONE = Tombstone(creator="Ada", slug="ada", withdrawn_on=date(2026, 1, 1), photos=("a" * 16,))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project; the working folder lies outside of it."""
    folder = tmp_path / "project"
    (folder / "data/06_models/look_transfer").mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[tool.kedro]\n")
    (folder / "data/00_consent").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(FOLDER)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return folder


def rows(ledger):
    return [(row["stage"], row["decision"]) for row in rows_of(ledger.log.path)] if ledger.log.path.exists() else []


def test_the_ledger_of_the_project_that_a_model_lies_in_is_asked_and_hears_of_it(project, tmp_path):
    own, users = Ledger(project / "data/00_consent"), Ledger(tmp_path / "home/influencer_style/ledger")
    (tmp_path / "link").symlink_to(project / "data/06_models")
    for model in (project / "data/06_models/look_transfer", tmp_path / "link/look_transfer"):
        ledgers = ledgers_of(model)
        assert [ledger.folder for ledger in ledgers.near] == [own.folder, users.folder] and ledgers.user is None
        assert ledgers.decide("stylize", "ada", LEARNT, "transfer").allowed
    own.tombstones.put(STONE)
    decision = ledgers.decide("stylize", "ada", LEARNT, "transfer")
    assert not decision.allowed and "Ada withdrew on 2026-01-01" in decision.reason
    assert rows(own) == rows(users) == [("stylize", "allowed")] * 2 + [("stylize", "refused")]


def test_in_the_project_itself_the_users_ledger_is_only_read(project, tmp_path, monkeypatch):
    monkeypatch.chdir(project)
    ledgers = ledgers_of(project / "data/06_models/look_transfer")
    assert ledgers.near == (ledgers.here,) and ledgers.here.folder == project / "data/00_consent"
    ledgers.user.tombstones.put(STONE)
    assert not ledgers.decide("stylize", "ada", LEARNT, "transfer", photos=("a" * 16,)).allowed
    assert ledgers.decide("stylize", "ada", LEARNT, "transfer", photos=("b" * 16,)).allowed, "another Ada"
    assert rows(ledgers.user) == [] and len(rows(ledgers.here)) == 2


def test_the_variable_names_the_only_ledger(project, tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path / "named"))
    ledgers = ledgers_of(project / "data/06_models/look_transfer")
    assert ledgers.near == (ledgers.here,) and ledgers.user is None and ledgers.here.folder == tmp_path / "named"


def test_a_project_that_may_only_be_read_is_asked_all_the_same(project, monkeypatch):
    own = Ledger(project / "data/00_consent")
    own.tombstones.put(STONE)
    monkeypatch.setattr("os.access", lambda path, mode: path != own.folder)
    ledgers = ledgers_of(project / "data/06_models/look_transfer")
    assert not ledgers.decide("stylize", "ada", LEARNT, "transfer").allowed
    assert rows(own) == [] and rows(ledgers.here) == [("stylize", "refused")]


def test_without_a_record_here_there_is_no_decision(project, tmp_path):
    (tmp_path / "home").write_text("no folder")
    ledgers = ledgers_of(project / "data/06_models/look_transfer")
    with pytest.raises(AuditError, match="nothing is decided without a record"):
        ledgers.decide("stylize", "ada", LEARNT, "transfer")


def test_a_folder_or_subject_of_another_name_is_known_as_theirs(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.tombstones.put(STONE.model_copy(update={"subject": "Ada Example"}))
    for creator, subject in (("ada", ""), ("\u0430da", ""), ("holiday", "ADA EXAMPLE"), ("holiday", "\u0410da")):
        assert ledger.withdrawn(creator, LEARNT | {"subject": subject}) is not None, (creator, subject)
        assert ledger.withdrawn(creator, LEARNT | {"subject": subject, "granted_on": "2026-01-02"}) is None
    assert ledger.withdrawn("holiday", LEARNT | {"subject": "Bela"}) is None


def test_what_was_written_is_a_row_for_each_creator(tmp_path):
    ledgers = Ledgers(Ledger(tmp_path / "here"), (Ledger(tmp_path / "missing"),))
    ledgers.note_written("stylize", {"ada", "bela"}, tmp_path / "out", tmp_path / "out/index.parquet")
    noted = [(row["event"], row["creator"], row["place"]) for row in rows_of(ledgers.here.log.path)]
    assert noted == [("written", name, str(tmp_path / "out")) for name in ("ada", "bela")]
    assert not (tmp_path / "missing").exists()
