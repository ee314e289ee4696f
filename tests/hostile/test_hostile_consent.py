"""consent.yml as nobody writes it: read as words, or refused in a few words; never another error, never for long."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest import CONSENT

from influencer_style.consent.consent_file import load_consent
from influencer_style.consent.grant import ConsentError

_PIECES = (
    *(
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "? ",
        "\n",
        "  ",
        "\t",
        "'",
        '"',
        "|",
        ">",
        "#",
        ",",
        "%",
        "@",
        "`",
        "~",
        "=",
        "<<: ",
    ),
    *("&a ", "*a", "!!int ", "!!float ", "!!bool ", "!!null ", "!!timestamp ", "!!binary ", "!!set ", "!!omap ", "!x "),
    *(
        "---\n",
        "...\n",
        "%YAML 9.9\n",
        "1:1",
        "0x",
        "0b_",
        "1e9",
        ".inf",
        "2025-13-41",
        "\0",
        "\x85",
        "\u2028",
        "\ufeff",
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("Anna")


def read(folder, text):
    """Return what a consent is refused for; nothing for one that is none of these."""
    (folder / "consent.yml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    try:
        consent = load_consent(folder)
    except ConsentError as error:
        reason = str(error)
        assert len(reason) < 5000
        return reason
    assert consent.kind in ("person", "synthetic") and consent.scope and consent.subject.strip()
    return ""


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, len(CONSENT)), st.sampled_from(_PIECES), st.integers(1, 40), st.integers(0, 5)))
)
def test_a_consent_with_pieces_of_yaml_anywhere_is_read_or_refused(folder, changes):
    text = CONSENT
    for at, piece, times, less in changes:
        text = text[:at] + piece * times + text[at + less :]
    read(folder, text)


@pytest.mark.parametrize(
    "value",
    [
        "!!timestamp hello", "!!int ''", "!!float ''", "!!bool maybe", "!!binary 'é'", "!!python/name:os.system",
        '"\\e[2J"', '"\\u202e"', '"\\ud800"', "[Anna]", "{a: b}", "", "~", "'...'",
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused_as_one(folder, value):
    """Tags once ended the whole ingestion, each with an error of its own; escapes once drove the terminal."""
    told = read(folder, CONSENT.replace("subject: Anna", f"subject: {value}"))
    assert "line 2" in told and told.isprintable()


@pytest.mark.parametrize("value", ["1:" * 20_000 + "1", "0x" + "f" * 60_000, "0b" + "1" * 60_000, "9" * 60_000])
def test_a_number_of_any_length_is_too_long_a_word(folder, value):
    """Numbers that YAML knows and Python does not write out once ended the whole ingestion."""
    assert "line 2: subject: String should have at most" in read(
        folder, CONSENT.replace("subject: Anna", f"subject: {value}")
    )


def test_words_stay_as_they_were_written(folder):
    text = (
        CONSENT.replace("worldwide", "NO").replace("a signed letter", "0123").replace("subject: Anna", "subject: yes")
    )
    assert not read(folder, text)
    consent = load_consent(folder)
    assert (consent.territory, consent.evidence, consent.subject) == ("NO", "0123", "yes")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 30_000, "{a: " * 12_000, "- " * 30_000, "? " * 30_000, "&a " * 20_000, '"' + "\\u0041" * 10_000,
        "".join(f"k{number}: 1\n" for number in range(6000)), "a" * 60_000 + ": 1", "<<: {a: b}\n" + CONSENT,
        CONSENT + "---\n" + CONSENT, CONSENT + "\0", CONSENT.encode("utf-16"), CONSENT.encode("utf-32"), b"\xff" * 99,
        CONSENT.replace("schema: 1", "schema: 1.0"), CONSENT.replace("2025-01-01", "0000-00-00"),
        CONSENT.replace("2025-01-01", "٢٠٢٥-01-01"), CONSENT.replace("[train, transfer]", "{train: 1}"),
    ],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_bombs_and_other_files_are_refused_in_a_few_words(folder, text):
    assert read(folder, text)


def test_what_is_unusual_and_sound_is_taken(folder):
    for text in (CONSENT.replace("\n", "\r\n"), "\ufeff" + CONSENT, CONSENT.replace("never", "9999-12-31")):
        assert not read(folder, text)
