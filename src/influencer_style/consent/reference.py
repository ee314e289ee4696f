"""Whose a reference photo is, and whether its look may be taken: its folder and the photo itself tell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from influencer_style.consent.grant import CONSENT_FILE, Consent, ConsentCopy, ConsentError, Decision, Scope, decide
from influencer_style.consent.known_creators import KnownCreator
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.ledgers import Ledgers
from influencer_style.consent.slug import skeleton, slug
from influencer_style.consent.tombstones import Tombstone
from influencer_style.storage.regular import is_regular

UNASKED = "the look is of a reference photo without recorded consent; use it only with its people's leave"

LEVELS = 12  # folders that are searched, including the photo's own
_NAMES = (CONSENT_FILE, "consent.yaml")


@dataclass(frozen=True)
class ReferenceDecision:
    """What was decided about a reference photo."""

    decision: Decision  # the decision; allowed with the reason UNASKED if no consent is known
    creator: str = ""  # the creator's slug; empty if that is not known
    # The copy of the consent that the decision rests on; None if no consent is known
    consent: ConsentCopy | None = None


def decide_reference(ledgers: Ledgers, photo: Path | None, sha256: str, scope: Scope) -> ReferenceDecision:
    """Decide whether the look of a photo may be taken today. Nothing is recorded.

    The nearest consent above the file counts (`folder_with_consent`). A photo that a ledger knows by its SHA-256 is its
    creator's in whatever folder it lies: their tombstone and their own consent count as well. The file's name may be
    None, and the SHA-256 empty, if they are not known. Raises AuditError if a ledger cannot be read.
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
            found = ReferenceDecision(stone.refusal, stone.slug)
    for ledger, owner in owners:
        if found.decision.allowed:
            found = _of_owner(ledger, owner, scope)
    return found


def _by_folder(consulted: Sequence[Ledger], photo: Path | None, scope: Scope) -> ReferenceDecision:
    try:
        folder = photo and folder_with_consent(photo)
    except ConsentError as error:
        return ReferenceDecision(_refused(Decision(False, str(error))))
    if folder is None:
        return ReferenceDecision(Decision(True, UNASKED))
    creator, consent = slug(folder.name), None
    for ledger in consulted:
        decision = ledger.standing(creator, folder, (scope,))
        consent = decision.consent
        if not decision.allowed:
            return ReferenceDecision(_refused(decision), creator, _short(consent))
    return ReferenceDecision(Decision(True), creator, _short(consent))


def _of_owner(ledger: Ledger, owner: KnownCreator, scope: Scope) -> ReferenceDecision:
    consent: ConsentCopy | None = owner.consent
    for folder in ledger.creators.folders_of(owner):
        decision = ledger.standing(owner.slug, folder, (scope,))
        if not decision.allowed:
            return ReferenceDecision(_refused(decision), owner.slug)
        consent = _short(decision.consent)
    if stone := ledger.withdrawn(owner.slug, consent or {}):
        return ReferenceDecision(stone.refusal, owner.slug)
    return ReferenceDecision(decide(consent or {}, (scope,), ledger.today()), owner.slug, consent)


def _owners(consulted: Sequence[Ledger], photo_id: str) -> list[tuple[Ledger, KnownCreator]]:
    """Return whose a photo is, as the first of these ledgers that knows it says."""
    known = ([(ledger, one) for one in ledger.creators if photo_id in one.photos] for ledger in consulted)
    return next(filter(None, known), [])


def _refused(decision: Decision) -> Decision:
    """Return the refusal of a consent's file in the words for a photo."""
    over = decision.reason.startswith("is over")
    return decision if over else replace(decision, reason=f"does not hold: {decision.reason}", private=True)


def _granted_anew(stone: Tombstone, found: ReferenceDecision) -> bool:
    """Whether the photo lies with a consent of the same creator that holds, and so was granted after the withdrawal."""
    subject = str((found.consent or {}).get("subject", ""))
    names = {skeleton(name) for name in (found.creator, subject) if name}
    return found.consent is not None and bool(names & stone.names)


def _short(consent: Consent | None) -> dict[str, object] | None:
    return consent.in_short() if consent else None


def folder_with_consent(photo: Path) -> Path | None:
    """Return the nearest folder above a photo that holds a consent; None if there is none.

    Links are followed first: the folder of the photo itself counts, not that of a link to it. The search ends after 12
    folders, and does not leave the home folder or the disk (mount point) of the photo. Raises ConsentError if something
    there is named like a consent, and is not a regular file called consent.yml: a link, a folder, consent.yaml,
    Consent.yml. A mistake in its name must not set its terms aside.
    """
    folder = Path(os.path.realpath(photo)).parent
    try:
        home: Path | None = Path(os.path.realpath(Path.home()))
    except RuntimeError:  # this user has no home folder
        home = None
    for _ in range(LEVELS):
        try:
            named = sorted(name for name in os.listdir(folder) if name.casefold() in _NAMES)
        except OSError:  # a folder that may be entered but not listed
            named = [name for name in _NAMES if os.path.lexists(folder / name)]
        for name in named:
            if name != CONSENT_FILE:
                raise ConsentError(f"{folder.name}/{name}: is not named {CONSENT_FILE}; rename it, or remove it")
            if not is_regular(folder / name):
                raise ConsentError(f"{folder.name}/{name}: is not a regular file; put the consent itself in its place")
        if named:
            return folder
        if folder in (folder.parent, home) or os.path.ismount(folder):
            return None
        folder = folder.parent
    return None
