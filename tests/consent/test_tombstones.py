"""Tombstones: who has withdrawn, since when, and which files were theirs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from influencer_style.consent.tombstones import Tombstone, TombstoneError, Tombstones

DAY = date(2026, 3, 1)
ADA = Tombstone(creator="Ada Example", slug="ada-example", withdrawn_on=DAY, photos=("a" * 16,))


def test_a_tombstone_is_found_by_name_and_by_slug_and_none_is_made_up(tmp_path):
    stones = Tombstones(tmp_path / "ledger")
    assert list(stones) == [] and stones.of("Ada Example") is None
    assert stones.put(ADA) == ADA
    assert stones.of("Ada Example") == stones.of("ada-example") == ADA
    assert list(stones) == [ADA] and stones.of("Ada") is None


def test_it_ends_what_was_granted_until_that_day_and_no_later_consent(tmp_path):
    stones = Tombstones(tmp_path)
    stones.put(ADA)
    assert stones.barring("Ada Example", DAY - timedelta(days=300)) == ADA
    assert stones.barring("Ada Example", DAY) == ADA, "a form of that very day cannot be told from the one withdrawn"
    assert stones.barring("Ada Example", None) == ADA, "a consent that says no day is no new one"
    assert stones.barring("Ada Example", DAY + timedelta(days=1)) is None
    assert stones.barring("Bela", DAY) is None


def test_setting_it_again_forgets_no_photo(tmp_path):
    stones = Tombstones(tmp_path)
    stones.put(ADA)
    later = ADA.model_copy(update={"withdrawn_on": DAY + timedelta(days=9), "photos": ("b" * 16,)})
    assert stones.put(later).photos == ("a" * 16, "b" * 16)
    assert stones.of("ada-example").withdrawn_on == DAY + timedelta(days=9)


@pytest.mark.parametrize("name", ["Ада", "名前", "x" * 300, "Ünï cödé"])
def test_names_of_any_script_and_length_have_a_file_of_their_own(tmp_path, name):
    from influencer_style.consent.slug import slug

    stones = Tombstones(tmp_path)
    stones.put(Tombstone(creator=name, slug=slug(name), withdrawn_on=DAY))
    assert stones.of(name).creator == name and len(list(stones)) == 1
    assert stones.of(f"{name} II") is None


@pytest.mark.parametrize("text", ["", "{", '{"schema": 1}', "[" * 5000, '{"schema": 2, "creator": "Ada"}'])
def test_one_that_cannot_be_read_is_no_leave_to_go_on(tmp_path, text):
    stones = Tombstones(tmp_path)
    stones.put(ADA)
    (file,) = stones.folder.iterdir()
    file.write_text(text)
    with pytest.raises(TombstoneError, match=r"ada-example.*back-up"):
        stones.of("Ada Example")
    with pytest.raises(TombstoneError):
        list(stones)


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "withdrawn").write_text("a file where the folder should be")
    with pytest.raises(TombstoneError, match="nothing was withdrawn"):
        Tombstones(tmp_path).put(ADA)
