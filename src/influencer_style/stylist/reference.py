"""A reference photo whose look is taken: which photo it was, and whether its people agreed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from influencer_style.consent.reference import UNASKED, decide_reference
from influencer_style.networks.bundle import Bundle
from influencer_style.photos.original import Original
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.permission import Permission, recording
from influencer_style.stylist.restyling import GivenPhoto
from influencer_style.stylist.result import ReferenceRecord


@dataclass(frozen=True)
class Reference:
    """A reference photo, whose consent may be checked again and again.

    Attributes:
        file: Where it lies; None for one that has no name.
        sha256: SHA-256 of its file; empty where that is not known.
        pixels: Fingerprint of its pixels, by which it is recorded where its file is not known.
    """

    file: Path | None
    sha256: str
    pixels: str = ""

    @classmethod
    def of(cls, photo: GivenPhoto, original: Original) -> Reference:
        """Return what identifies a photo, which is `original` when it is decoded."""
        return cls(file_of(photo), original.sha256, "" if original.sha256 else fingerprint(original.pixels))

    def check(
        self, permission: Permission, bundle: Bundle, refusals_only: bool = False
    ) -> tuple[ReferenceRecord, list[str]]:
        """Decide whether the photo's look may be taken today; return what is known of it and its consent, and notices.

        The decision is recorded; if `refusals_only`, a permission was recorded before, and only a refusal is recorded
        now.

        Raises:
            StylistError: When a consent is known for it that does not hold, is damaged or does not allow `transfer`,
                or when it is a photo of somebody who has withdrawn.
            UnrecordedError: When that cannot be recorded.
        """
        digest = self.sha256 or self.pixels
        with recording(permission, bundle) as ledgers:
            found = decide_reference(ledgers, self.file, self.sha256, "transfer")
            decision, consent = found.decision, found.consent
            if not (decision.allowed and refusals_only):
                facts = {"reference": digest[:16]}
                ledgers.record(permission.stage, found.creator, ("transfer",), decision, consent, **facts)
        if not decision.allowed:
            raise StylistError(permission.refusal("the reference photo cannot be used: its consent", decision))
        record: ReferenceRecord = {
            "sha256": digest,
            "creator": found.creator,
            "consent": dict(consent) if consent else None,
        }
        return record, [UNASKED] if decision.reason == UNASKED else []


def file_of(photo: GivenPhoto) -> Path | None:
    """Return the file of a photo that is a path, or a PIL image or file object that has a name; else None."""
    named = photo if isinstance(photo, str | Path) else getattr(photo, "filename", None) or getattr(photo, "name", None)
    return Path(named) if isinstance(named, str | Path) and os.path.lexists(named) else None
