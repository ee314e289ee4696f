"""A certificate authority and its only signer, made by the user for the user.

The authority's key signs that one certificate and is forgotten: it never reaches the disk. A stolen signer's key can
sign as this signer until it expires, but cannot make others. The price is a new authority with each new signer, every
five years.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_OF_CURVE = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}

# No trusted clock says when a picture was signed, so its signature is valid only as long as the certificate. It is
# renewed at half its life, so every picture can be proven for at least five years.
LIFE = timedelta(days=3650)
RENEWAL = LIFE / 2  # before its end
_CLOCKS_DIFFER = timedelta(days=1)
_ORGANISATION = "influencer_style, self-issued"
_USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


class CredentialsError(ValueError):
    """There are no usable credentials; the message names the file or variable at fault and the remedy."""


@dataclass(frozen=True)
class Credentials:
    """The credentials that pictures are signed with."""

    # The certificates as PEM, the signer's own first, then its issuers, preferably without the root
    certificates: bytes
    private_key: bytes = field(repr=False)  # the private key as PEM, PKCS #8, not encrypted
    algorithm: str  # the algorithm: es256, es384, es512, ps256 or ed25519
    own: bool  # whether the user supplied them; if not, this software made them


def algorithm_of(key: PrivateKeyTypes) -> str | None:
    """Return C2PA's name for the algorithm of a private key; None if C2PA does not allow the key."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _OF_CURVE.get(key.curve.name)
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256" if key.key_size >= 2048 else None
    return "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else None


@dataclass(frozen=True)
class Issued:
    """As PEM, the authority's certificate, to be given to others, and the signer's, with its private key (PKCS #8)."""

    authority: bytes
    certificate: bytes
    private_key: bytes = field(repr=False)


def issue(now: datetime) -> Issued:
    """Make an authority and the one signer that it vouches for, ES256, valid from about `now` (UTC) for `LIFE`.

    The names in the certificates reveal neither person nor machine: they end in digits of the authority's key.
    """
    authority_key, signer_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_id = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    mark = authority_id.digest.hex()[:8]
    authority, signer = _name(f"influencer_style authority {mark}"), _name(f"influencer_style signer {mark}")
    authority_certificate = (
        _builder(authority, authority, authority_key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(authority_id, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    # C2PA's validators accept e-mail protection by default; document signing says what the certificate is for.
    purposes = [ExtendedKeyUsageOID.EMAIL_PROTECTION, x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]
    certificate = (
        _builder(signer, authority, signer_key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(signer_key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority_id), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    return Issued(
        authority_certificate.public_bytes(Encoding.PEM),
        certificate.public_bytes(Encoding.PEM),
        signer_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def _name(common_name: str) -> x509.Name:
    names = {NameOID.ORGANIZATION_NAME: _ORGANISATION, NameOID.COMMON_NAME: common_name}
    return x509.Name([x509.NameAttribute(kind, name) for kind, name in names.items()])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + LIFE)
    )


def _usage(*uses: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in uses for use in _USES})
