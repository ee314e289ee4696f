"""What signs: a certificate, its private key, and their algorithm."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_OF_CURVE = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


class CredentialsError(ValueError):
    """There are no usable credentials; the message names the file or variable at fault and the remedy."""


@dataclass(frozen=True)
class Credentials:
    """The credentials that pictures are signed with.

    Attributes:
        certificates: The certificates as PEM, the signer's own first, then its issuers, preferably without the root.
        private_key: The private key as PEM, PKCS #8, not encrypted.
        algorithm: The algorithm: es256, es384, es512, ps256 or ed25519.
        own: Whether the user supplied them; if not, this software made them.
    """

    certificates: bytes
    private_key: bytes = field(repr=False)
    algorithm: str
    own: bool


def algorithm_of(key: PrivateKeyTypes) -> str | None:
    """Return C2PA's name for the algorithm of a private key; None if C2PA does not allow the key."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _OF_CURVE.get(key.curve.name)
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256" if key.key_size >= 2048 else None
    return "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else None
