"""A reference photo is its creator's by whatever way it is named, and in whatever folder a copy of it lies."""

from __future__ import annotations

import hashlib
import os
import shutil
from datetime import date

import pytest

from influencer_style.consent import reference as consent_above
from influencer_style.consent.grant import ConsentError
from influencer_style.consent.known_creators import KnownCreator
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.ledgers import Ledgers
from influencer_style.consent.reference import LEVELS, UNASKED, decide_reference, folder_with_consent
from influencer_style.consent.tombstones import Tombstone
from tests.made_up_photos import CONSENT

ADA = CONSENT.replace("Anna", "Ada Example")


def write(path, text="a photo"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def decided(ledgers, path):
    return decide_reference(ledgers, path, sha256(path), "transfer")


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Ada's photos and consent, Bob's, and a folder of nobody's."""
    write(tmp_path / "photos/Ada/a.jpg")
    write(tmp_path / "photos/Ada/consent.yml", ADA)
    write(tmp_path / "photos/Ada/2024/b.jpg", "another photo")
    write(tmp_path / "photos/Bob/consent.yml", CONSENT.replace("Anna", "Bob"))
    write(tmp_path / "photos/Bob/mine.jpg", "Bob's own")
    write(tmp_path / "other/x.jpg", "a stranger's")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def withdrawn(folders):
    """The ledgers after Ada has withdrawn; her consent.yml is from before."""
    ledger = Ledger(folders / "ledger")
    photo = sha256(folders / "photos/Ada/a.jpg")[:16]
    names = {"creator": "Ada", "slug": "ada", "subject": "Ada Example"}
    ledger.tombstones.put(Tombstone(**names, withdrawn_on=date(2026, 1, 1), photos=(photo,)))
    return Ledgers(ledger)


def directly(folders):
    return folders / "photos/Ada/a.jpg"


def by_dots(folders):
    return folders / "photos/Ada/2024/../a.jpg"


def from_inside(folders):
    os.chdir(folders / "photos/Ada/2024")
    return folders.__class__("../a.jpg")


def in_a_sub_folder(folders):
    return folders / "photos/Ada/2024/b.jpg"


def through_a_linked_folder(folders):
    (folders / "link").symlink_to(folders / "photos/Ada")
    return folders / "link/a.jpg"


def through_a_link(folders):
    (folders / "other/link.jpg").symlink_to(folders / "photos/Ada/a.jpg")
    return folders / "other/link.jpg"


def through_a_hard_link(folders):
    os.link(folders / "photos/Ada/a.jpg", folders / "other/hard.jpg")
    return folders / "other/hard.jpg"


def in_a_renamed_folder(folders):
    return (folders / "photos/Ada").rename(folders / "photos/Holiday") / "2024/b.jpg"


def in_a_homoglyph_folder(folders):
    return (folders / "photos/Ada").rename(folders / "photos/\u0410da") / "2024/b.jpg"


def copied_elsewhere(folders):
    return shutil.copy(folders / "photos/Ada/a.jpg", folders / "other/copy.jpg")


def copied_to_bob(folders):
    return shutil.copy(folders / "photos/Ada/a.jpg", folders / "photos/Bob/a.jpg")


WAYS = (
    directly, by_dots, from_inside, in_a_sub_folder, through_a_linked_folder, through_a_link, through_a_hard_link,
    in_a_renamed_folder, in_a_homoglyph_folder, copied_elsewhere, copied_to_bob,
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_photo_of_somebody_who_withdrew_is_refused(folders, withdrawn, way):
    found = decided(withdrawn, way(folders))
    assert not found.decision.allowed and "Ada withdrew on 2026-01-01" in found.decision.reason


@pytest.mark.parametrize("way", WAYS)
def test_an_expired_consent_refuses(folders, way):
    """Nobody has withdrawn; ingestion has read Ada's photos, and her consent has expired since."""
    ledger = Ledger(folders / "ledger")
    photos = tuple(sorted(sha256(path)[:16] for path in (folders / "photos/Ada").rglob("*.jpg")))
    consent = {"subject": "Ada Example", "scope": ["transfer"], "expires": "never"}
    known = {"folder": str(folders / "photos/Ada"), "consent": consent, "photos": photos}
    ledger.creators.put(KnownCreator(creator="Ada", slug="ada", **known))
    allowed = decided(Ledgers(ledger), folders / "photos/Ada/a.jpg")
    assert allowed.decision.allowed and allowed.consent["subject"] == "Ada Example"
    write(folders / "photos/Ada/consent.yml", ADA.replace("expires: never", "expires: 2026-01-01"))
    found = decided(Ledgers(ledger), way(folders))
    assert not found.decision.allowed and "consent.yml: expires: expired on 2026-01-01" in found.decision.reason


def test_a_consent_of_after_the_withdrawal_holds_in_their_folder_alone(folders, withdrawn):
    write(folders / "photos/Ada/consent.yml", ADA.replace("2025-01-01", "2026-02-01"))
    assert decided(withdrawn, folders / "photos/Ada/a.jpg").consent["granted_on"] == "2026-02-01"
    found = decided(withdrawn, folders.__class__(copied_to_bob(folders)))
    assert not found.decision.allowed, "Bob's consent is not hers"


def test_bytes_and_strangers_photos(folders, withdrawn):
    found = decide_reference(withdrawn, None, sha256(folders / "photos/Ada/a.jpg"), "transfer")
    assert not found.decision.allowed
    for strange in (decided(withdrawn, folders / "other/x.jpg"), decide_reference(withdrawn, None, "", "transfer")):
        assert strange.decision.allowed and strange.decision.reason == UNASKED and strange.consent is None
    bobs = decided(withdrawn, folders / "photos/Bob/mine.jpg")
    assert bobs.decision.allowed and bobs.creator == "bob" and bobs.consent["subject"] == "Bob"


def test_what_the_user_withdrew_elsewhere_does_not_bind_a_project_with_a_consent_of_its_own(folders, withdrawn):
    photo = folders / "photos/Ada/a.jpg"
    here = Ledger(folders / "project/data/00_consent")
    assert not decided(Ledgers(here, user=withdrawn.here), photo).decision.allowed
    known = KnownCreator(creator="Ada", slug="ada", folder=str(photo.parent), photos=(sha256(photo)[:16],))
    here.creators.put(known)
    assert decided(Ledgers(here, user=withdrawn.here), photo).decision.allowed


def link_to_nothing(path):
    path.symlink_to("nowhere")


def a_link(path):
    path.symlink_to(write(path.parent.parent / "elsewhere.yml", ADA))


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("consent.yaml", lambda path: write(path, ADA)),
        ("Consent.yml", lambda path: write(path, ADA)),
        ("CONSENT.YAML", lambda path: write(path, ADA)),
        ("consent.yml", link_to_nothing),
        ("consent.yml", a_link),
        ("consent.yml", os.mkdir),
        ("consent.yml", os.mkfifo),
    ],
)
def test_what_is_only_named_like_a_consent_refuses(folders, name, made):
    made(folders / "other" / name)
    with pytest.raises(ConsentError, match=rf"other/{name}: is not"):
        folder_with_consent(folders / "other/x.jpg")
    found = decided(Ledgers(Ledger(folders / "ledger")), folders / "other/x.jpg")
    assert not found.decision.allowed and f"other/{name}" in found.decision.reason


def test_the_search_ends_at_home_at_a_mount_and_after_some_folders(folders, monkeypatch):
    deep = write(folders / "photos/Ada" / "/".join("x" * (LEVELS - 1)) / "x.jpg")
    assert folder_with_consent(deep) == folders / "photos/Ada"
    assert folder_with_consent(write(deep.parent / "y/x.jpg")) is None
    monkeypatch.setattr(consent_above.Path, "home", lambda: folders / "photos/Ada/2024")
    assert folder_with_consent(folders / "photos/Ada/2024/b.jpg") is None
    monkeypatch.setattr(consent_above.Path, "home", lambda: folders / "elsewhere")
    monkeypatch.setattr(os.path, "ismount", lambda path: path == folders / "photos/Ada/2024")
    assert folder_with_consent(folders / "photos/Ada/2024/b.jpg") is None
    assert folder_with_consent(folders / "photos/Ada/a.jpg") == folders / "photos/Ada"
