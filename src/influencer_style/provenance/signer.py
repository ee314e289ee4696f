"""Who signs: a certificate, its private key, and the algorithm that the two are for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

_OF_CURVE = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


class CredentialsError(ValueError):
    """There is nothing usable to sign with; the message names the file or variable at fault and the remedy."""


@dataclass(frozen=True)
class Credentials:
    """What a picture is signed with.

    Attributes:
        certificates: PEM, the signer's own first, then those that vouch for it, without the root if it can be.
        private_key: PEM, PKCS #8, not encrypted.
        algorithm: es256, es384, es512, ps256 or ed25519.
        own: whether the user named them; if not, this software made them.
    """

    certificates: bytes
    private_key: bytes = field(repr=False)
    algorithm: str
    own: bool


def algorithm_of(key: Any) -> str | None:
    """Return C2PA's name of the algorithm that a private key signs with; None for a key that C2PA does not allow."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _OF_CURVE.get(key.curve.name)
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256" if key.key_size >= 2048 else None
    return "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else None
