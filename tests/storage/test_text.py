"""Strangers' text, made safe to show."""

import pytest

from influencer_style.storage.text import markdown, one_line, quoted, short, utf8

HOSTILE = ["a\nb", "\x1b[2J", "\u202egnp.exe", "\r", "\udcff", "a\u2028b", "\u200b", "\x9b31m", "\u2066x", "\x7f"]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_strangers_text_becomes_one_line_that_drives_no_terminal(name):
    for made in (one_line(name), short(name), markdown(name), quoted(name)):
        assert made.isprintable() and made.isascii()


def test_what_can_be_read_stays_as_it_is():
    for name in ("Zoë Übermut 2.jpg", "写真.png", "a\\b", "😀"):
        assert one_line(name) == name
    assert one_line(one_line("a\nb")) == one_line("a\nb") == "a\\nb"
    assert utf8("Zoë\udcff") == "Zoë\\udcff"


def test_long_texts_are_cut():
    assert short("x" * 200) == "x" * 200
    assert short("x" * 10**6) == "x" * 197 + "..."
    assert len(short("\x1b" * 200)) == 200
    assert len(quoted(["x" * 10**6] * 1000)) < 500


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Example", "Ada Example"),
        ("data/07_model_output/me-aurora.jpg", "data/07_model_output/me-aurora.jpg"),
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)\>"),
        ("[free](http://evil.example)", r"\[free\](http:&#47;&#47;evil.example)"),
        ("| a | b |", r"\| a \| b \|"),
        ("*loud* _loud_ `code`", r"\*loud\* \_loud\_ \`code\`"),
        ("x\n# Withdrawn", "x\\\\n# Withdrawn"),
        ("www.evil.example", r"www\.evil.example"),
    ],
)
def test_markdown_shows_a_name_as_it_is(text, expected):
    assert markdown(text) == expected
