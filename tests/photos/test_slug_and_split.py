"""Properties of slugs and splits."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influencer_style.consent.slug import SlugError, slug, slugs
from influencer_style.photos.split import SplitRules, assign_splits

SHARES = {"train": 0.5, "validation": 0.2, "test": 0.3}
ids = st.sets(st.text("0123456789abcdef", min_size=16, max_size=16), min_size=3, max_size=60)


@given(st.text(max_size=40))
def test_slugs_are_stable_lower_case_and_clean(name):
    made = slug(name)
    assert slug(made) == made == made.lower()
    assert not made.startswith("-") and not made.endswith("-") and "--" not in made
    assert all(letter == "-" or unicodedata.category(letter)[0] in "LMN" for letter in made)
    assert slug(unicodedata.normalize("NFD", name)) == made


@pytest.mark.parametrize(
    ("name", "made"),
    [("Anna B. Müller", "anna-b-müller"), ("李子柒", "李子柒"), ("__X__", "x"), ("../etc", "etc"), ("हिन्दी", "हिन्दी")],
)
def test_slugs_of_names(name, made):
    assert slug(name) == made


def test_a_name_without_letters_is_refused():
    with pytest.raises(SlugError, match="no letter or digit"):
        slugs(["!!!"])


@given(ids, st.integers(0, 5))
def test_splits_are_near_their_shares_and_whole(photos, seed):
    splits = assign_splits(photos, SplitRules(SHARES, seed, least=1), {}, "users")
    assert set(splits) == photos
    for name, share in SHARES.items():
        held = sum(split == name for split in splits.values())
        assert held >= 1 and abs(held - share * len(photos)) <= 1.01


@given(ids, ids, st.sets(st.integers(0, 59)))
def test_splits_are_kept(photos, others, gone):
    before = assign_splits(photos, SplitRules(SHARES, least=1), {}, "users")
    left = {photo for at, photo in enumerate(sorted(photos)) if at not in gone} | others
    after = assign_splits(left, SplitRules(SHARES, least=1), before, "users")
    moved = [photo for photo in left & photos if after[photo] != before[photo]]
    emptied = [name for name in SHARES if not any(before.get(photo) == name for photo in left)]
    assert len(moved) <= len(emptied)


@given(ids)
def test_fixed_people_are_exactly_that_split(photos):
    tested = dict.fromkeys(sorted(photos)[:1], "test")
    splits = assign_splits(photos, SplitRules(SHARES, least=1, fixed=tested), {}, "users")
    assert {photo for photo, split in splits.items() if split == "test"} == set(tested)
