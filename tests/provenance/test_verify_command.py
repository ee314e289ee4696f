"""`influencer-style verify`: the states first, three short lists, an exit status to rely on."""

from __future__ import annotations

import json
import sys

from signers import RECORD

from influencer_style.commands.main import main
from influencer_style.provenance import credentials
from influencer_style.provenance.record import encode


def test_a_proven_file(signed_files, write, capsys):
    path = write(signed_files[".jpg"])
    assert main(["verify", str(path)]) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0] == f"{path}: proven"
    titles = [line[2:14].strip() for line in lines[1:] if line[2:14].strip()]
    assert titles == ["proven", "known", "not proven"]
    assert str(credentials.handed_out()) in out.replace("\n", "")


def test_files_that_are_not_all_proven(signed_files, picture, write, capsys, tmp_path):
    good, bare = write(signed_files[".png"], "good.png"), write(encode(picture, RECORD, ".png"), "bare.png")
    changed = write(signed_files[".png"][:-30] + b"!" + signed_files[".png"][-29:], "changed.png")
    assert main(["verify", str(good), str(tmp_path / "missing.png"), str(changed), str(bare)]) == 1
    captured = capsys.readouterr()
    states = [line for line in captured.out.splitlines() if not line.startswith(" ")]
    assert states == [f"{good}: proven", f"{changed}: altered", f"{bare}: no manifest"]
    assert "  it says" in captured.out.partition(f"{bare}")[2]
    assert "missing.png cannot be read" in captured.err


def test_json_is_one_list(signed_files, write, capsys, tmp_path):
    good = write(signed_files[".webp"], "a.webp")
    assert main(["verify", "--json", str(good), str(tmp_path)]) == 1
    first, second = json.loads(capsys.readouterr().out)
    assert (first["path"], first["state"], first["record"]) == (str(good), "proven", RECORD)
    assert first["proven"] and first["known"] and first["not_proven"]
    assert second["state"] == "error" and "is not a regular file" in second["error"]


def test_anchors_make_a_stranger_known(signed_files, write, capsys, tmp_path, monkeypatch):
    path, anchors = str(write(signed_files[".jpg"])), str(credentials.handed_out())
    monkeypatch.setenv(credentials.FOLDER, str(tmp_path / "stranger"))
    assert main(["verify", path]) == 1
    assert "unknown signer" in capsys.readouterr().out
    assert main(["verify", path, "--anchors", anchors]) == 0


def test_wrong_use_is_status_2(signed_files, write, capsys, tmp_path, monkeypatch):
    path = write(signed_files[".jpg"])
    for anchors in (path, tmp_path, tmp_path / "missing.pem"):
        assert main(["verify", str(path), "--anchors", str(anchors)]) == 2
        assert str(anchors) in capsys.readouterr().err
    monkeypatch.setenv("INFLUENCER_STYLE_CERTIFICATES", str(tmp_path / "missing.pem"))
    assert main(["verify", str(path)]) == 2
    assert "INFLUENCER_STYLE_CERTIFICATES" in capsys.readouterr().err
    assert main(["verify"]) == 2


def test_help_says_where_the_authority_lies(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["influencer-style"])
    assert main(["verify", "--help"]) == 0
    text = capsys.readouterr().out
    for words in ("unknown signer", "current/ca.pem", "--anchors ca.pem", "signer.pem", "Exit status"):
        assert words in text
