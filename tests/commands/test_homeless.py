"""Users without a home folder, as in many containers: every command says so in words."""

import pwd
import sys

import pytest
from damaged import photo

from influencer_style.commands.main import main
from influencer_style.consent.ledger import FOLDER
from influencer_style.provenance import credentials

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there, homes are found in another way")
MODEL = "MODEL"
NEEDS_A_LEDGER = {
    "looks": ["looks", "--model", MODEL],
    "stylize": ["stylize", "me.jpg", "--look", "warm", "--model", MODEL, "--out", "out"],
    "compare": ["compare", "me.jpg", "--out", "sheet.png", "--model", MODEL],
    "export": ["export", "--out", "app", "--model", MODEL],
    "audit": ["audit"],
    "consent": ["consent", "check", "creators"],
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in, outside of every project, without a ledger or credentials of its own."""
    for variable in (FOLDER, credentials.FOLDER, "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    photo(tmp_path / "me.jpg", 1)
    (tmp_path / "creators/ada").mkdir(parents=True)
    photo(tmp_path / "creators/ada/a.jpg", 2)
    return tmp_path


@pytest.fixture
def homeless(place, monkeypatch):
    def no_entry(uid):
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", no_entry)


def said_by(capsys, command, model_folder):
    status = main([str(model_folder) if part == MODEL else part for part in command])
    return status, capsys.readouterr().err


@pytest.mark.parametrize("command", NEEDS_A_LEDGER)
def test_without_a_home_the_variable_that_helps_is_named(command, homeless, model_folder, capsys):
    status, said = said_by(capsys, NEEDS_A_LEDGER[command], model_folder)
    assert status == 2
    assert said == f"influencer-style: this user has no home folder; set {FOLDER} to a folder of theirs\n"


def test_with_a_ledger_named_the_credentials_are_what_is_missing(homeless, place, model_folder, monkeypatch, capsys):
    monkeypatch.setenv(FOLDER, str(place / "ledger"))
    status, said = said_by(capsys, NEEDS_A_LEDGER["stylize"], model_folder)
    assert status == 2
    assert said == f"influencer-style: this user has no home folder; set {credentials.FOLDER} to a folder of theirs\n"
    monkeypatch.setenv(credentials.FOLDER, str(place / "credentials"))
    assert said_by(capsys, NEEDS_A_LEDGER["stylize"], model_folder)[0] == 0


def test_a_home_that_cannot_be_written_is_named(place, model_folder, monkeypatch, capsys):
    (place / "home").write_text("a file, which not even the superuser can make a folder in")
    monkeypatch.setenv("HOME", str(place / "home"))
    status, said = said_by(capsys, NEEDS_A_LEDGER["stylize"], model_folder)
    assert status == 2
    assert str(place / "home/.local/share/influencer_style") in said and "Traceback" not in said
