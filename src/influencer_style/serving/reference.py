"""A reference photo whose look is taken: what it was, and whether its people agreed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from influencer_style.photos.consent import CONSENT_FILE
from influencer_style.photos.slug import slug
from influencer_style.serving.permission import Permission, recording
from influencer_style.serving.result import StylistError

_UNASKED = "the look is of a reference photo without recorded consent; use it only with its people's leave"


def consent_beside(
    photo: str | Path | None, sha256: str, permission: Permission
) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the consent that lies beside a photo, in short (None where there is none), and notices about it.

    Args:
        photo: the file; None for a photo that is none.
        sha256: of the photo, for the record.
        permission: how it is asked for.

    Raises:
        StylistError: when a consent lies there and does not hold, is damaged, or does not allow `transfer`.
        UnrecordedError: when that cannot be recorded.
    """
    folder = Path(photo).absolute().parent if photo is not None else None
    with recording(permission.ledger) as ledger:
        if folder is None or not (folder / CONSENT_FILE).is_file():
            told = {"creator": "", "scope": "transfer", "decision": "allowed", "reason": _UNASKED}
            ledger.log.append("decision", stage=permission.stage, **told, reference=sha256[:16])
            return None, [_UNASKED]
        decision, consent = ledger.decide_folder(
            permission.stage, slug(folder.name), folder, "transfer", reference=sha256[:16]
        )
    if consent is None or not decision.allowed:
        raise StylistError(f"the reference photo cannot be used: {decision.reason}")
    return consent.in_short(), []
