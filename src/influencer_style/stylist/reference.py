"""A reference photo whose look is taken: which photo it was, and whether its people agreed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from influencer_style.consent.reference import UNASKED, decide_reference
from influencer_style.networks.bundle import Bundle
from influencer_style.photos.original import Original
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.permission import Permission, recording
from influencer_style.stylist.restyling import GivenPhoto


class ReferenceConsent(NamedTuple):
    """What is known of the consent for a reference photo.

    Attributes:
        creator: The slug of whose photo it is; empty where that is not known.
        consent: Their consent in short; None without one.
        notices: What the user should know, in sentences.
    """

    creator: str
    consent: Mapping[str, object] | None
    notices: list[str]


@dataclass(frozen=True)
class Reference:
    """A reference photo, whose consent may be checked again and again.

    Attributes:
        file: Where it lies; None for one that has no name.
        sha256: SHA-256 of its file; empty where that is not known.
        pixels: Fingerprint of its pixels, which stands for it in the record where its file is not known.
    """

    file: Path | None
    sha256: str
    pixels: str = ""

    @property
    def digest(self) -> str:
        """What stands for the photo in records."""
        return self.sha256 or self.pixels

    def consent(self, permission: Permission, bundle: Bundle) -> ReferenceConsent:
        """Decide whether the photo's look may be taken today, and record it.

        Raises:
            StylistError: When a consent is known for it that does not hold, is damaged or does not allow `transfer`,
                or when it is a photo of somebody who has withdrawn.
            UnrecordedError: When that cannot be recorded.
        """
        return self._decided(permission, bundle, refusals_only=False)

    def check(self, permission: Permission, bundle: Bundle) -> None:
        """Decide again; raises as `consent` does. Only a refusal is recorded."""
        self._decided(permission, bundle, refusals_only=True)

    def _decided(self, permission: Permission, bundle: Bundle, refusals_only: bool) -> ReferenceConsent:
        with recording(permission, bundle) as ledgers:
            found = decide_reference(ledgers, self.file, self.sha256, "transfer")
            decision = found.decision
            if not (decision.allowed and refusals_only):
                reference = self.digest[:16]
                ledgers.record(
                    permission.stage, found.creator, ("transfer",), decision, found.consent, reference=reference
                )
        if not decision.allowed:
            raise StylistError(permission.refusal("the reference photo cannot be used: its consent", decision))
        consent = dict(found.consent) if found.consent else None
        return ReferenceConsent(found.creator, consent, [UNASKED] if decision.reason == UNASKED else [])


def reference_of(photo: GivenPhoto, original: Original) -> Reference:
    """Return what identifies a reference photo.

    Args:
        photo: The photo as it was given.
        original: The same photo, decoded.
    """
    pixels = "" if original.sha256 else fingerprint(original.pixels)
    return Reference(file_of(photo), original.sha256, pixels)


def file_of(photo: GivenPhoto) -> Path | None:
    """Return the file of a photo that is a path, or a PIL image or file object that has a name; else None."""
    named = photo if isinstance(photo, str | Path) else getattr(photo, "filename", None) or getattr(photo, "name", None)
    return Path(named) if isinstance(named, str | Path) and os.path.lexists(named) else None
