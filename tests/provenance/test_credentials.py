"""Credentials made on first use: one set, whole, private, renewed in time, and in nobody's repository."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from signers import RECORD

from influencer_style.provenance import credentials as module
from influencer_style.provenance.authority import LIFE, Credentials, CredentialsError, issue
from influencer_style.provenance.credentials import credentials, folder, handed_out, known_authorities
from influencer_style.provenance.manifest import signed
from influencer_style.provenance.record import encode
from influencer_style.provenance.verify import verify

YEARS = timedelta(days=365)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv(module.FOLDER, str(tmp_path / "deep/credentials"))
    return tmp_path / "deep/credentials"


def at_once(count: int, work) -> list:
    """Do `work` in `count` threads that start together, past the cache that a process has."""
    start = threading.Barrier(count)

    def one(_):
        start.wait()
        return work()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_they_are_made_once_for_the_user_alone(place):
    found = credentials()
    assert (found.algorithm, found.own) == ("es256", False)
    assert credentials() is found
    assert module._made.__wrapped__(place) == found  # as another process reads them
    assert sorted(path.name for path in place.iterdir()) == ["current"]
    assert handed_out() == place / "current/ca.pem"
    assert b"PRIVATE" not in handed_out().read_bytes()
    assert "PRIVATE" not in repr(found)
    if os.name == "posix":
        rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (place / "current").iterdir()}
        assert rights["signer.pem"] == 0o600
        assert stat.S_IMODE(place.stat().st_mode) == stat.S_IMODE((place / "current").stat().st_mode) == 0o700


def test_the_certificates_are_such_as_c2pa_asks_for_and_name_nobody(place):
    signer = x509.load_pem_x509_certificate(credentials().certificates)
    (authority,) = x509.load_pem_x509_certificates(known_authorities())
    signer.verify_directly_issued_by(authority)
    usage = signer.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature and not usage.value.key_cert_sign
    assert not signer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(True, 0)
    above = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert signer.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier == above
    names = [name.value for each in (signer, authority) for name in each.subject]
    assert [name.rpartition(" ")[0] for name in names] == [
        "influencer_style,", "influencer_style signer", "influencer_style,", "influencer_style authority",
    ]  # fmt: skip


def test_git_never_takes_them(place):
    credentials()
    subprocess.run(["git", "init", "-q", place.parent], check=True)
    status = ["git", "-C", place.parent, "status", "--porcelain", "--untracked-files=all"]
    assert subprocess.run(status, check=True, capture_output=True, text=True).stdout == ""


def test_many_at_once_end_with_one_set(place):
    found = at_once(8, lambda: module._made.__wrapped__(place))
    assert len(set(found)) == 1
    assert [path.name for path in place.iterdir()] == ["current"]


def test_many_that_renew_at_once_end_with_one_set_and_keep_the_old_authority(place, picture, write):
    old = issue(datetime.now(UTC) - 6 * YEARS)
    module._put(old, place / "current")
    before = Credentials(old.certificate, old.private_key, "es256", own=False)
    path = write(signed(encode(picture, RECORD, ".jpg"), ".jpg", RECORD, before))
    (found,) = set(at_once(8, lambda: module._made.__wrapped__(place)))
    assert found.certificates != old.certificate
    assert x509.load_pem_x509_certificate(found.certificates).not_valid_after_utc > datetime.now(UTC) + LIFE - YEARS
    retired, current = sorted(place.iterdir(), reverse=True)
    assert current.name == "current" and not (retired / "signer.pem").exists()
    assert known_authorities().count(b"BEGIN CERTIFICATE") == 2
    assert verify(path).state == "proven"


def test_one_that_is_not_old_is_not_renewed(place):
    issued = issue(datetime.now(UTC) - 4 * YEARS)
    module._put(issued, place / "current")
    assert credentials().certificates == issued.certificate


def test_a_making_that_breaks_off_leaves_nothing(place, monkeypatch):
    write, done = module._write, []

    def full(path: Path, data: bytes) -> None:
        if done:
            raise OSError(28, "No space left on device")
        done.append(write(path, data))

    monkeypatch.setattr(module, "_write", full)
    with pytest.raises(CredentialsError, match=r"No space left.*INFLUENCER_STYLE_CREDENTIALS"):
        credentials()
    assert list(place.iterdir()) == []


def test_what_a_killed_process_had_begun_is_cleared_away(place):
    (place / ".new-0123").mkdir(parents=True)
    (place / ".new-0123/signer.pem").write_bytes(b"half a k")
    credentials()
    assert [path.name for path in place.iterdir()] == ["current"]


def test_a_place_that_cannot_hold_them_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv(module.FOLDER, str(tmp_path / "file/credentials"))
    with pytest.raises(CredentialsError, match=r"file/credentials cannot hold.*INFLUENCER_STYLE_CREDENTIALS"):
        credentials()


@pytest.mark.parametrize("change", [lambda data: data[:400], lambda data: data[:-400], lambda data: b""])
def test_damaged_ones_are_named_and_not_replaced(place, change):
    module._put(issue(datetime.now(UTC)), place / "current")
    file = place / "current/signer.pem"
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(CredentialsError, match=r"signer\.pem is damaged.*remove the folder"):
        credentials()
    assert (place / "current/ca.pem").exists()


def test_a_damaged_authority_is_named_and_no_picture_blamed(place, signed_files, write):
    module._put(issue(datetime.now(UTC)), place / "current")
    (place / "current/ca.pem").write_bytes(b"words")
    with pytest.raises(CredentialsError, match=r"current/ca\.pem cannot be read.*restore it"):
        verify(write(signed_files[".jpg"]))


def test_anothers_key_is_noticed(place):
    one, other = issue(datetime.now(UTC)), issue(datetime.now(UTC))
    module._put(one, place / "current")
    (place / "current/signer.pem").write_bytes(other.private_key + one.certificate)
    with pytest.raises(CredentialsError, match="the key does not match"):
        credentials()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other places")
def test_the_usual_place_is_the_users_folder_for_data(tmp_path, monkeypatch):
    monkeypatch.delenv(module.FOLDER)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert folder() == tmp_path / ".local/share/influencer_style/credentials"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")  # to be ignored, says its specification
    assert folder() == tmp_path / ".local/share/influencer_style/credentials"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert folder() == tmp_path / "data/influencer_style/credentials"
