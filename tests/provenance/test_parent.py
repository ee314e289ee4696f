"""A photo's own Content Credentials become the parent's: kept, not trusted, without what is private, and no danger."""

from __future__ import annotations

import io
import logging
import random
from datetime import UTC, datetime
from functools import cache

import c2pa
import pytest
from cameras import MEDIA_TYPES, PLACE, can_make, chain, labels, plain, signed_by_camera
from signers import RECORD

from influencer_style.photos.original import Parent
from influencer_style.provenance import authority, manifest_store
from influencer_style.provenance.authority import Credentials
from influencer_style.provenance.credentials import credentials
from influencer_style.provenance.manifest import signed
from influencer_style.provenance.manifest_store import excess, store_of
from influencer_style.provenance.parent import parent_of
from influencer_style.provenance.record import COMPOSITE, encode
from influencer_style.provenance.verify import verify


@cache
def camera_photo(kind: str = "JPEG", thumbnail: bool = False) -> bytes:
    return signed_by_camera(plain(kind), kind, thumbnail)


@pytest.fixture
def made_from(picture):
    """Sign a JPEG as made from a photo; a function that returns it and the notice."""

    def make(photo: bytes, private: bool = False) -> tuple[bytes, str]:
        parent, notice = parent_of(photo, private)
        return signed(encode(picture, RECORD, ".jpg"), ".jpg", RECORD, credentials(), parent=parent), notice

    return make


def formats() -> list:
    reason = "heif-enc is not installed"
    return [pytest.param(kind, marks=pytest.mark.skipif(not can_make(kind), reason=reason)) for kind in MEDIA_TYPES]


@pytest.mark.parametrize("kind", formats())
def test_credentials_of_every_format_become_the_parents(made_from, write, kind):
    file, notice = made_from(camera_photo(kind))
    own, parent = chain(file)
    opened, edited = next(one for one in own["assertions"] if one["label"] == "c2pa.actions.v2")["data"]["actions"][:2]
    assert (opened["action"], edited["action"], edited["digitalSourceType"]) == (
        "c2pa.opened", "c2pa.edited", COMPOSITE,
    )  # fmt: skip
    assert parent["claim_generator_info"][0]["name"] == "Camera" and "stds.schema-org.CreativeWork" in labels(parent)
    (ingredient,) = own["ingredients"]
    assert (ingredient["relationship"], ingredient["format"]) == ("parentOf", MEDIA_TYPES[kind])
    assert notice == "" and ingredient["validation_results"]["activeManifest"]["failure"] == []
    assert verify(write(file)).state == "proven"


def test_made_from_twice_keeps_the_chain(made_from, write):
    file = camera_photo()
    for _ in range(3):
        file, notice = made_from(file)
        assert notice == ""
    assert [one["claim_generator_info"][0]["name"] for one in chain(file)] == ["influencer_style"] * 3 + ["Camera"]
    found = verify(write(file))
    assert found.state == "proven" and found.record == RECORD


def test_a_photo_without_credentials_is_a_parent_of_which_nothing_is_said(made_from, write):
    file, notice = made_from(plain("PNG"))
    (own,) = chain(file)
    (ingredient,) = own["ingredients"]
    assert ingredient.keys() == {"format", "relationship", "label"} and ingredient["format"] == "image/png"
    assert notice == "" and "made from: a photo without Content Credentials" in verify(write(file)).known
    assert parent_of(b"BM a format that has none") == (Parent(), "")


@pytest.mark.parametrize("private", [False, True])
def test_pictures_are_removed_always_and_private_parts_unless_they_are_wanted(made_from, write, private):
    photo = camera_photo("PNG", thumbnail=True)
    assert b"c2pa.thumbnail.claim" in photo and PLACE.encode() in photo
    file, _ = made_from(photo, private)
    parent = chain(file)[1]
    assert file.count(b"\xff\xd8\xff") == 1, "no thumbnail beside the picture"
    assert (PLACE.encode() in file) == private
    assert labels(parent) & {"stds.exif", "com.camera.serial"} == (
        {"stds.exif", "com.camera.serial"} if private else set()
    )
    found = verify(write(file))
    assert found.state == "proven", "what is left can still be verified"
    (said,) = [sentence for sentence in found.proven if "photo's Content Credentials" in sentence]
    assert f"except {1 if private else 3} parts that were removed for privacy" in said
    again, _ = made_from(file)
    assert PLACE.encode() not in again and verify(write(again)).state == "proven"


def test_a_photo_that_was_changed_is_kept_as_such(made_from, write):
    photo = camera_photo()
    file, notice = made_from(photo[:-9] + bytes([photo[-9] ^ 1]) + photo[-8:])
    assert "do not match it" in notice
    found = verify(write(file))
    assert found.state == "proven", "of the picture"
    assert any("when it was opened, photo and credentials did not agree" in said for said in found.known)


