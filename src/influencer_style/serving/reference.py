"""A reference photo whose look is taken: what it was, and whether its people agreed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from influencer_style.photos.consent import CONSENT_FILE, ConsentError, load_consent, require
from influencer_style.serving.result import StylistError


def consent_beside(photo: str | Path | None) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the consent that lies beside a photo, in short (None where there is none), and notices about it.

    Args:
        photo: the file; None for a photo that is none.

    Raises:
        StylistError: when a consent lies there and does not hold, is damaged, or does not allow `transfer`.
    """
    folder = Path(photo).parent if photo is not None else None
    if folder is None or not (folder / CONSENT_FILE).is_file():
        return None, ["the look is of a reference photo without recorded consent; use it only with its people's leave"]
    try:
        consent = load_consent(folder)
        require(consent, date.today(), folder)
    except ConsentError as error:
        raise StylistError(f"the reference photo cannot be used: {error}") from error
    if "transfer" not in consent.scope:
        raise StylistError(f"the consent in {folder} does not allow transfer; use another reference photo")
    return consent.model_dump(mode="json", include={"subject", "scope", "granted_on", "expires", "territory"}), []
