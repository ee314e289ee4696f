"""The ledger decides, and what it decides is on the disk before anybody hears of it."""

from datetime import date

import pytest

from influencer_style.consent import clock
from influencer_style.consent.audit_check import verify
from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.ledger import FOLDER, Ledger
from influencer_style.consent.ledgers import Ledgers
from influencer_style.consent.tombstones import Tombstone
from tests.audit_rows import rows_of
from tests.made_up_photos import CONSENT

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
    assert Ledgers(ledger).decide("stylize", "ada", GRANTED, "transfer", model="f" * 16).allowed
    assert not Ledgers(ledger).decide("generate", "ada", GRANTED, "generate").allowed
    monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 2))
    assert not Ledgers(ledger).decide("stylize", "ada", GRANTED, "transfer").allowed
    first, second, third = rows_of(ledger.log.path)
    told = {"event": "decision", "stage": "stylize", "creator": "ada", "scope": "transfer", "decision": "allowed"}
    assert first.items() >= (told | {"reason": "", "model": "f" * 16}).items()
    assert len(first["consent"]) == 16 and first["consent"] == third["consent"]
    assert (second["decision"], third["decision"]) == ("refused", "refused")
    assert "does not cover generate" in second["reason"] and "expired on 2026-06-01" in third["reason"]
    assert verify(ledger.log.path).problems == []


def test_a_check_leaves_a_row_only_where_it_refuses(ledger):
    Ledgers(ledger).decide("stylize", "ada", GRANTED, "transfer", refusals_only=True)
    Ledgers(ledger).decide("stylize", "ada", GRANTED, "generate", refusals_only=True)
    assert [row["decision"] for row in rows_of(ledger.log.path)] == ["refused"]


def test_the_consent_in_a_folder_decides_and_the_looks_own_as_well(ledger, tmp_path):
    anna = tmp_path / "Anna"
    anna.mkdir()
    decision = ledger.decide_folder("features", "anna", anna, "transfer")
    assert not decision.allowed and decision.consent is None and "Anna/consent.yml: is missing" in decision.reason
    (anna / "consent.yml").write_text(CONSENT)
    decision = ledger.decide_folder("features", "anna", anna, "transfer")
    assert decision.allowed and decision.consent.subject == "Anna"
    ended = GRANTED | {"expires": "2026-05-31"}
    decision = ledger.decide_folder("training", "anna", anna, "transfer", learnt=ended)
    assert not decision.allowed and "newer than the look" in decision.reason
    assert [row["decision"] for row in rows_of(ledger.log.path)] == ["refused", "allowed", "refused"]


def test_a_stage_refuses_a_look_that_was_learnt_under_a_wider_consent(ledger, tmp_path):
    anna, learnt = tmp_path / "Anna", GRANTED | {"scope": ["train", "transfer"]}
    anna.mkdir()
    (anna / "consent.yml").write_text(CONSENT.replace("[train, transfer]", "[transfer, generate]"))
    decision = ledger.decide_folder("evaluation", "anna", anna, "transfer", learnt=learnt)
    assert not decision.allowed and decision.field == "scope"
    assert "Anna/consent.yml: scope: covered train when the look was learnt" in decision.reason
    assert ledger.decide_folder("evaluation", "anna", anna, "transfer", learnt=GRANTED).allowed


def test_a_look_of_before_a_withdrawal_is_to_be_learnt_again_under_the_new_consent(ledger, tmp_path):
    anna = tmp_path / "Anna"
    anna.mkdir()
    (anna / "consent.yml").write_text(CONSENT.replace("2025-01-01", "2026-02-01"))
    ledger.tombstones.put(Tombstone(creator="Anna", slug="anna", withdrawn_on=date(2026, 1, 1)))
    decision = ledger.decide_folder("evaluation", "anna", anna, "transfer", learnt=GRANTED)
    assert not decision.allowed and "newer than the look; learn the look again" in decision.reason
    assert ledger.decide_folder("features", "anna", anna, "transfer").allowed


def test_without_a_record_there_is_no_decision(ledger):
    ledger.folder.write_text("no folder")
    with pytest.raises(AuditError, match="nothing is decided without a record"):
        Ledgers(ledger).decide("stylize", "ada", GRANTED, "transfer")
