"""What ends while pictures are made, or after: batches, verify, trace, the page of a withdrawal."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from made_up_synthesis import CONSENT, made_up_models
from PIL import Image
from skimage.data import astronaut

from influencer_style import Stylist
from influencer_style.batches.batch import Batch
from influencer_style.batches.comparison import compare
from influencer_style.batches.gathering import gather
from influencer_style.batches.generated_batch import GeneratedBatch
from influencer_style.commands.main import main
from influencer_style.consent import clock
from influencer_style.consent.ledger import FOLDER, Ledger
from influencer_style.consent.places import ledgers_of
from influencer_style.consent.tombstones import Tombstone
from influencer_style.pipelines.withdrawal.elsewhere import carrying, written_elsewhere
from influencer_style.stylist import export
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.export import export_onnx
from influencer_style.stylist.generation import Generation
from influencer_style.stylist.portraits import Portraits
from influencer_style.stylist.restyling import Restyling
from influencer_style.tracking.registry import lineage

PHOTO = np.ascontiguousarray(astronaut()[::4, ::4])
STONE = Tombstone(creator="Warm", slug="warm", withdrawn_on=date(2026, 5, 1))


@pytest.fixture(scope="module")
def models():
    """A synthesis and a transfer model; both may be used for all that is done here."""
    return made_up_models()


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(FOLDER, str(tmp_path / "ledger"))
    return Ledger(tmp_path / "ledger")


@pytest.fixture
def photos(tmp_path):
    """Three photos in a folder."""
    (tmp_path / "photos").mkdir()
    for number in range(3):
        Image.fromarray(np.roll(PHOTO, number, 0)).save(tmp_path / f"photos/{number}.png")
    return gather([tmp_path / "photos"])


def tomorrow(ledger, monkeypatch):
    """The consent has expired over night."""
    monkeypatch.setattr(clock, "today", lambda: date(2099, 1, 2))


def tombstone(ledger, monkeypatch):
    ledger.tombstones.put(STONE)


@pytest.mark.parametrize("end", [tomorrow, tombstone])
def test_a_batch_ends_where_the_consent_does_and_keeps_what_was_made(
    models, ledger, photos, tmp_path, monkeypatch, end
):
    stylist = Stylist(with_expiry(models[1], "2099-01-01"))
    batch = Batch(stylist, Restyling(look="warm"), tmp_path / "out")
    with pytest.raises(StylistError, match=r"warm.*; what was made before stays, and no further photo is restyled"):
        batch.run(photos, lambda outcome: end(ledger, monkeypatch))
    assert [path.name for path in (tmp_path / "out").glob("*.png")] == ["0-warm.png"]
    assert [(row.picture, row.status) for row in batch.index.rows()] == [("0-warm.png", "written")]


@pytest.mark.parametrize("end", [tomorrow, tombstone])
@pytest.mark.parametrize("way", ["direct", "composed"])
def test_portraits_end_where_the_consent_does(models, ledger, tmp_path, monkeypatch, end, way):
    synthesis, transfer = (with_expiry(model, "2099-01-01") for model in models)
    request = Portraits(look="warm", count=3, seed=7, way=way, size=64)
    generation = Generation(request, (synthesis, "s", ""), (transfer, "t", ""))
    batch = GeneratedBatch(generation, tmp_path / "out")
    with pytest.raises(StylistError, match="the consent for look 'warm'"):
        batch.run(lambda picture: end(ledger, monkeypatch))
    assert len(list((tmp_path / "out").glob("*.png"))) == len(batch.index.rows()) == 1


def with_expiry(model, expires):
    looks = model.looks
    own = [replace(looks[name], consent=CONSENT | {"expires": expires}) for name in looks.names]
    return replace(model, looks=type(looks)(looks.reference, own, looks.encoder_sha256, looks.groups))


def test_the_ledger_knows_every_folder_sheet_and_export(models, ledger, photos, tmp_path, monkeypatch):
    synthesis, transfer = models
    stylist = Stylist(transfer)
    Batch(stylist, Restyling(look={"warm": 1, "cold": 1}), tmp_path / "mixed").run(photos[:1])
    Batch(stylist, Restyling(look="cold"), tmp_path / "cold").run(photos[:1])
    request = Portraits(look="warm", count=2, seed=7, way="direct", size=64)
    portraits = GeneratedBatch(Generation(request, (synthesis, "s", "")), tmp_path / "faces")
    portraits.run()
    portraits.write_sheet()
    transfer.save(saved := made(tmp_path / "model"))
    command = ["compare", str(photos[0].path), "--model", str(saved), "--strengths", "1", "--looks", "warm"]
    assert main([*command, "--out", str(tmp_path / "sheet.png")]) == 0
    monkeypatch.setattr(export, "write_graph", lambda _, path, __: path.write_bytes(b"graph"))
    monkeypatch.setattr(export, "_differences", lambda *_: {})
    export_onnx(transfer, tmp_path / "app", ledgers_of())
    assert written_elsewhere("warm", ledger) == [
        "app (export)",
        "faces/warm-direct-7-0000.png",
        "faces/warm-direct-7-0001.png",
        "faces/warm-direct-7-sheet.png (generate)",
        "mixed/0-cold50-warm50.png",
        "sheet.png (compare)",
    ]
    (tmp_path / "mixed/index.parquet").unlink()
    (tmp_path / "sheet.png").unlink()
    listed = written_elsewhere("warm", ledger)
    assert "mixed (stylize): its index is no longer there; look at every picture in it" in listed
    assert "sheet.png (compare), which is no longer there: it was moved or removed" in listed
    assert written_elsewhere("nobody", ledger) == [] and carrying("warm", None, tmp_path) == []


def test_pictures_in_the_look_of_a_withdrawn_reference_are_listed(models, ledger, photos, tmp_path):
    folder = made(tmp_path / "Warm")
    from tests.made_up_photos import CONSENT as WRITTEN

    (folder / "consent.yml").write_text(WRITTEN)
    Image.fromarray(PHOTO).save(folder / "a.png")
    Batch(Stylist(models[1]), Restyling(reference=folder / "a.png"), tmp_path / "out").run(photos[:1])
    assert written_elsewhere("warm", ledger) == ["out (stylize): the pictures in the look of a reference photo, like-*"]


def made(folder):
    folder.mkdir()
    return folder


@pytest.fixture
def picture(models, ledger, tmp_path):
    """A signed picture in the look, by version 3 of a registered model."""
    Stylist(models[1], "look-transfer", "look-transfer version 3").apply(PHOTO, "warm").save(tmp_path / "me.png")
    return tmp_path / "me.png"


def revoked(ledger, monkeypatch):
    ledger.log.append("withdrawal", creator="noir", decision="done", versions=["look-transfer 3"])


SINCE = {
    "withdrawn": (tombstone, "warm: Warm withdrew on 2026-05-01"),
    "revoked": (revoked, "look-transfer version 3 was revoked since: noir withdrew"),
}


@pytest.mark.parametrize("what", SINCE)
def test_verify_and_trace_say_what_has_happened_since(picture, ledger, monkeypatch, capsys, what):
    def said(*command):
        status = main([*command, str(picture)])
        return status, " ".join(capsys.readouterr().out.split())

    monkeypatch.setattr(lineage, "versions_of", lambda fingerprint: [])  # no registry knows the model
    assert "meanwhile" not in said("verify")[1]
    SINCE[what][0](ledger, monkeypatch)
    status, text = said("verify")
    assert status == 0, "the proof is the same"
    assert f"meanwhile {SINCE[what][1]}" in text
    status, text = said("verify", "--json")
    (entry,) = json.loads(text)
    assert status == 0 and entry["state"] == "proven" and entry["meanwhile"][0].startswith(SINCE[what][1])
    assert SINCE[what][1] in said("trace")[1]


def test_verify_says_that_a_consent_has_ended_or_was_narrowed_in_the_folder(picture, ledger, tmp_path, capsys):
    from influencer_style.consent.known_creators import KnownCreator
    from tests.made_up_photos import CONSENT as WRITTEN

    folder = made(tmp_path / "Warm")
    ledger.creators.put(KnownCreator(creator="Warm", slug="warm", folder=str(folder)))
    for text, words in (
        (WRITTEN.replace("never", "2026-01-01"), "Warm/consent.yml: expires: expired on 2026-01-01"),
        (WRITTEN.replace("transfer]", "generate]"), "Warm/consent.yml: scope: does not cover transfer"),
    ):
        (folder / "consent.yml").write_text(text)
        assert main(["verify", str(picture)]) == 0
        assert f"the consent for warm does not hold: {words}" in " ".join(capsys.readouterr().out.split())


def test_a_strangers_look_of_the_same_name_is_no_news(picture, ledger, monkeypatch, capsys):
    """Their record names another subject than the creator who withdrew here."""
    from influencer_style.stylist.meanwhile import Meanwhile

    ledger.tombstones.put(STONE.model_copy(update={"subject": "Warm Example"}))
    about = {"scope": ["transfer"], "expires": "never", "granted_on": "2025-01-01"}
    for subject, news in (("Warm Example", 1), ("Warm Stranger", 0), ("", 1)):
        record = {"consents": {"warm": about | {"subject": subject}}}
        assert len(Meanwhile(ledgers_of()).sentences(record)) == news
    hostile = {"consents": {"../" * 9: {}, "warm": 7}, "reference": {"consent": []}, "transfer_model": 3}
    assert len(Meanwhile(ledgers_of()).sentences(hostile)) == 1, "a consent that tells nothing does not hold"


def test_a_comparison_asks_with_every_picture(models, ledger, photos, monkeypatch):
    days = []

    def today():
        days.append(1)
        return date(2026, 1, 1) if len(days) < 8 else date(2099, 1, 2)

    monkeypatch.setattr(clock, "today", today)
    with pytest.raises(StylistError, match="expired on 2099-01-01"):
        compare(
            Stylist(with_expiry(models[1], "2099-01-01")), photos[0].path, ["warm"], [k / 20 for k in range(20)], 32
        )
    assert len(days) < 20
