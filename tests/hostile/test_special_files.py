"""Links, pipes and sockets where a ledger, a consent or credentials should be: refused in words, never waited for."""

import os
from datetime import date

import pytest
from ingest import CONSENT
from special_files import listening

from influencer_style.consent.audit_check import verify
from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.consent_file import load_consent
from influencer_style.consent.grant import ConsentError
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.ledgers import Ledgers
from influencer_style.consent.tombstones import Tombstone
from influencer_style.provenance import credentials
from influencer_style.provenance.authority import CredentialsError
from influencer_style.storage.regular import NotRegularError, open_regular, read_regular, require_regular

GRANTED = {"scope": ["transfer"], "expires": "never"}


def pipe(path, content):
    os.mkfifo(path)


def link(path, content):
    """To a file that would do."""
    elsewhere = path.with_name(f"elsewhere-{path.name}")
    elsewhere.write_bytes(content)
    path.symlink_to(elsewhere)


def device(path, content):
    path.symlink_to("/dev/zero")


def folder(path, content):
    path.mkdir()


def socket(path, content):
    listening(path)


KINDS = [pipe, link, device, folder, socket]


def put(make, path):
    content = path.read_bytes()
    path.unlink()
    make(path, content)


@pytest.mark.parametrize("make", KINDS)
def test_only_regular_files_are_opened(tmp_path, make):
    path = tmp_path / "file"
    make(path, b"x")
    for read in (open_regular, require_regular, lambda name: read_regular(name, 10)):
        with pytest.raises(NotRegularError, match=r"file is (a link|not a regular file); put the file itself there"):
            read(path)


@pytest.mark.parametrize("make", [pipe, link])
def test_what_takes_a_files_place_between_two_looks_is_not_opened(tmp_path, monkeypatch, make):
    path = tmp_path / "file"
    path.write_text("x")
    look = os.lstat

    def looked(name):
        about = look(name)
        monkeypatch.undo()
        put(make, path)
        return about

    monkeypatch.setattr(os, "lstat", looked)
    with pytest.raises(NotRegularError):
        open_regular(path)


def test_what_is_not_there_or_too_large_is_said(tmp_path):
    require_regular(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "nowhere")
    (tmp_path / "file").write_bytes(bytes(11))
    with pytest.raises(OSError, match="is larger than"):
        read_regular(tmp_path / "file", 10)


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("name", ["audit.jsonl", "audit.head"])
def test_a_log_that_is_no_regular_file_decides_nothing(tmp_path, make, name):
    ledger = Ledger(tmp_path)
    Ledgers(ledger).decide("stylize", "ada", GRANTED, "transfer")
    put(make, tmp_path / name)
    with pytest.raises(AuditError, match=r"is a link|is not a regular file"):
        Ledgers(ledger).decide("stylize", "ada", GRANTED, "transfer")
    with pytest.raises(AuditError, match=r"is a link|is not a regular file"):
        verify(ledger.log.path, None)


def dangling(path, content):
    path.symlink_to("nowhere")


@pytest.mark.parametrize("make", [*KINDS, dangling])
def test_a_tombstone_that_is_no_regular_file_lifts_no_withdrawal(tmp_path, make):
    ledger = Ledger(tmp_path)
    ledger.tombstones.put(Tombstone(creator="Ada", slug="ada", withdrawn_on=date(2026, 1, 1)))
    put(make, next((tmp_path / "withdrawn").glob("*.json")))
    with pytest.raises(AuditError, match="cannot be read as a tombstone"):
        Ledgers(ledger).decide("stylize", "ada", GRANTED, "transfer")


@pytest.mark.parametrize("make", KINDS)
def test_a_consent_that_is_no_regular_file_is_none(tmp_path, make):
    make(tmp_path / "consent.yml", CONSENT.encode())
    with pytest.raises(ConsentError, match="not a regular file"):
        load_consent(tmp_path)


@pytest.mark.parametrize("make", KINDS)
def test_credentials_that_are_no_regular_files_sign_nothing(tmp_path, monkeypatch, make):
    monkeypatch.setenv(credentials.FOLDER, str(tmp_path))
    credentials.credentials()
    credentials._made.cache_clear()
    put(make, tmp_path / "current/signer.pem")
    with pytest.raises(CredentialsError, match=r"is a link|is not a regular file"):
        credentials.credentials()
    put(make, tmp_path / "current/ca.pem")
    with pytest.raises(CredentialsError, match=r"is a link|is not a regular file"):
        credentials.known_authorities()
