"""Which consent ledgers know of a model: those of the folder that it lies in, wherever the command was typed."""

from __future__ import annotations

import os
from pathlib import Path

from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.ledgers import Ledgers
from influencer_style.project.folder import enclosing_project, project_around


def ledgers_of(model: Path | None = None) -> Ledgers:
    """Return the ledgers that decide about the looks of a model; None is a model that lies in no folder.

    A model's folder lies in a project or in its model store. Links are followed, too: a project may have its models
    elsewhere. Raises AuditError if there is no place for a ledger.
    """
    here = project_ledger()
    places = () if model is None else (Path(os.path.abspath(model)), Path(os.path.realpath(model)))
    found = {_place(here): here}
    for project in filter(None, map(project_around, places)):
        ledger = Ledger.of(project)
        found.setdefault(_place(ledger), ledger)
    user = user_ledger()
    return Ledgers(here, tuple(found.values())[1:], user if user and _place(user) not in found else None)


def project_ledger() -> Ledger:
    """Return the consent ledger of the Kedro project around the working folder; outside of one, this user's.

    Raises AuditError if there is no place for one.
    """
    return Ledger.of(enclosing_project())


def user_ledger() -> Ledger | None:
    """Return the user's own ledger; None for a user who has no home folder."""
    try:
        return Ledger.of(None)
    except AuditError:
        return None


def _place(ledger: Ledger) -> str:
    return os.path.realpath(ledger.folder)
