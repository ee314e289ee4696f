"""An empty form is no consent until it is filled in, and a check says of each creator what holds."""

from datetime import date

import pytest

from influencer_style.commands.main import main
from influencer_style.consent.consent_file import load_consent
from influencer_style.consent.forms import check_consents, new_form
from influencer_style.consent.grant import ConsentError
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.tombstones import Tombstone
from tests.made_up_photos import CONSENT

TODAY = date(2026, 6, 1)
FILLED = {"granted_by:": "granted_by: Ada", "expires:": "expires: never", "territory:": "territory: worldwide"}
FILLED |= {"evidence:": "evidence: a letter", "contact:": "contact: ada@example.org"}


def filled(text):
    return "\n".join(FILLED.get(line, line) for line in text.splitlines())


@pytest.mark.parametrize("name", ["Ada Example", "Zoë: #1 {x}", "李雷", 'Q"uote', "yes"])
def test_a_form_is_no_consent_until_it_is_filled_in(tmp_path, name):
    path = new_form(tmp_path, name, TODAY)
    assert path == tmp_path / name / "consent.yml"
    with pytest.raises(ConsentError, match="granted_by"):
        load_consent(path.parent)
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
    consent = load_consent(path.parent)
    assert consent.subject == name and consent.granted_on == TODAY and consent.scope == ("train", "transfer")


def test_a_form_replaces_nothing_and_stays_in_its_folder(tmp_path):
    new_form(tmp_path, "Ada", TODAY)
    with pytest.raises(ConsentError, match="is there already"):
        new_form(tmp_path, "Ada", TODAY)
    for name in ("..", "a/b", ".ada", "", "a\nb", "--", "/etc"):
        with pytest.raises(ConsentError):
            new_form(tmp_path / "root", name, TODAY)
    assert [entry.name for entry in tmp_path.iterdir()] == ["Ada"]


def test_a_check_names_each_creator_and_why(tmp_path):
    for name, text in {"anna": CONSENT, "ben": CONSENT.replace("never", "2026-05-31"), "cid": "x: 1"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "consent.yml").write_text(text)
    (tmp_path / "dora").mkdir()
    (tmp_path / "eva").mkdir()
    (tmp_path / "eva" / "consent.yml").write_text(CONSENT)
    ledger = Ledger(tmp_path / ".ledger")
    ledger.tombstones.put(Tombstone(creator="Eva", slug="eva", withdrawn_on=TODAY))
    found = {one.creator: one.problem for one in check_consents(tmp_path, TODAY, ledger)}
    assert found["anna"] == "" and "expired on 2026-05-31" in found["ben"]
    assert f"Eva withdrew on {TODAY}" in found["eva"]
    assert not ledger.log.path.exists(), "to look is no decision"
    assert "is no field of schema 1" in found["cid"] and "is missing or not a regular file" in found["dora"]
    (single,) = check_consents(tmp_path / "anna", TODAY, ledger)
    assert single.creator == "anna" and single.consent.scope == ("train", "transfer")


def test_the_command_writes_and_checks(tmp_path, capsys):
    folder = str(tmp_path)
    assert main(["consent", "check", folder]) == 2 and "consent new NAME" in capsys.readouterr().err
    assert main(["consent", "new", "Ada", "--folder", folder]) == 0
    path = tmp_path / "Ada" / "consent.yml"
    assert capsys.readouterr().out == f"{path}\n"
    assert main(["consent", "check", folder]) == 1
    assert "Ada: refused: Ada/consent.yml, line" in capsys.readouterr().out
    path.write_text(filled(path.read_text()))
    assert main(["consent", "check", folder]) == 0
    assert capsys.readouterr().out == "Ada: holds for train, transfer; expires never\n"
    assert main(["consent", "new", "Ada", "--folder", folder]) == 2
    assert main(["consent", "check", str(tmp_path / "none")]) == 2
