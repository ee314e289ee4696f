"""Who trains, who validates, who tests: decided once for each photo, by its hash, and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class SplitError(ValueError):
    """Too few photos to split."""


@dataclass(frozen=True)
class SplitRules:
    """How photos are split."""

    shares: Mapping[str, float]  # the share of each split; they sum to 1, and the first split has at least one photo
    seed: int = 0  # changes the order in which photos are chosen
    least: int = 0  # minimum number of photos in each split
    fixed: Mapping[str, str] = field(default_factory=dict)  # the splits of photos that are given


def assign_splits(
    photo_ids: Iterable[str], rules: SplitRules, before: Mapping[str, str], what: str = "photos"
) -> dict[str, str]:
    """Return the split of each photo.

    Photos that are fixed have theirs. Those in ``before`` (which may name other photos, too) keep theirs, so that a
    person who trained a model never tests the next one. New ones fill, in the order of their seeded hashes, whichever
    split lacks most of its share. Raises SplitError, which says ``what`` the photos are, if there are fewer of them
    than the splits need together.
    """
    shares, least = rules.shares, rules.least
    order = sorted(photo_ids, key=lambda photo: hashlib.sha256(f"{rules.seed}:{photo}".encode()).digest())
    if len(order) < least * len(shares):
        reason = f"there are {len(order)} usable {what}, but each of {', '.join(shares)} needs {least}"
        raise SplitError(f"{reason}; give at least {least * len(shares)}")
    fixed = {photo: split for photo, split in rules.fixed.items() if split in shares}
    closed = set(fixed.values())  # these splits hold what is fixed for them, and nothing else
    chosen = {photo: fixed[photo] for photo in order if photo in fixed}
    for photo in order:
        if photo not in chosen and before.get(photo) in shares and before[photo] not in closed:
            chosen[photo] = before[photo]
    # Each photo that is left goes to the open split that lacks most of its share.
    open_shares = {name: share for name, share in shares.items() if name not in closed}
    free = sum(photo not in fixed for photo in order)
    lack = {name: share / sum(open_shares.values()) * free for name, share in open_shares.items()}
    for split in chosen.values():
        if split in lack:
            lack[split] -= 1
    for photo in order:
        if photo not in chosen:
            chosen[photo] = max(lack, key=lambda name: lack[name])
            lack[chosen[photo]] -= 1
    _fill_empty(chosen, order, list(shares), least)
    return chosen


def _fill_empty(chosen: dict[str, str], order: list[str], names: list[str], least: int) -> None:
    """Move photos, last ones first, from the fullest split to those with fewer than they need."""
    for name in names:
        need = max(least, 1) if name == names[0] else least
        while chosen and sum(split == name for split in chosen.values()) < need:
            held = {other: [photo for photo in order if chosen[photo] == other] for other in names}
            fullest = max((other for other in names if other != name), key=lambda other: len(held[other]))
            if len(held[fullest]) <= 1 and need > 1:
                return
            chosen[held[fullest][-1]] = name
