"""A creator's name as looks, tags and files carry it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


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

    Raises:
        SlugError: if a name has no letter or digit, or two names have the same slug.
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
