"""Which consent ledgers know of a model: by the folder that it lies in, wherever the command was typed."""

from __future__ import annotations

import os
from pathlib import Path

from influencer_style.photos.audit_log import AuditError
from influencer_style.photos.ledger import Ledger
from influencer_style.photos.ledgers import Ledgers
from influencer_style.tracking.config import project_around, project_ledger


def ledgers_of(model: Path | None = None) -> Ledgers:
    """Return the ledgers to ask about the looks of a model.

    Args:
        model: the model's folder, in a project or in its model store; None for a model that lies in no folder. Links
            are followed too: a project may have its models elsewhere.

    Raises:
        AuditError: when there is no place for a ledger.
    """
    here = project_ledger()
    seen, found = {_place(here)}, []
    places = () if model is None else dict.fromkeys((Path(os.path.abspath(model)), Path(os.path.realpath(model))))
    for project in filter(None, map(project_around, places)):
        ledger = Ledger.of(project)
        if _place(ledger) not in seen:
            seen.add(_place(ledger))
            found.append(ledger)
    user = user_ledger()
    return Ledgers(here, tuple(found), user if user and _place(user) not in seen else None)


def user_ledger() -> Ledger | None:
    """Return the user's own ledger; None for a user who has no home folder."""
    try:
        return Ledger.of(None)
    except AuditError:
        return None


def _place(ledger: Ledger) -> str:
    return os.path.realpath(ledger.folder)
