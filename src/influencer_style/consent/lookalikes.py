"""Names that look alike: a folder called with a Cyrillic letter reads like the one called with the Latin letter."""

from __future__ import annotations

import unicodedata

from influencer_style.consent.slug import slug

# Letters of other scripts that print as a Latin letter does, in lower case: the most common of Unicode's confusables.
_LATIN = str.maketrans(
    {
        **dict(zip("авеёкмнорстухіјѕԁһӏѵԛԝґ", "abeekmhopctyxijsdhlvqwr", strict=True)),  # Cyrillic
        **dict(zip("αβεηικνορτυχγω", "abeniknoptuxyw", strict=True)),  # Greek
        **dict(zip("ıɑɡոսօհ", "iagnuoh", strict=True)),  # dotless i, Latin alpha and script g, Armenian
    }
)


def skeleton(name: str) -> str:
    """Return a name's slug without accents, in the Latin letters that it looks like.

    Two names that people cannot tell apart have the same skeleton. Others may have, too: a match is a reason to refuse
    and never one to allow.
    """
    plain = unicodedata.normalize("NFKD", slug(name).casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).translate(_LATIN)
