"""Where the credentials come from: the user's own files, or an authority and a signer made on first use.

The latter are kept in a folder of the user's, outside any project:

    current/            one authority and its signer; appears whole, by one rename, or not at all
        ca.pem          the authority's certificate, to be given to others who want to verify
        signer.pem      the signer's private key and certificate; readable by the user alone
        .gitignore      `*`, so that it is never committed, wherever the folder is
    until-<date>-.../   the authority of a renewed signer: what it signed can still be verified
"""

from __future__ import annotations

import functools
import os
import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from influencer_style.provenance.authority import RENEWED_BEFORE_ITS_END, Credentials, CredentialsError, Issued, issue
from influencer_style.provenance.own import CERTIFICATES, PRIVATE_KEY, own_certificates, own_credentials
from influencer_style.storage.atomic import sync
from influencer_style.storage.regular import read_regular
from influencer_style.storage.user_folder import user_folder

FOLDER = "INFLUENCER_STYLE_CREDENTIALS"
_KEY_ENDS = b"-----END PRIVATE KEY-----\n"
_MOST_BYTES = 1_000_000  # of a file
_TRIES = 10  # each failed one means that another process got there first


def credentials() -> Credentials:
    """Return the credentials to sign with, the user's own or those made on first use. They are read once per process.

    Raises CredentialsError when the user's own cannot be used, or none can be made.
    """
    certificates, private_key = os.environ.get(CERTIFICATES), os.environ.get(PRIVATE_KEY)
    if certificates or private_key:
        return own_credentials(certificates, private_key)
    return _made(folder())


def folder() -> Path:
    """Return the folder of the credentials made here, which may not exist yet. Raises CredentialsError."""
    try:
        return user_folder("credentials", FOLDER)
    except RuntimeError as error:
        raise CredentialsError(str(error)) from error


def handed_out() -> Path:
    """Return the file that others need to verify: the authority's certificate, or the user's own chain."""
    return Path(os.environ[CERTIFICATES]) if os.environ.get(CERTIFICATES) else folder() / "current/ca.pem"


def known_authorities() -> bytes:
    """Return, as PEM, the authorities that this user trusts by default; empty if there are none.

    These are the authorities made here, and the issuers in the user's own certificates. None is made. Raises
    CredentialsError when one of them cannot be read.
    """
    found = []
    for path in (folder() / "current/ca.pem", *sorted(folder().glob("until-*/ca.pem"))):
        try:
            certificate = x509.load_pem_x509_certificate(read_regular(path, _MOST_BYTES))
            found.append(certificate.public_bytes(Encoding.PEM))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise CredentialsError(f"{path} cannot be read ({error}); restore it, or remove it") from error
    if named := os.environ.get(CERTIFICATES):
        found += own_certificates(named)[1:]
    return b"".join(found)


@functools.cache
def _made(place: Path) -> Credentials:
    current, now = place / "current", datetime.now(UTC)
    try:
        for _ in range(_TRIES):
            try:
                written = read_regular(current / "signer.pem", _MOST_BYTES)
            except FileNotFoundError:
                _put(issue(now), current)
                continue
            key, ends, certificate = written.partition(_KEY_ENDS)
            signer = _checked(key + ends, certificate, current)
            if signer.not_valid_after_utc - now > RENEWED_BEFORE_ITS_END:
                return Credentials(certificate, key + ends, "es256", own=False)
            _retire(current, signer)
    except OSError as error:
        raise CredentialsError(
            f"{place} cannot hold the credentials that pictures are signed with ({error.strerror or error}); set "
            f"{FOLDER} to a folder you can write to, or use your own credentials with {CERTIFICATES} and {PRIVATE_KEY}"
        ) from error
    raise CredentialsError(f"{current} could not be made or renewed; remove it, and run again")


def _checked(key: bytes, certificate: bytes, current: Path) -> x509.Certificate:
    try:
        signer = x509.load_pem_x509_certificate(certificate)
        if signer.public_key() != load_pem_private_key(key, None).public_key():
            raise ValueError("the key does not match")
    except (ValueError, TypeError) as error:
        remedy = f"keep {current / 'ca.pem'} for the pictures signed so far, remove the folder, and run again"
        raise CredentialsError(f"{current / 'signer.pem'} is damaged ({error}); {remedy}") from error
    return signer


def _put(issued: Issued, current: Path) -> None:
    """Put a new authority and signer at `current`, unless another process was faster."""
    current.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = current.with_name(f".new-{uuid.uuid4().hex[:8]}")
    temporary.mkdir(mode=0o700)
    try:
        _write(temporary / "signer.pem", issued.private_key + issued.certificate)
        _write(temporary / "ca.pem", issued.authority)
        _write(temporary / ".gitignore", b"*\n")
        sync(temporary)
        _rename_unless_there(temporary, current)
        sync(current.parent)
    except FileNotFoundError:
        if not current.is_dir():
            raise
    finally:
        # Once one is in place, the attempts of other processes, killed or too late, are useless.
        for begun in current.parent.glob(".new-*") if current.is_dir() else [temporary]:
            shutil.rmtree(begun, ignore_errors=True)


def _retire(current: Path, signer: x509.Certificate) -> None:
    """Move an old signer out of the way. Its authority is kept, its key is deleted."""
    retired = current.with_name(f"until-{signer.not_valid_after_utc:%Y-%m-%d}-{signer.serial_number:040x}"[:40])
    # Named by its serial number, so that a late process finds the name taken and does not move the new one.
    if _rename_unless_there(current, retired):
        (retired / "signer.pem").unlink()


def _rename_unless_there(source: Path, target: Path) -> bool:
    """Rename a folder atomically; return whether it was done. A folder with files in it is never replaced."""
    try:
        os.rename(source, target)
    except OSError:
        if target.is_dir() or not source.is_dir():
            return False
        raise
    return True


def _write(path: Path, data: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
