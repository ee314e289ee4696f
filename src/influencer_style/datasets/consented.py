"""Whose photos a preview may show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from influencer_style.consent.grant import LEARN
from influencer_style.consent.places import project_ledger


def consented(creators: Mapping[str, Path]) -> set[str]:
    """Return the slugs of those whose consent holds now; each decision is recorded.

    Args:
        creators: their folders, by slug.

    Raises:
        AuditError: when a decision cannot be recorded.
    """
    ledger = project_ledger()
    return {
        name
        for name, folder in sorted(creators.items())
        if ledger.decide_folder("preview", name, folder, *LEARN).allowed
    }
