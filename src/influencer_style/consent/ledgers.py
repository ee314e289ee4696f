"""The ledgers that know of a look: that of its model's project, that of the working folder's, and the user's own.

The consent in the creator's folder decides about a look if one of them knows the folder and it is there; else the copy
that was learnt with the look decides.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from influencer_style.consent.grant import ConsentCopy, Decision, Scope, decide
from influencer_style.consent.known_creators import KnownCreator
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.tombstones import Tombstone


@dataclass(frozen=True)
class Ledgers:
    """Ledgers that decide together."""

    here: Ledger  # the working folder's: every decision is recorded in it, or not made
    # Those of the projects that the model lies in. Every decision is recorded in them, too, if this user may write to
    # them. What they know of a creator goes before what `here` knows.
    model: tuple[Ledger, ...] = ()
    # The user's own, if that is another; None without one. It knows what was withdrawn or read in any project of this
    # user, and is consulted about creators that no nearer ledger knows.
    user: Ledger | None = None

    @property
    def near(self) -> tuple[Ledger, ...]:
        """All except the user's own, the model's first."""
        return *self.model, self.here

    def decide(
        self,
        stage: str,
        creator: str,
        consent: ConsentCopy,
        *scopes: Scope,
        photos: Collection[str] = (),
        refusals_only: bool = False,
        **facts: object,
    ) -> Decision:
        """Decide whether a look may be used today, and record it.

        Args:
            stage: What the decision is for: `stylize`, `export`, ...
            creator: The creator's slug.
            consent: The consent as the look carries it.
            scopes: The purposes, any of which is enough.
            photos: The photo_ids of the photos that the look was learnt from, if they are known: in the user's own
                ledger other projects may have a creator of the same name.
            refusals_only: Whether a permission is not recorded: in a check that another decision follows.
            **facts: Further facts for the row, such as the model.

        Raises:
            AuditError: If it cannot be recorded, or a ledger cannot be read.
        """
        decision = self.standing(creator, consent, *scopes, photos=photos)
        if not (decision.allowed and refusals_only):
            self.record(stage, creator, scopes, decision, consent, **facts)
        return decision

    def withdrawn(self, creator: str, consent: ConsentCopy, photos: Collection[str] = ()) -> Tombstone | None:
        """Return the tombstone of a creator who has withdrawn since they gave this consent; None if they have not.

        Raises AuditError if a ledger cannot be read.
        """
        for ledger in self.near:
            if stone := ledger.withdrawn(creator, consent):
                return stone
        if self.user is None or any(
            _may_be_one(one.photos, photos) for ledger in self.near for one in _of(ledger, creator, photos)
        ):
            return None
        stone = self.user.withdrawn(creator, consent)
        return stone if stone and _may_be_one(stone.photos, photos) else None

    def record(
        self,
        stage: str,
        creator: str,
        scopes: tuple[Scope, ...],
        decision: Decision,
        consent: ConsentCopy | None,
        **facts: object,
    ) -> None:
        """Record a decision here, and in the ledgers of the model's projects that this user may write to.

        Raises AuditError if it cannot be recorded.
        """
        for ledger in self._writable():
            ledger.record(stage, creator, scopes, decision, consent, **facts)

    def note_written(self, stage: str, creators: Collection[str], place: Path, index: Path | None = None) -> None:
        """Record where pictures, a sheet or an export that carry a look are written, before the first of them is.

        Each creator (a slug) has a row of their own, so that a withdrawal finds every place. `place` is a file or a
        folder, `index` the file that lists the pictures in a folder. Raises AuditError if it cannot be recorded.
        """
        facts = {"place": os.path.abspath(place)} | ({"index": os.path.abspath(index)} if index else {})
        for ledger in self._writable():
            for creator in sorted(creators):
                ledger.log.append("written", stage=stage, creator=creator, **facts)

    def known(self, creator: str, photos: Collection[str] = ()) -> Iterator[tuple[Ledger, KnownCreator]]:
        """Yield what the nearest ledger that knows a creator knows of them, and that ledger."""
        ledgers = (*self.near, *filter(None, [self.user]))
        found = ([(ledger, one) for one in _of(ledger, creator, photos)] for ledger in ledgers)
        yield from next(filter(None, found), [])

    def standing(self, creator: str, consent: ConsentCopy, *scopes: Scope, photos: Collection[str] = ()) -> Decision:
        """Decide as `decide` does, and record nothing."""
        days = [ledger.today() for ledger in self.near]
        if stone := self.withdrawn(creator, consent, photos):
            return stone.refusal
        for ledger, one in self.known(creator, photos):
            for folder in ledger.creators.folders_of(one):
                decision = ledger.standing(creator, folder, scopes, consent)
                if not decision.allowed:
                    return Decision(False, f"does not hold: {decision.reason}", decision.field, private=True)
        return decide(consent, scopes, days[-1])

    def _writable(self) -> list[Ledger]:
        return [*(ledger for ledger in self.model if os.access(ledger.folder, os.W_OK)), self.here]


def _of(ledger: Ledger, creator: str, photos: Collection[str]) -> list[KnownCreator]:
    """Return what a ledger knows of a creator; of another project's creator, only if it may be the same one."""
    return [one for one in ledger.creators.of(creator) if not one.project or _may_be_one(one.photos, photos)]


def _may_be_one(theirs: Collection[str], photos: Collection[str]) -> bool:
    """Whether two sets of photos may be one creator's: they share some, or one of them is not known."""
    return not theirs or not photos or not set(photos).isdisjoint(theirs)
