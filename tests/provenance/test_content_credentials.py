"""A signed file is still the picture, says how it was made, and carries nothing else of picture, person or machine."""

from __future__ import annotations

import getpass
import io
import json
import math
import os
import platform
from pathlib import Path

import c2pa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from signers import FORMATS, RECORD

from influencer_style import __version__
from influencer_style.provenance.credentials import credentials
from influencer_style.provenance.manifest import RECORD_LABEL, SigningError, signed
from influencer_style.provenance.record import COMPOSITE, GENERATED, FileMetadata, encode, read_record
from influencer_style.provenance.verify import verify


def manifest_of(data: bytes) -> dict:
    with c2pa.Reader(None, io.BytesIO(data)) as reader:
        return reader.get_active_manifest()


@pytest.mark.parametrize("suffix", FORMATS)
def test_it_says_who_made_it_and_how(signed_files, suffix):
    manifest = manifest_of(signed_files[suffix])
    (generator,) = manifest["claim_generator_info"]
    assert (generator["name"], generator["version"]) == ("influencer_style", __version__)
    assertions = {assertion["label"]: assertion["data"] for assertion in manifest["assertions"]}
    hashes = {"c2pa.hash.bmff.v3"} if suffix == ".avif" else set()  # the reader leaves other formats' out
    assert assertions.keys() == {"c2pa.actions.v2", RECORD_LABEL} | hashes
    (action,) = assertions["c2pa.actions.v2"]["actions"]
    assert action["action"] == "c2pa.created" and action["digitalSourceType"] == COMPOSITE
    assert action["softwareAgent"] == {"name": "influencer_style", "version": __version__}
    assert assertions[RECORD_LABEL] == RECORD


def test_what_the_signer_answers_for_is_what_the_signer_wrote(signed_files):
    with c2pa.Reader(None, io.BytesIO(signed_files[".jpg"])) as reader:
        whole = json.loads(reader.detailed_json())
    claim = whole["manifests"][whole["active_manifest"]]["claim"]
    created = {entry["url"].rpartition("/")[2] for entry in claim["created_assertions"]}
    assert created == {"c2pa.actions.v2", RECORD_LABEL, "c2pa.hash.data"}
    assert not claim.get("gathered_assertions")


@pytest.mark.parametrize("suffix", FORMATS)
def test_it_is_still_the_picture_with_its_record(signed_files, picture, write, suffix):
    data = signed_files[suffix]
    with Image.open(io.BytesIO(data)) as opened, Image.open(io.BytesIO(encode(picture, RECORD, suffix))) as unsigned:
        assert np.array_equal(np.asarray(opened), np.asarray(unsigned))
    assert read_record(write(data, f"a{suffix}")) == RECORD  # which `influencer-style trace` follows


@pytest.mark.parametrize("suffix", FORMATS)
def test_nothing_of_the_picture_goes_beside_it(suffix):
    large = Image.fromarray(np.random.default_rng(1).integers(0, 256, (600, 600, 3), np.uint8))
    file = encode(large, RECORD, suffix)
    data = signed(file, suffix, RECORD, credentials())
    assert len(data) - len(file) < 6000
    assert b"thumbnail" not in data and data.count(b"JFIF") == (suffix == ".jpg")


def test_nothing_of_person_or_machine_is_in_it(signed_files):
    places = [Path.home(), Path.cwd(), Path(os.environ["INFLUENCER_STYLE_CREDENTIALS"]), platform.node()]
    names = [str(place) for place in places] + [f"/{getpass.getuser()}", platform.platform(), platform.release()]
    for data in signed_files.values():
        assert [name for name in names if len(name) > 3 and name.encode() in data] == []


def test_a_generated_picture_says_so(picture, write):
    file = encode(picture, RECORD, ".png", FileMetadata(source_type=GENERATED))
    data = signed(file, ".png", RECORD, credentials(), source_type=GENERATED)
    assert COMPOSITE.encode() not in data and data.count(GENERATED.encode()) == 2
    assert "kind: a picture that a trained model made" in verify(write(data, "a.png")).known


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.text(max_size=20),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**63), 2**64 - 1)
            | st.integers(-(10**15), 10**15).map(lambda thousands: thousands / 1000)  # 15 digits
            | st.text(max_size=50),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
            max_leaves=8,
        ),
        max_size=5,
    )
)
def test_any_plain_record_survives(tmp_path_factory, record):
    path = tmp_path_factory.mktemp("record") / "a.png"
    path.write_bytes(signed(encode(Image.new("RGB", (8, 8)), record, ".png"), ".png", record, credentials()))
    found = verify(path)
    assert found.state == "proven"
    assert found.record == record


def test_what_cannot_be_signed_is_an_error(signed_files):
    for data in (b"", b"words", signed_files[".jpg"][:200]):
        with pytest.raises(SigningError, match="cannot be signed"):
            signed(data, ".jpg", RECORD, credentials())
    with pytest.raises(ValueError, match="JSON"):
        signed(signed_files[".jpg"], ".jpg", {"strength": math.nan}, credentials())
