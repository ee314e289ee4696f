"""A creator's name as looks, tags and files carry it, and which names look alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# Letters of other scripts that print as a Latin letter does, in lower case: the most common of Unicode's confusables.
_LATIN = str.maketrans(
    {
        **dict(zip("авеёкмнорстухіјѕԁһӏѵԛԝґ", "abeekmhopctyxijsdhlvqwr", strict=True)),  # Cyrillic
        **dict(zip("αβεηικνορτυχγω", "abeniknoptuxyw", strict=True)),  # Greek
        **dict(zip("ıɑɡոսօհ", "iagnuoh", strict=True)),  # dotless i, Latin alpha and script g, Armenian
    }
)


class SlugError(ValueError):
    """Names without a usable slug, or two names with the same one."""


def slug(name: str) -> str:
    """Return ``name`` in lower case, every run of anything but letters, marks and digits made one hyphen.

    Letters of any script stay; different spellings of the same letter (composed or not) become one. May be empty.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).lower())
    spaced = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in plain)
    return "-".join(spaced.split())


def slugs(names: Iterable[str]) -> dict[str, str]:
    """Return the slug of each name.

    Raises SlugError if a name has no letter or digit, or two names have the same slug.
    """
    owners: dict[str, str] = {}
    for name in names:
        made = slug(name)
        if not made:
            raise SlugError(f"creator folder {name!r} has no letter or digit in its name; rename it")
        if made in owners:
            raise SlugError(f"creator folders {owners[made]!r} and {name!r} would both be {made!r}; rename one of them")
        owners[made] = name
    return {name: made for made, name in owners.items()}


def skeleton(name: str) -> str:
    """Return a name's slug without accents, in the Latin letters that it looks like.

    Two names that people cannot tell apart have the same skeleton: a folder whose name has a Cyrillic letter reads like
    the one with the Latin letter. Other names may share one, too: a match is a reason to refuse and never to allow.
    """
    plain = unicodedata.normalize("NFKD", slug(name).casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).translate(_LATIN)
