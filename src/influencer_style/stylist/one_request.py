"""A request in which looks are used again and again: one decision a look, and one row of the record."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace

from influencer_style.stylist.stylist import Stylist


def for_request(stylist: Stylist, looks: Iterable[str], stage: str = "") -> Stylist:
    """Return a Stylist that answers one request, in which these looks are used: that is recorded now, and not again.

    Args:
        stylist: it stays as it is.
        looks: their names.
        stage: what for, where that is not what the Stylist works for.

    Raises:
        StylistError: as `Stylist.apply` does, for an unknown look, or a consent.
    """
    one = copy(stylist)
    one.permission = replace(stylist.permission, stage=stage or stylist.permission.stage)
    used = {name for look in looks for name in one.check(look, 1.0)}
    one.permission = one.permission.record(stylist.bundle, used)
    return one
