"""Signers of several kinds, and what is signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

RECORD = {
    "software": "influencer_style",
    "model": "models:/look-transfer@champion",
    "model_version": "look-transfer version 3",
    "model_fingerprint": "f" * 64,
    "looks": {"nö<i>r": 0.7, "warm": 0.3},
    "strength": 0.8,
    "seed": None,
    "regions": {"skin": 0.5},
    "source_sha256": "0123456789abcdef" * 4,
    "consents": {"warm": {"scope": ["train", "transfer"], "expires": "never"}},
    "written": "2026-01-01 00:00 UTC",
}
FORMATS = (".jpg", ".png", ".webp", ".avif")


def key_pem(key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate(name, key, issuer=None, ca=False, purpose=ExtendedKeyUsageOID.EMAIL_PROTECTION, days=(-1, 30)):
    """Return a certificate. `issuer` is another certificate and its key; None for one that signs itself."""
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Atelier"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    above, above_key = issuer or (None, key)
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.subject if above else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, decipher_only=False, **usage),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above_key.public_key()), critical=False)
    )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return builder.sign(above_key, hashes.SHA256())


def pem(*certificates) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)
