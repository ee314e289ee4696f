"""Signed pictures, and authorities to sign with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from signers import FORMATS, RECORD, certificate

from influencer_style.provenance.credentials import credentials
from influencer_style.provenance.manifest import signed
from influencer_style.provenance.record import encode


@pytest.fixture(scope="session")
def picture():
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 80, 3), np.uint8))


@pytest.fixture(scope="session")
def signed_files(picture):
    """The bytes of a signed file of each format, by suffix."""
    return {suffix: signed(encode(picture, RECORD, suffix), suffix, RECORD, credentials()) for suffix in FORMATS}


@pytest.fixture
def write(tmp_path):
    def written(data: bytes, name: str = "a.jpg") -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return written


@pytest.fixture(scope="session")
def authorities():
    """A root and an intermediate authority: [(certificate, key), (certificate, key)]."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("root", root_key, ca=True)
    return [(root, root_key), (certificate("intermediate", key, (root, root_key), ca=True), key)]
