"""The ledger decides, and what it decides is on the disk before anybody hears of it."""

from datetime import date

import pytest

from influencer_style.photos import clock
from influencer_style.photos.audit_check import rows_of, verify
from influencer_style.photos.audit_log import AuditError
from influencer_style.photos.ledger import FOLDER, Ledger
from tests.photos.conftest import CONSENT

GRANTED = {"scope": ["transfer"], "expires": "2026-06-01"}


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 1))
    return Ledger(tmp_path / "ledger")


def test_it_lies_in_the_project_or_with_the_user_and_the_variable_goes_before_both(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path / "named"))
    assert Ledger.of(tmp_path).folder == Ledger.of(None).folder == tmp_path / "named"
    monkeypatch.delenv(FOLDER)
    assert Ledger.of(tmp_path).folder == tmp_path / "data/00_consent"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    assert Ledger.of(None).folder == tmp_path / "home/influencer_style/ledger"


def test_each_decision_is_a_row(ledger, monkeypatch):
    assert ledger.decide("stylize", "ada", GRANTED, "transfer", model="f" * 16).allowed
    assert not ledger.decide("generate", "ada", GRANTED, "generate").allowed
    monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 2))
    assert not ledger.decide("stylize", "ada", GRANTED, "transfer").allowed
    first, second, third = rows_of(ledger.log.path)
    told = {"event": "decision", "stage": "stylize", "creator": "ada", "scope": "transfer", "decision": "allowed"}
    assert first.items() >= (told | {"reason": "", "model": "f" * 16}).items()
    assert len(first["consent"]) == 16 and first["consent"] == third["consent"]
    assert (second["decision"], third["decision"]) == ("refused", "refused")
    assert "does not cover generate" in second["reason"] and "expired on 2026-06-01" in third["reason"]
    assert verify(ledger.log.path).problems == []


def test_a_check_leaves_a_row_only_where_it_refuses(ledger):
    ledger.decide("stylize", "ada", GRANTED, "transfer", refusals_only=True)
    ledger.decide("stylize", "ada", GRANTED, "generate", refusals_only=True)
    assert [row["decision"] for row in rows_of(ledger.log.path)] == ["refused"]


def test_the_consent_in_a_folder_decides_and_the_looks_own_as_well(ledger, tmp_path):
    anna = tmp_path / "Anna"
    anna.mkdir()
    decision, consent = ledger.decide_folder("features", "anna", anna, "transfer")
    assert not decision.allowed and consent is None and "Anna/consent.yml: is missing" in decision.reason
    (anna / "consent.yml").write_text(CONSENT)
    decision, consent = ledger.decide_folder("features", "anna", anna, "transfer")
    assert decision.allowed and consent.subject == "Anna"
    ended = GRANTED | {"expires": "2026-05-31"}
    decision, _ = ledger.decide_folder("training", "anna", anna, "transfer", learnt=ended)
    assert not decision.allowed and "newer than the look" in decision.reason
    assert [row["decision"] for row in rows_of(ledger.log.path)] == ["refused", "allowed", "refused"]


def test_without_a_record_there_is_no_decision(ledger):
    ledger.folder.write_text("no folder")
    with pytest.raises(AuditError, match="nothing is decided without a record"):
        ledger.decide("stylize", "ada", GRANTED, "transfer")
