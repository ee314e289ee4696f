"""The ONNX example stands alone, and refuses a consent that does not hold, and a look that it knows was withdrawn."""

from __future__ import annotations

import runpy
from datetime import date, timedelta
from pathlib import Path

import pytest

from influencer_style.consent.ledger import FOLDER, Ledger
from influencer_style.consent.tombstones import Tombstone

ROOT = Path(__file__).parents[2]
STONE = Tombstone(creator="Warm", slug="warm", withdrawn_on=date(2026, 5, 1))


@pytest.fixture
def example(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.chdir(tmp_path)
    return runpy.run_path(str(ROOT / "docs/onnx_example.py"))


TODAY = date.today()
EXPORTED = {"subject": "Warm Example", "scope": ["transfer"], "granted_on": "2025-01-01", "expires": "never"}


@pytest.mark.parametrize("place", ["named", "home/influencer_style/ledger", "project/data/00_consent"])
@pytest.mark.parametrize("stone", [STONE, Tombstone(creator="W", slug="w", subject="Warm Example", withdrawn_on=TODAY)])
def test_the_onnx_example_refuses_a_look_that_was_withdrawn(example, tmp_path, monkeypatch, place, stone):
    look, app = {"name": "warm", "creator": "Warm", "consent": EXPORTED}, tmp_path / "project/app"
    monkeypatch.setenv(FOLDER, str(tmp_path / "named"))
    example["refuse_unconsented"](look, app)
    Ledger(tmp_path / place).tombstones.put(stone)
    with pytest.raises(SystemExit, match=f"look warm: {stone.creator} withdrew on"):
        example["refuse_unconsented"](look, app)
    example["refuse_unconsented"](
        look | {"name": "cold", "creator": "Cold", "consent": EXPORTED | {"subject": "C"}}, app
    )
    granted = EXPORTED | {"granted_on": (TODAY - timedelta(days=1)).isoformat()}
    if stone is STONE:
        example["refuse_unconsented"](look | {"consent": granted}, app)  # a new consent, of after the withdrawal
    next((tmp_path / place / "withdrawn").iterdir()).write_text("{")
    with pytest.raises(SystemExit, match="so nobody can say who has withdrawn"):
        example["refuse_unconsented"](look, app)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"expires": "2026-01-01"}, "expired on 2026-01-01"),
        ({"expires": ""}, "an unknown day"),
        ({"scope": ["train"]}, "does not cover transfer"),
        ({"granted_on": "2099-01-01"}, "begins on 2099-01-01"),
    ],
)
def test_the_onnx_example_refuses_a_consent_that_does_not_hold(example, tmp_path, changed, words):
    with pytest.raises(SystemExit, match=words):
        example["refuse_unconsented"]({"name": "warm", "consent": EXPORTED | changed}, tmp_path)
