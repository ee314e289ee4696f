"""A clock that was set back, an impossible time zone, tombstones that are gone: nothing is decided, or it is said."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from influencer_style.commands.main import main
from influencer_style.consent import clock
from influencer_style.consent.audit_check import verify
from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.ledgers import Ledgers
from influencer_style.consent.tombstones import Tombstone

GRANTED = {"scope": ["transfer"], "expires": "2026-06-01"}
NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """One whose last decision was made on 3 June, by a clock in UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    made = Ledger(tmp_path / "ledger")
    set_to(monkeypatch, NOON)
    assert not Ledgers(made).decide("stylize", "ada", GRANTED, "transfer").allowed
    yield made
    monkeypatch.undo()
    time.tzset()


def set_to(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.parametrize("back", [timedelta(days=3), timedelta(hours=13), timedelta(days=400)])
def test_a_clock_that_was_set_back_revives_no_consent(ledger, monkeypatch, back):
    set_to(monkeypatch, NOON - back)
    for refusals_only in (True, False):
        with pytest.raises(AuditError, match=r"2026-06-03 12:00 UTC.*it was set back, and nothing is decided"):
            Ledgers(ledger).decide("stylize", "ada", GRANTED, "transfer", refusals_only=refusals_only)
    with pytest.raises(AuditError, match="set back"):
        ledger.decide_folder("features", "ada", ledger.folder, "transfer")


def test_a_clock_that_is_corrected_on_the_same_day_or_goes_on_decides(ledger, monkeypatch):
    for moment in (NOON - timedelta(hours=2), NOON + timedelta(days=30)):
        set_to(monkeypatch, moment)
        assert Ledgers(ledger).decide("stylize", "ada", GRANTED | {"expires": "never"}, "transfer").allowed


@pytest.mark.parametrize(
    ("back", "flagged"), [(timedelta(minutes=5), False), (timedelta(minutes=11), True), (timedelta(days=3), True)]
)
def test_rows_that_run_back_in_time_are_flagged(ledger, monkeypatch, back, flagged):
    set_to(monkeypatch, NOON - back)
    ledger.log.append("decision", stage="stylize", creator="ada", decision="allowed")
    set_to(monkeypatch, NOON + timedelta(hours=1))
    ledger.log.append("decision", stage="stylize", creator="ada", decision="allowed")
    problems = list(map(str, verify(ledger.log.path).problems))
    assert len(problems) == flagged and all("line 2: row 2 is of 2026-0" in problem for problem in problems)


@pytest.mark.parametrize("zone", ["UTC-24", "UTC+24"])
def test_an_impossible_time_zone_is_a_message_and_nothing_is_decided(ledger, monkeypatch, tmp_path, capsys, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    with pytest.raises(AuditError, match=r"the time zone TZ=.* nothing is decided; set the environment variable TZ"):
        Ledgers(ledger).decide("stylize", "ada", GRANTED, "transfer")
    assert main(["consent", "check", str(tmp_path)]) == 2 and f"TZ={zone}" in capsys.readouterr().err
    assert main(["consent", "new", "Ada", "--folder", str(tmp_path)]) == 2 and f"TZ={zone}" in capsys.readouterr().err


def test_a_withdrawal_whose_tombstone_is_gone_or_damaged_is_flagged(ledger, capsys):
    stone = Tombstone(creator="Ada", slug="ada", withdrawn_on=date(2026, 6, 3))
    ledger.log.append("withdrawal", creator="ada", decision="begun")
    assert not verify(ledger.log.path).problems, "it may have been stopped before the tombstone was set"
    ledger.tombstones.put(stone)
    ledger.log.append("withdrawal", creator="ada", decision="done in part")
    assert not verify(ledger.log.path).problems
    (file,) = ledger.tombstones.folder.iterdir()
    file.write_text("{")
    assert "cannot be read as a tombstone" in str(*verify(ledger.log.path).problems)
    file.unlink()
    (problem,) = verify(ledger.log.path).problems
    assert "ada has withdrawn (row 3), but the tombstone is gone" in str(problem)
    assert main(["audit", "--ledger", str(ledger.folder)]) == 1
    assert ": broken" in (said := capsys.readouterr().out) and "tombstone is gone" in said
    ledger.tombstones.put(stone)
    assert main(["audit", "--ledger", str(ledger.folder)]) == 0
