"""consent.yml is read strictly, and its errors name file, line, field and remedy."""

from datetime import date

import pytest

from influencer_style.photos.consent import ConsentError, load_consent, require
from tests.photos.conftest import CONSENT

TODAY = date(2026, 6, 1)


def write(folder, text):
    (folder / "consent.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def error_of(folder, text):
    with pytest.raises(ConsentError) as error:
        require(load_consent(write(folder, text)), TODAY, folder)
    assert f"{folder.name}/consent.yml" in str(error.value)
    return str(error.value)


def test_valid_consent(tmp_path):
    consent = load_consent(write(tmp_path, CONSENT))
    require(consent, TODAY, tmp_path)
    assert (consent.subject, consent.kind, consent.scope) == ("Anna", "person", ("train", "transfer"))
    assert consent.allows("train", TODAY) and not consent.allows("generate", TODAY)
    assert not consent.allows("train", date(2024, 12, 31))


def test_the_last_day_still_counts(tmp_path):
    consent = load_consent(write(tmp_path, CONSENT.replace("never", "2026-06-01")))
    require(consent, TODAY, tmp_path)
    with pytest.raises(ConsentError, match=r"expires: ended on 2026-06-01; ask anna@example.org"):
        require(consent, date(2026, 6, 2), tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expires: never", "expires: 2024-01-01", "lies before granted_on"),
        ("granted_on: 2025-01-01", "granted_on: 2099-01-01", "granted_on: begins on 2099-01-01"),
        ("granted_on: 2025-01-01", "granted_on: 2025-02-30", "line 4: granted_on"),
        ("granted_on: 2025-01-01", "granted_on: 20250101", "line 4: granted_on: must be a day"),
        ("granted_on: 2025-01-01\n", "", "granted_on: is missing; add it"),
        ("expires: never", "expires: soon", "line 5: expires: must be a day"),
        ("subject: Anna", "subject: ' '", "line 2: subject"),
        ("subject: Anna", "subject: '...'", "subject: must be a name"),
        ("[train, transfer]", "[]", "line 6: scope"),
        ("[train, transfer]", "[train, sell]", "line 6: scope"),
        ("[train, transfer]", "[generate]", "neither train nor transfer"),
        ("schema: 1", "schema: 2", "line 1: schema"),
        ("schema: 1", "schema: true", "line 1: schema"),
        ("evidence:", "evidnce:", "is no field of schema 1"),
        ("subject: Anna", "subject: Anna\nsubject: Ben", "a field twice"),
        ("evidence: a signed letter", "evidence: &a [x]\nextra: *a", "alias"),
        ("subject: Anna", "subject: !!python/object/apply:os.system ['true']", "not plain YAML"),
        ("schema: 1", "schema: [1", "line"),
    ],
)
def test_every_fault_is_named(tmp_path, old, new, said):
    assert old in CONSENT
    assert said in error_of(tmp_path, CONSENT.replace(old, new))


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "[" * 20_000, b"\xff\xfe\x00", "a: " + "x" * 70_000])
def test_hostile_files(tmp_path, text):
    error_of(tmp_path, text)


def test_missing_file_and_wrong_suffix(tmp_path):
    with pytest.raises(ConsentError, match="is missing"):
        load_consent(tmp_path)
    (tmp_path / "consent.yaml").write_text(CONSENT)
    with pytest.raises(ConsentError, match=r"rename consent.yaml to consent.yml"):
        load_consent(tmp_path)
