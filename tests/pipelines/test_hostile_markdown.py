"""Pages in Markdown that name strangers: their names are no markup."""

import re

from influencer_style.pipelines.withdrawal.record import Revocation, WithdrawalRecord

EVIL = "x\n# FORGED\n<script>alert(1)</script> [free](http://evil.example) | y |\x1b[2J\u202e"


def test_a_withdrawals_page_shows_names_as_they_are():
    record = WithdrawalRecord(
        creator=EVIL, slug="x", withdrawn_on="2026-01-01", done="2026-01-01", photos=1, free=["the manifest"],
        files_removed=[EVIL], run_pictures_removed=0, champions=[], revoked=[Revocation(EVIL, "1", EVIL)],
        pictures_that_carry_the_look=[EVIL], not_reached=[EVIL], beyond_reach=[EVIL],
    )  # fmt: skip
    page = record.as_page()
    assert page.count("FORGED") == 7
    assert not re.search(r"^\s*(# FORGED|<script)", page, re.MULTILINE)
    assert not re.search(r"(?<!\\)<|(?<!\\)\[", page) and "://" not in page
    assert all(letter.isprintable() or letter == "\n" for letter in page)
