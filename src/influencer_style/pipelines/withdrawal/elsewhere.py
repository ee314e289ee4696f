"""A withdrawal in the user's own ledger: copies of models that lie in no project are refused by it."""

from __future__ import annotations

import logging

from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.places import ledgers_of
from influencer_style.consent.tombstones import Tombstone
from influencer_style.project.folder import project_folder

log = logging.getLogger(__name__)


def tell_user(stone: Tombstone) -> str:
    """Set a tombstone in the user's own ledger too, and forget there what this project said of the creator's folder.

    Returns:
        in words, why copies of models outside of this project are not refused; empty where they are.
    """
    try:
        user = ledgers_of().user
        if user is None:
            return ""  # the project's ledger is the user's own, or there is none
        before = user.tombstones.of(stone.slug)
        if user.tombstones.put(stone) != before:
            facts = {"stage": "withdrawal", "creator": stone.slug, "project": str(project_folder())}
            user.log.append("withdrawal", decision="done", **facts)
        user.creators.remove(stone.slug, str(project_folder()))
    except (AuditError, OSError) as error:
        log.warning("Copies of models outside of this project are not refused: %s", error)
        return f"copies of models outside of this project: {error}"
    return ""
