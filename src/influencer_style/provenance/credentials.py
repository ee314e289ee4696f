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
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from PIL import Image

from influencer_style.provenance.authority import RENEWAL, Credentials, CredentialsError, Issued, algorithm_of, issue
from influencer_style.provenance.manifest import SigningError, signed
from influencer_style.provenance.record import encode
from influencer_style.storage.atomic import sync
from influencer_style.storage.regular import read_regular
from influencer_style.storage.user_folder import user_folder

FOLDER = "INFLUENCER_STYLE_CREDENTIALS"
CERTIFICATES = "INFLUENCER_STYLE_CERTIFICATES"  # the user's own credentials: two PEM files
PRIVATE_KEY = "INFLUENCER_STYLE_PRIVATE_KEY"
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
            if signer.not_valid_after_utc - now > RENEWAL:
                return Credentials(certificate, key + ends, "es256", own=False)
            # The authority is kept, the key is deleted. The serial number in the name lets a late process find the name
            # taken, so that it does not move the new one.
            until = f"until-{signer.not_valid_after_utc:%Y-%m-%d}-{signer.serial_number:040x}"[:40]
            if _rename_unless_there(current, place / until):
                (place / until / "signer.pem").unlink()
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


@functools.cache
def own_credentials(certificates: str | None, private_key: str | None) -> Credentials:
    """Return the credentials in two PEM files, which are read once per process.

    One holds the signer's certificate, followed by its issuers, the other the private key, not encrypted: ECDSA on
    P-256, P-384 or P-521, RSA of 2048 bits or more (signs as PS256), or Ed25519. Raises CredentialsError when only one
    is given, or C2PA would refuse them; it names the variable and the remedy.
    """
    if not certificates or not private_key:
        there, missing = (CERTIFICATES, PRIVATE_KEY) if certificates else (PRIVATE_KEY, CERTIFICATES)
        raise CredentialsError(f"{there} is set, but {missing} is not; set both to sign with your own, or neither")
    chain, named = own_certificates(certificates), f"{certificates} ({CERTIFICATES})"
    key, algorithm = _key(private_key)
    signer = x509.load_pem_x509_certificate(chain[0])
    if signer.public_key() != key.public_key():
        reason = f"the key in {private_key} ({PRIVATE_KEY}) does not match the first certificate in {named}"
        raise CredentialsError(f"{reason}; use a matching pair, with the signer's own certificate first")
    if not signer.not_valid_before_utc <= datetime.now(UTC) <= signer.not_valid_after_utc:
        days = f"from {signer.not_valid_before_utc:%Y-%m-%d} to {signer.not_valid_after_utc:%Y-%m-%d}"
        raise CredentialsError(f"the certificate in {named} is valid {days}, not today; use a valid one")
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    found = Credentials(b"".join(chain), pem, algorithm, own=True)
    try:
        if signer.issuer == signer.subject:  # C2PA's library signs with it, but no verifier ever trusts it
            raise SigningError("it is self-signed")
        # A picture of one pixel is signed, to apply C2PA's own rules for certificates before the first photo.
        signed(encode(Image.new("RGB", (1, 1)), {}, ".png"), ".png", {}, found)
    except SigningError as error:
        raise CredentialsError(
            f"the certificate in {named} cannot sign pictures ({error}); C2PA requires one that is issued by another, "
            "is not a CA, and has the key usage digitalSignature and an extended key usage of e-mail protection, "
            "document signing or C2PA claim signing"
        ) from error
    return found


def own_certificates(path: str) -> list[bytes]:
    """Return the certificates in a file, each as PEM, in their order. Raises CredentialsError."""
    data = _read(path, CERTIFICATES)
    try:
        return [found.public_bytes(Encoding.PEM) for found in x509.load_pem_x509_certificates(data)]
    except ValueError as error:
        remedy = "use a file that does, the signer's own first"
        raise CredentialsError(f"{path} ({CERTIFICATES}) holds no PEM certificates ({error}); {remedy}") from error


def _key(path: str) -> tuple[PrivateKeyTypes, str]:
    data = _read(path, PRIVATE_KEY)
    try:
        key = load_pem_private_key(data, None)
    except TypeError as error:
        reason = f"{path} ({PRIVATE_KEY}) is encrypted, and its password cannot be entered here; write it without one"
        remedy = "where only you can read it (openssl pkey -in KEY -out PLAIN), and use that file"
        raise CredentialsError(f"{reason} {remedy}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CredentialsError(f"{path} ({PRIVATE_KEY}) holds no PEM private key; use a file that does") from error
    algorithm = algorithm_of(key)
    if algorithm is None:
        remedy = "use ECDSA on P-256, P-384 or P-521, RSA of 2048 bits or more, or Ed25519"
        raise CredentialsError(f"{path} ({PRIVATE_KEY}) is of a kind that C2PA does not support; {remedy}")
    return key, algorithm


def _read(path: str, variable: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        remedy = "use a file that exists and that you may read"
        raise CredentialsError(f"{path} ({variable}) cannot be read ({error.strerror}); {remedy}") from error
    if len(data) > _MOST_BYTES:
        raise CredentialsError(f"{path} ({variable}) has more than {_MOST_BYTES} bytes; use a PEM file")
    return data
