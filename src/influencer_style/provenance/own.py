"""The user's own credentials: two PEM files, set by two environment variables, checked before anything is signed."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from PIL import Image

from influencer_style.provenance.authority import Credentials, CredentialsError, algorithm_of
from influencer_style.provenance.manifest import SigningError, signed
from influencer_style.provenance.record import encode

CERTIFICATES = "INFLUENCER_STYLE_CERTIFICATES"
PRIVATE_KEY = "INFLUENCER_STYLE_PRIVATE_KEY"
_MAX_BYTES = 1_000_000


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
    chain = own_certificates(certificates)
    key, algorithm = _key(private_key)
    signer = x509.load_pem_x509_certificate(chain[0])
    if signer.public_key() != key.public_key():
        raise CredentialsError(
            f"the key in {private_key} ({PRIVATE_KEY}) does not match the first certificate in {certificates} "
            f"({CERTIFICATES}); use a matching pair, with the signer's own certificate first"
        )
    if not signer.not_valid_before_utc <= datetime.now(UTC) <= signer.not_valid_after_utc:
        raise CredentialsError(
            f"the certificate in {certificates} ({CERTIFICATES}) is valid from {signer.not_valid_before_utc:%Y-%m-%d} "
            f"to {signer.not_valid_after_utc:%Y-%m-%d}, not today; use a valid one"
        )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    found = Credentials(b"".join(chain), pem, algorithm, own=True)
    try:
        if signer.issuer == signer.subject:  # C2PA's library signs with it, but no verifier ever trusts it
            raise SigningError("it is self-signed")
        # A picture of one pixel is signed, to apply C2PA's own rules for certificates before the first photo.
        signed(encode(Image.new("RGB", (1, 1)), {}, ".png"), ".png", {}, found)
    except SigningError as error:
        raise CredentialsError(
            f"the certificate in {certificates} ({CERTIFICATES}) cannot sign pictures ({error}); C2PA requires "
            "one that is issued by another, is not a CA, and has the key usage digitalSignature and an extended key "
            "usage of e-mail protection, document signing or C2PA claim signing"
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
        raise CredentialsError(
            f"{path} ({PRIVATE_KEY}) is encrypted, and its password cannot be entered here; write it without one "
            "where only you can read it (openssl pkey -in KEY -out PLAIN), and use that file"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CredentialsError(f"{path} ({PRIVATE_KEY}) holds no PEM private key; use a file that does") from error
    algorithm = algorithm_of(key)
    if algorithm is None:
        raise CredentialsError(
            f"{path} ({PRIVATE_KEY}) is of a kind that C2PA does not support; use ECDSA on P-256, P-384 or P-521, "
            "RSA of 2048 bits or more, or Ed25519"
        )
    return key, algorithm


def _read(path: str, variable: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        remedy = "use a file that exists and that you may read"
        raise CredentialsError(f"{path} ({variable}) cannot be read ({error.strerror}); {remedy}") from error
    if len(data) > _MAX_BYTES:
        raise CredentialsError(f"{path} ({variable}) has more than {_MAX_BYTES} bytes; use a PEM file")
    return data
