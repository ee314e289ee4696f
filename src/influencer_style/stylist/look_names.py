"""Which look a name means, however it is capitalised, or if it is the creator's; else a message with suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from influencer_style.consent.slug import slug
from influencer_style.storage.text import quoted
from influencer_style.stylist.result import StylistError

_MOST_NAMED = 12  # looks that a message names


def look_named(text: str, names: Sequence[str], purpose: str = "") -> str:
    """Return the look that `text` names: `Aurora` is aurora, and `Ada Example` is ada-example.

    Args:
        text: a look's name, or its creator's, as somebody typed it.
        names: the looks that there are.
        purpose: what the look is for, such as "to generate in", for the message.

    Raises:
        StylistError: when there is no such look; the message suggests those that are spelled alike, else lists them.
    """
    if text in names:
        return text
    meant = slug(text[:200])  # a name of any length may come from a request
    if meant in names:
        return meant
    alike = get_close_matches(meant, names, 3)
    suggestion = f"did you mean {' or '.join(alike)}?" if alike else f"choose one of: {_listed(names)}"
    raise StylistError(f"there is no look {quoted(text)}{purpose and f' {purpose}'}; {suggestion}")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more (list them: influencer-style looks)"
    return ", ".join(names[:_MOST_NAMED]) + (more if len(names) > _MOST_NAMED else "")
