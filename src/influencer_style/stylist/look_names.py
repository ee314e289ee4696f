"""Which looks names mean, however they are capitalised, or if they are the creators'; else a message that suggests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from influencer_style.consent.slug import slug
from influencer_style.storage.text import quoted
from influencer_style.stylist.errors import StylistError

_MOST_NAMED = 12  # looks that a message names


def look_named(text: str, names: Sequence[str], purpose: str = "") -> str:
    """Return the look that `text` names: `Aurora` is aurora, and `Ada Example` is ada-example.

    `purpose` is what the look is for, such as "to generate in", for the message. Raises StylistError when there is no
    such look; the message suggests those that are spelled alike, else lists them.
    """
    if text in names:
        return text
    meant = slug(text[:200])  # a name of any length may come from a request
    if meant in names:
        return meant
    alike = get_close_matches(meant, names, 3)
    more = f" and {len(names) - _MOST_NAMED} more (list them: influencer-style looks)"
    listed = ", ".join(names[:_MOST_NAMED]) + (more if len(names) > _MOST_NAMED else "")
    suggestion = f"did you mean {' or '.join(alike)}?" if alike else f"choose one of: {listed}"
    raise StylistError(f"there is no look {quoted(text)}{purpose and f' {purpose}'}; {suggestion}")


def with_names(look: str | Mapping[str, float], names: Sequence[str]) -> str | dict[str, float]:
    """Return a look or a mix of looks with each name as the model spells it (see `look_named`).

    Raises StylistError for an unknown look, or one that a mix names twice.
    """
    if isinstance(look, str):
        return look_named(look, names)
    named: dict[str, float] = {}
    for name, share in look.items():
        if (found := look_named(name, names)) in named:
            raise StylistError(f"the mix names look {found} twice; give it one share")
        named[found] = share
    return named


def shares_of(look: str | Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    """Return each look's share of the whole, for a look or a mix of looks. Raises StylistError as `with_names` does."""
    named = with_names(look, names)
    shares = {named: 1.0} if isinstance(named, str) else named
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}
