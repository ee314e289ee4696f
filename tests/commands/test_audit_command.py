"""`influencer-style audit`: the verdict by its exit status, and nothing that drives a terminal."""

import os
import subprocess
import sys

import pytest

from influencer_style.commands.main import main
from influencer_style.consent.ledger import FOLDER, Ledger
from influencer_style.consent.ledgers import Ledgers

GRANTED = {"scope": ["transfer"], "expires": "never"}


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path / "ledger"))
    made = Ledger(tmp_path / "ledger")
    for _ in range(3):
        Ledgers(made).decide("stylize", "ada-example", GRANTED, "transfer")
    Ledgers(made).decide("generate", "ben", GRANTED, "generate")
    return made


def test_a_whole_log(ledger, capsys):
    head = ledger.log.head()
    assert main(["audit", "--head", str(head)]) == 0
    told = capsys.readouterr().out
    assert f"{ledger.log.path}: whole" in told and f"head  {head}" in told
    assert "rows  4; allowed 3; refused 1" in told
    assert main(["audit", "--ledger", str(ledger.folder)]) == 0


def test_a_creators_rows_are_read_out(ledger, capsys):
    assert main(["audit", "--creator", "Ada Example"]) == 0
    told = capsys.readouterr().out
    assert "3 rows of Ada Example" in told and told.count("stylize  allowed to transfer") == 3
    assert main(["audit", "--creator", "Ben"]) == 0
    told = capsys.readouterr().out
    assert "1 row of Ben" in told and "generate  refused to generate: does not cover generate" in told
    assert main(["audit", "--creator", "nobody"]) == 0
    assert "0 rows of nobody" in capsys.readouterr().out


def test_a_broken_log_and_a_head_that_is_gone(ledger, capsys):
    lines = ledger.log.path.read_bytes().splitlines(keepends=True)
    ledger.log.path.write_bytes(b"".join([lines[0], lines[1].replace(b"allowed", b"refused"), *lines[2:]]))
    assert main(["audit"]) == 1
    told = capsys.readouterr().out
    assert ": broken" in told and "wrong line 2: row 2 was changed" in told
    ledger.log.path.write_bytes(b"".join(lines))
    assert main(["audit", "--head", f"4:{'0' * 64}"]) == 1
    assert "the head noted elsewhere" in capsys.readouterr().out


def test_no_log_and_no_head(ledger, tmp_path, capsys):
    assert main(["audit", "--ledger", str(tmp_path / "nothing")]) == 2
    assert "there is no audit log at" in capsys.readouterr().err
    assert main(["audit", "--head", "yesterday"]) == 2
    assert "is no head of an audit log" in capsys.readouterr().err


def test_strangers_text_does_not_drive_the_terminal_and_is_bounded(ledger, capsys):
    for _ in range(120):
        ledger.log.append("x\x1b[2J", creator="ada-example", stage="\x1b]0;x\x07", reason="\n" * 1500)
    assert main(["audit", "--creator", "Ada Example"]) == 0
    told = capsys.readouterr().out
    assert "123 rows of Ada Example, the latest 100" in told and "\x1b" not in told and "\x07" not in told
    assert len(told.splitlines()) == 3 + 1 + 100 and max(map(len, told.splitlines())) <= 600


@pytest.mark.skipif(os.name != "posix", reason="there are no such pipes on Windows")
def test_who_has_read_enough_ends_it_without_a_traceback(ledger):
    reading, writing = os.pipe()
    os.close(reading)  # as `head` does
    command = [sys.executable, "-m", "influencer_style.commands.main", "audit", "--ledger", str(ledger.folder)]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writing)
    assert done.returncode == 1 and done.stderr == ""
