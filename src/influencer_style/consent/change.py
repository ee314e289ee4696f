"""A consent that was changed after a look had been learnt under it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from influencer_style.consent.grant import CONSENT_FILE, Consent, Decision, Scope, decide, decide_folder

_REMEDY = "learn the look again: kedro run"


def decide_learnt(
    folder: Path, scopes: tuple[Scope, ...], day: date, learnt: Mapping[str, Any]
) -> tuple[Decision, Consent | None]:
    """Decide about a look by the consent in its creator's folder, and by what that was when the look was learnt.

    Args:
        folder: the creator's.
        scopes: what the look is needed for; any of them will do.
        day: on which both must hold.
        learnt: the consent in short, as the look carries it.

    Returns:
        the decision: refused where the folder's consent does not hold, where it allows less than it did, or where it
        was renewed and the look's copy does not hold any more; and the consent in the folder, where it can be read.
    """
    decision, consent = decide_folder(folder, scopes, day)
    if consent is None or not decision.allowed:
        return decision, consent
    if not decide(learnt, scopes, day).allowed:
        return newer(folder), consent
    field, what = _narrowed(consent, learnt)
    if field:
        return Decision(False, f"{folder.name}/{CONSENT_FILE}: {field}: {what}; {_REMEDY}", field), consent
    return decision, consent


def newer(folder: Path) -> Decision:
    """Return the refusal of a look whose own copy of the consent does not hold, while the one in the folder does."""
    return Decision(False, f"{folder.name}/{CONSENT_FILE} is newer than the look; {_REMEDY}")


def _narrowed(consent: Consent, learnt: Mapping[str, Any]) -> tuple[str, str]:
    """Return the first field by which a consent allows something else or less than it did, and what happened to it.

    A day of expiry that was brought forward ends the look on that day, and not before.
    """
    for field in ("subject", "territory"):
        before, now = learnt.get(field), getattr(consent, field)
        if before is not None and str(before) != now:
            return field, f"was {str(before)!r} when the look was learnt, and is {now!r} now"
    given_up = [scope for scope in learnt.get("scope") or () if scope not in consent.scope]
    if given_up:
        return "scope", f"covered {', '.join(map(str, given_up))} when the look was learnt, and does not any more"
    return "", ""
