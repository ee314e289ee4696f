"""Every request asks the ledger, once a look, at its own time; without a record nothing is restyled."""

from datetime import date

import numpy as np
import pytest
from mlflow.exceptions import MlflowException
from over_http import GOOD
from PIL import Image
from skimage.data import astronaut

from influencer_style import Stylist
from influencer_style.batches.batch import Batch
from influencer_style.batches.comparison import compare
from influencer_style.batches.gathering import gather
from influencer_style.consent import clock
from influencer_style.consent.ledger import FOLDER, Ledger
from influencer_style.stylist.errors import StylistError, UnrecordedError
from influencer_style.stylist.permission import Permission
from influencer_style.stylist.restyling import Restyling
from tests.audit_rows import rows_of

PHOTO = astronaut()[::4, ::4]


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """Where decisions go, on a day when both looks may be used."""
    monkeypatch.setenv(FOLDER, str(tmp_path / "ledger"))
    monkeypatch.setattr(clock, "today", lambda: date(2020, 1, 1))
    return Ledger(tmp_path / "ledger")


@pytest.fixture
def stylist(bundle):
    return Stylist(bundle)


def decided(ledger):
    return [(row["stage"], row["creator"], row["decision"]) for row in rows_of(ledger.log.path) if "decision" in row]


def test_a_request_is_a_row_for_each_look(stylist, ledger):
    stylist.apply(PHOTO, "warm")
    stylist.apply(PHOTO, {"warm": 1, "cold": 1})
    warm, cold = (("stylize", look, "allowed") for look in ("warm", "cold"))
    assert decided(ledger) == [warm, cold, warm]
    assert {row["model"] for row in rows_of(ledger.log.path)} == {"f" * 16}


def test_a_consent_that_ends_while_the_model_is_loaded_ends_its_look(stylist, ledger, monkeypatch):
    stylist.apply(PHOTO, "cold")
    monkeypatch.setattr(clock, "today", lambda: date(2020, 1, 2))
    with pytest.raises(StylistError, match="the consent for look 'cold' expired on 2020-01-01"):
        stylist.apply(PHOTO, "cold")
    with pytest.raises(StylistError, match="expired"):
        stylist.apply(PHOTO, {"warm": 1, "cold": 1})
    assert [row[2] for row in decided(ledger)] == ["allowed", "refused", "refused"]  # of the mix, nothing was made


def test_a_batch_is_one_request(stylist, ledger, tmp_path):
    (tmp_path / "photos").mkdir()
    for number in range(2):
        Image.fromarray(np.roll(PHOTO, number, 0)).save(tmp_path / f"photos/{number}.png")
    counts = Batch(stylist, Restyling(look="warm"), tmp_path / "out").run(gather([tmp_path / "photos"]))
    assert counts["written"] == 2 and decided(ledger) == [("stylize", "warm", "allowed")]


def test_a_comparison_is_one_request_and_says_what_it_is(stylist, ledger, tmp_path):
    Image.fromarray(PHOTO).save(tmp_path / "me.png")
    compare(stylist, tmp_path / "me.png", ["warm"], [0.5, 1.0], tile=64)
    assert decided(ledger) == [("compare", "warm", "allowed")]
    assert stylist.permission == Permission()  # what is asked of it later is recorded again


def test_a_served_request_is_one_request(served, ledger):
    served.predict([GOOD, GOOD])
    assert decided(ledger) == [("serving", "warm", "allowed")]


def test_a_reference_photo_is_decided_about_too(stylist, ledger):
    stylist.apply(PHOTO, reference=PHOTO)
    (row,) = rows_of(ledger.log.path)
    assert row["decision"] == "allowed" and "without recorded consent" in row["reason"] and len(row["reference"]) == 16


def test_where_nothing_can_be_recorded_nothing_is_restyled(stylist, served, ledger):
    ledger.folder.write_text("no folder")
    with pytest.raises(UnrecordedError, match="nothing is decided without a record"):
        stylist.apply(PHOTO, "warm")
    with pytest.raises(UnrecordedError):
        stylist.apply(PHOTO, reference=PHOTO)
    with pytest.raises(MlflowException, match="cannot be recorded here") as refused:
        served.predict([GOOD])
    assert refused.value.error_code == "INTERNAL_ERROR" and str(ledger.folder) not in refused.value.message
