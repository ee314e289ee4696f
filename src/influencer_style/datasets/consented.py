"""Whose photos a preview may show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from influencer_style.consent.grant import LEARN
from influencer_style.consent.places import project_ledger


def consented(creators: Mapping[str, Path]) -> set[str]:
    """Return the slugs of those whose consent holds now; each decision is recorded.

    Args:
        creators: The creators' folders, by slug.

    Raises:
        AuditError: If a decision cannot be recorded.
    """
    ledger = project_ledger()
    folders = sorted(creators.items())
    return {name for name, folder in folders if ledger.decide_folder("preview", name, folder, *LEARN).allowed}
