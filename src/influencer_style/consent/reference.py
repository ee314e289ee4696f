"""Whose a reference photo is, and whether its look may be taken: by the folder that it lies in, and by the photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from influencer_style.consent.grant import Consent, ConsentError, Decision, Scope, decide
from influencer_style.consent.known_creators import KnownCreator
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.ledgers import Ledgers
from influencer_style.consent.lookalikes import skeleton
from influencer_style.consent.nearest import folder_with_consent
from influencer_style.consent.slug import slug
from influencer_style.consent.tombstones import Tombstone

UNASKED = "the look is of a reference photo without recorded consent; use it only with its people's leave"


@dataclass(frozen=True)
class ReferenceDecision:
    """What was decided about a reference photo.

    Attributes:
        decision: allowed with the reason UNASKED where nothing is known of a consent.
        creator: the slug of whose it is; empty where that is not known.
        consent: what it rests on, in short; None where nothing is known of one.
    """

    decision: Decision
    creator: str = ""
    consent: Mapping[str, Any] | None = None


def decide_reference(ledgers: Ledgers, photo: Path | None, sha256: str, scope: Scope) -> ReferenceDecision:
    """Decide whether the look of a photo may be taken today. Nothing is recorded.

    The nearest consent above the file counts (`consent_above.folder_with_consent`). A photo that a ledger knows by its
    SHA-256 is its creator's in whatever folder it lies: their tombstone and their own consent count as well.

    Args:
        ledgers: what knows creators.
        photo: the file; None for one that has no name.
        sha256: of the file; empty where that is not known.
        scope: what the look is needed for.

    Raises:
        AuditError: when a ledger cannot be read.
    """
    consulted = list(ledgers.near)
    owners = _owners(consulted, sha256[:16])
    # What the user withdrew in another project does not bind one that knows this photo itself.
    if ledgers.user and not owners:
        consulted.append(ledgers.user)
        owners = _owners(consulted, sha256[:16])
    found = _by_folder(consulted, photo, scope)
    for stone in (stone for ledger in consulted for stone in ledger.tombstones):
        if found.decision.allowed and sha256[:16] in stone.photos and not _granted_anew(stone, found):
            found = ReferenceDecision(Decision(False, f"is over: {stone.words}", "granted_on"), stone.slug)
    for ledger, owner in owners:
        if found.decision.allowed:
            found = _of_owner(ledger, owner, scope)
    return found


def _by_folder(consulted: Sequence[Ledger], photo: Path | None, scope: Scope) -> ReferenceDecision:
    if photo is None:
        return ReferenceDecision(Decision(True, UNASKED))
    try:
        folder = folder_with_consent(photo)
    except ConsentError as error:
        return ReferenceDecision(_refused(Decision(False, str(error))))
    if folder is None:
        return ReferenceDecision(Decision(True, UNASKED))
    creator, consent = slug(folder.name), None
    for ledger in consulted:
        decision, consent = ledger.standing(creator, folder, (scope,))
        if not decision.allowed:
            return ReferenceDecision(_refused(decision), creator, _short(consent))
    return ReferenceDecision(Decision(True), creator, _short(consent))


def _of_owner(ledger: Ledger, owner: KnownCreator, scope: Scope) -> ReferenceDecision:
    consent: Mapping[str, Any] | None = owner.consent
    for folder in ledger.creators.folders_of(owner):
        decision, read = ledger.standing(owner.slug, folder, (scope,))
        if not decision.allowed:
            return ReferenceDecision(_refused(decision), owner.slug)
        consent = _short(read)
    if stone := ledger.withdrawn(owner.slug, consent or {}):
        return ReferenceDecision(Decision(False, f"is over: {stone.words}", "granted_on"), owner.slug)
    return ReferenceDecision(decide(consent or {}, (scope,), ledger.today()), owner.slug, consent)


def _owners(consulted: Sequence[Ledger], photo_id: str) -> list[tuple[Ledger, KnownCreator]]:
    """Return whose a photo is, by the first of these ledgers that knows it."""
    known = ([(ledger, one) for one in ledger.creators if photo_id in one.photos] for ledger in consulted)
    return next(filter(None, known), [])


def _refused(decision: Decision) -> Decision:
    """Return a refusal by a file as what can be said of a photo's consent."""
    over = decision.reason.startswith("is over")
    return decision if over else replace(decision, reason=f"does not hold: {decision.reason}", private=True)


def _granted_anew(stone: Tombstone, found: ReferenceDecision) -> bool:
    """Whether the photo lies with a consent of the same creator that holds, and so was granted after the withdrawal."""
    subject = str((found.consent or {}).get("subject", ""))
    names = {skeleton(name) for name in (found.creator, subject) if name}
    return found.consent is not None and bool(names & stone.names)


def _short(consent: Consent | None) -> dict[str, Any] | None:
    return consent.in_short() if consent else None
