"""consent.yml is read strictly, and its errors name file, line, field and remedy."""

from datetime import date

import pytest

from influencer_style.consent.consent_file import decide_folder, load_consent
from influencer_style.consent.grant import LEARN, ConsentError, decide
from tests.made_up_photos import CONSENT

TODAY = date(2026, 6, 1)


def write(folder, text):
    (folder / "consent.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def error_of(folder, text):
    decision = decide_folder(write(folder, text), LEARN, TODAY)
    assert not decision.allowed and decision.reason.startswith(f"{folder.name}/consent.yml")
    return decision.reason


def test_valid_consent(tmp_path):
    decision = decide_folder(write(tmp_path, CONSENT), LEARN, TODAY)
    consent = decision.consent
    assert decision.allowed and consent == load_consent(tmp_path)
    assert (consent.subject, consent.kind, consent.scope) == ("Anna", "person", ("train", "transfer"))
    assert decide(consent, ("train",), TODAY).allowed and not decide(consent, ("generate",), TODAY).allowed
    assert not decide(consent, ("train",), date(2024, 12, 31)).allowed


def test_the_last_day_still_counts(tmp_path):
    write(tmp_path, CONSENT.replace("never", "2026-06-01"))
    assert decide_folder(tmp_path, LEARN, TODAY).allowed
    refused = decide_folder(tmp_path, LEARN, date(2026, 6, 2))
    assert refused.consent and not refused.allowed
    assert refused.reason.endswith("expires: expired on 2026-06-01; ask anna@example.org to renew it")


def test_what_goes_with_a_look_decides_as_the_consent_itself(tmp_path):
    short = load_consent(write(tmp_path, CONSENT.replace("never", "2026-06-01"))).in_short()
    assert list(short) == ["subject", "scope", "granted_on", "expires", "territory"]
    assert decide(short, ("transfer",), TODAY).allowed
    expired = decide(short, ("transfer",), date(2026, 6, 2))
    assert (expired.allowed, expired.field) == (False, "expires")
    assert expired.reason == "expired on 2026-06-01; ask who granted it to renew it"
    assert decide(short, ("transfer",), date(2024, 1, 1)).reason.startswith("begins on 2025-01-01")
    assert decide(short, ("generate",), TODAY).reason == "does not cover generate; ask who granted it to widen it"


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"scope": ["transfer"]},
        {"expires": "never"},
        {"scope": ["transfer"], "expires": "soon"},
        {"scope": "transfer", "expires": "never"},
        ["transfer"],
        {"scope": ["transfer"], "expires": "never", "granted_on": 1},
    ],
)
def test_a_recorded_consent_that_is_not_whole_allows_nothing(damaged):
    assert decide({"scope": ["transfer"], "expires": "never"}, ("transfer",), TODAY).allowed
    assert "was not recorded whole" in decide(damaged, ("transfer",), TODAY).reason


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expires: never", "expires: 2024-01-01", "line 5: expires: 2024-01-01 lies before granted_on"),
        ("granted_on: 2025-01-01", "granted_on: 2099-01-01", "granted_on: begins on 2099-01-01"),
        ("granted_on: 2025-01-01", "granted_on: 2025-02-30", "line 4: granted_on"),
        ("granted_on: 2025-01-01", "granted_on: 20250101", "line 4: granted_on: must be a day"),
        ("granted_on: 2025-01-01\n", "", "granted_on: is missing; add it"),
        ("expires: never", "expires: soon", "line 5: expires: must be a day"),
        ("subject: Anna", "subject: ' '", "line 2: subject"),
        ("subject: Anna", "subject: '...'", "subject: must be a name"),
        ("[train, transfer]", "[]", "line 6: scope"),
        ("[train, transfer]", "[train, sell]", "line 6: scope"),
        ("[train, transfer]", "[train, train]", "line 6: scope: must name each purpose once"),
        ("[train, transfer]", "[generate]", "scope: does not cover any of train, transfer"),
        ("schema: 1", "schema: 2", "line 1: schema"),
        ("schema: 1", "schema: true", "line 1: schema"),
        ("evidence:", "evidnce:", "is no field of schema 1"),
        ("subject: Anna", "subject: Anna\nsubject: Ben", "line 3: has the field subject a second time"),
        ("subject: Anna", "? [subject]\n: Anna", "line 2: has a field whose name is not a word"),
        ("subject: Anna", "subject: \x07", "line 2: is not plain YAML (special characters"),
        ("schema: 1", "schema: 0b_", "line 1: schema: must be the number 1"),
        ("evidence: a signed letter", "evidence: &a [x]\nextra: *a", "alias"),
        ("subject: Anna", "subject: !!python/object/apply:os.system ['true']", "line 2: is not plain YAML"),
        ("schema: 1", "schema: [1", "line 2: is not plain YAML"),
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
