"""The user's own credentials: every kind that C2PA allows signs, and what cannot sign is named with its remedy."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID
from signers import RECORD, certificate, key_pem, pem

from influencer_style.provenance.authority import CredentialsError
from influencer_style.provenance.credentials import (
    CERTIFICATES,
    PRIVATE_KEY,
    credentials,
    handed_out,
    known_authorities,
)
from influencer_style.provenance.manifest import signed
from influencer_style.provenance.record import encode
from influencer_style.provenance.verify import verify

KEYS = {
    "es256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "es384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "es512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ps256": lambda: rsa.generate_private_key(65537, 2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Name the user's own: a function of the two files' bytes."""

    def name(certificates: bytes, private_key: bytes) -> None:
        for variable, data in ((CERTIFICATES, certificates), (PRIVATE_KEY, private_key)):
            (tmp_path / variable).write_bytes(data)
            monkeypatch.setenv(variable, str(tmp_path / variable))

    return name


@pytest.mark.parametrize("algorithm", KEYS)
def test_pictures_are_signed_with_them(own, authorities, picture, write, algorithm):
    key = KEYS[algorithm]()
    own(pem(certificate("Ada", key, authorities[1]), authorities[1][0]), key_pem(key))
    found = credentials()
    assert (found.algorithm, found.own) == (algorithm, True)
    path = write(signed(encode(picture, RECORD, ".jpg"), ".jpg", RECORD, found))
    verification = verify(path)
    assert verification.state == "proven"
    assert verification.signer["algorithm"] == algorithm
    assert "Ada (Atelier)" in " ".join(verification.proven)
    assert handed_out().name == CERTIFICATES


def test_others_verify_them_by_the_root(own, authorities, picture, write, monkeypatch):
    key = KEYS["es256"]()
    own(pem(certificate("Ada", key, authorities[1]), authorities[1][0]), key_pem(key))
    path = write(signed(encode(picture, RECORD, ".jpg"), ".jpg", RECORD, credentials()))
    monkeypatch.delenv(CERTIFICATES)
    monkeypatch.delenv(PRIVATE_KEY)
    assert verify(path).state == "unknown signer"
    assert verify(path, pem(authorities[0][0])).state == "proven"


@pytest.mark.parametrize("purpose", ["1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.62558.2.1"])
def test_every_purpose_that_c2pa_names_will_do(own, authorities, picture, write, purpose):
    key = KEYS["es256"]()
    own(
        pem(certificate("Ada", key, authorities[0], purpose=ObjectIdentifier(purpose)), authorities[0][0]), key_pem(key)
    )
    path = write(signed(encode(picture, RECORD, ".png"), ".png", RECORD, credentials()), "a.png")
    assert verify(path).state == "proven"


def test_old_forms_of_key_files_will_do(own, authorities):
    key = KEYS["es256"]()
    old = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    assert b"BEGIN EC PRIVATE KEY" in old
    own(pem(certificate("Ada", key, authorities[0])), old)
    assert credentials().own


def refused(match: str):
    return pytest.raises(CredentialsError, match=match)


@pytest.mark.parametrize(("there", "missing"), [(CERTIFICATES, PRIVATE_KEY), (PRIVATE_KEY, CERTIFICATES)])
def test_one_without_the_other_is_refused(own, monkeypatch, there, missing):
    own(b"", b"")
    monkeypatch.delenv(missing)
    with refused(f"{there} is set, but {missing} is not; set both"):
        credentials()


def test_files_that_hold_something_else_are_refused(own, authorities, monkeypatch, tmp_path):
    key = KEYS["es256"]()
    good, good_key = pem(certificate("Ada", key, authorities[0])), key_pem(key)
    own(b"words", good_key)
    with refused(rf"\({CERTIFICATES}\) holds no PEM certificates"):
        credentials()
    with refused(rf"\({CERTIFICATES}\) holds no PEM certificates"):
        known_authorities()
    own(good, b"words")
    with refused(rf"\({PRIVATE_KEY}\) holds no PEM private key"):
        credentials()
    own(good, good)
    with refused(rf"\({PRIVATE_KEY}\) holds no PEM private key"):
        credentials()
    own(good, bytes(1_000_001))
    with refused(rf"\({PRIVATE_KEY}\) has more than"):
        credentials()
    monkeypatch.setenv(PRIVATE_KEY, str(tmp_path / "missing.pem"))
    with refused(rf"missing.pem \({PRIVATE_KEY}\) cannot be read"):
        credentials()


def test_a_key_of_another_certificate_is_refused(own, authorities):
    key = KEYS["es256"]()
    own(pem(authorities[0][0], certificate("Ada", key, authorities[0])), key_pem(key))
    with refused(f"{PRIVATE_KEY}.*does not match the first certificate.*{CERTIFICATES}.*own certificate first"):
        credentials()


def test_an_encrypted_key_is_refused(own, authorities):
    key = KEYS["es256"]()
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    own(pem(certificate("Ada", key, authorities[0])), locked)
    with refused(rf"\({PRIVATE_KEY}\) is encrypted.*openssl pkey"):
        credentials()


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)])
def test_a_certificate_out_of_its_time_is_refused(own, authorities, days):
    key = KEYS["es256"]()
    own(pem(certificate("Ada", key, authorities[0], days=days)), key_pem(key))
    with refused(rf"\({CERTIFICATES}\) is valid from .* not today; use a valid one"):
        credentials()


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP256K1()), rsa.generate_private_key(65537, 1024)], ids=["curve", "short"]
)
def test_a_kind_of_key_that_c2pa_does_not_know_is_refused(own, authorities, key):
    own(pem(certificate("Ada", key, authorities[0])), key_pem(key))
    with refused(rf"\({PRIVATE_KEY}\) is of a kind that C2PA does not support; use ECDSA"):
        credentials()


def test_a_certificate_that_c2pa_refuses_is_refused_before_anything_is_signed(own, authorities):
    key = KEYS["es256"]()
    for unfit in (
        certificate("a web server", key, authorities[0], purpose=ExtendedKeyUsageOID.SERVER_AUTH),
        certificate("an authority", key, authorities[0], ca=True),
        certificate("itself", key),
    ):
        own(pem(unfit), key_pem(key))
        with refused(rf"\({CERTIFICATES}\) cannot sign pictures.*requires one that is issued by another"):
            credentials()