@pytest.mark.parametrize("where", [PLACE.encode(), b"influencer_style signer"], ids=["assertion", "certificate"])
def test_credentials_that_were_forged_prove_nothing(made_from, write, where):
    photo = bytearray(camera_photo())
    photo[photo.index(where) + 3] ^= 1
    file, notice = made_from(bytes(photo))
    assert "do not match it" in notice
    found = verify(write(file))
    assert not any("photo" in said for said in found.proven[1:])
    assert any("but are not as they were signed" in said for said in found.known)
    assert "who signed the photo's Content Credentials: they are not as they were signed" in found.not_proven


def test_a_stranger_who_signed_the_photo_does_not_make_our_signer_one(made_from, write):
    issued = authority.issue(datetime.now(UTC))
    stranger = Credentials(issued.certificate, issued.private_key, "es256", own=False)
    file, notice = made_from(signed_by_camera(plain("JPEG"), "JPEG", signer=stranger))
    assert notice == ""
    found = verify(write(file))
    assert (found.state, found.codes) == ("proven", [])
    assert any("no authority known here vouches" in said for said in found.not_proven)
    assert not any("photo's" in said and "vouches" in said for said in found.proven)
    known = verify(write(file), issued.authority)
    assert known.state == "proven"


def test_a_parent_that_is_exchanged_is_noticed(made_from, write):
    file, _ = made_from(camera_photo())
    at = file.rindex(b"Camera")
    found = verify(write(file[:at] + b"Canera" + file[at + 6 :]))
    assert (found.state, found.proven) == ("altered", [])


def test_hostile_credentials_are_dropped_and_it_is_said(monkeypatch):
    many = [{"label": f"a.b{number}", "kind": "Json", "data": {"a": 1}} for number in range(600)]
    photo = signed_by_camera(plain("PNG"), "PNG", extra=many)
    assert parent_of(photo) == (
        Parent("image/png"), "its Content Credentials have more than 500 assertions and were dropped",
    )  # fmt: skip
    monkeypatch.setattr(manifest_store, "MAX_BYTES", 2**19)
    large = signed_by_camera(plain("PNG"), "PNG", extra=[{"label": "a.b", "kind": "Json", "data": {"a": "x" * 2**19}}])
    assert parent_of(large) == (
        Parent("image/png"), "its Content Credentials have more than 512 KiB and were dropped",
    )  # fmt: skip
    folded = camera_photo().replace(b"com.camera.serial", b"com.camera.sbrobl")
    assert "compressed" in parent_of(folded)[1]
    broken = camera_photo().replace(b"c2pa.claim.v2", b"c2pa.clown.v2")
    assert parent_of(broken) == (Parent("image/jpeg"), "its Content Credentials are damaged and were dropped")


def test_hostile_manifests_are_not_read_by_verify_either(write):
    many = [{"label": f"a.b{number}", "kind": "Json", "data": {"a": 1}} for number in range(600)]
    found = verify(write(signed_by_camera(plain("PNG"), "PNG", extra=many), "a.png"))
    assert found.state == "altered" and "more than 500 assertions" in found.not_proven[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "AVIF"])
def test_no_mutant_ends_a_run(made_from, kind):
    photo, dice = camera_photo(kind), random.Random(0)
    start, size = photo.index(b"jumb") - 20, len(store_of(photo))
    for number in range(60):
        mutant = bytearray(photo)
        if number % 6 == 0:
            del mutant[dice.randrange(start, start + size) :]
        for _ in range(dice.choice((1, 3, 20))):
            mutant[dice.randrange(start, start + size) % len(mutant)] = dice.randrange(256)
        file, _ = made_from(bytes(mutant))
        assert chain(file)[0]["claim_generator_info"][0]["name"] == "influencer_style"


def test_credentials_that_cannot_be_written_are_left_out_and_the_log_says_so(picture, caplog):
    file = encode(picture, RECORD, ".jpg")
    with caplog.at_level(logging.WARNING):
        made = signed(file, ".jpg", RECORD, credentials(), parent=Parent("image/png", b"no archive"))
    assert "Content Credentials cannot be kept" in caplog.text
    assert chain(made)[0]["ingredients"][0]["format"] == "image/png"


@pytest.mark.parametrize("kind", formats())
def test_the_store_is_found_where_the_library_finds_it(kind):
    photo = camera_photo(kind)
    store = store_of(photo)
    assert excess(store) == "" and store.count(b"jumb") == photo.count(b"jumb")
    assert store.count(b"self#jumbf") == photo.count(b"self#jumbf") > 5
    assert store_of(plain(kind)) == b"" and store_of(plain(kind) + b"jumb") == b""
    with c2pa.Context.from_dict({}) as context:
        assert c2pa.Reader(MEDIA_TYPES[kind], io.BytesIO(photo), context=context).is_embedded()


@pytest.mark.parametrize("kind", formats())
def test_the_store_of_a_damaged_file_is_found_without_trouble(kind):
    photo, dice = camera_photo(kind), random.Random(0)
    for _ in range(300):
        mutant = bytearray(photo)
        for _ in range(5):
            mutant[dice.randrange(200 if dice.random() < 0.8 else len(mutant))] = dice.randrange(256)
        assert len(store_of(bytes(mutant))) <= 2 * len(photo)
