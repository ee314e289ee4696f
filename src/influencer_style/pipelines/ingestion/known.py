"""What ingestion records in the consent ledgers: whose photos it read, and where each creator's folder is."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd

from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.consent_file import load_consent
from influencer_style.consent.grant import ConsentError
from influencer_style.consent.known_creators import KnownCreator
from influencer_style.consent.ledger import Ledger
from influencer_style.storage.text import one_line

log = logging.getLogger(__name__)


def remember_creators(
    manifest: pd.DataFrame, creators: Path, project: Path, ledger: Ledger, user: Ledger | None
) -> None:
    """Record where creators' folders are and which photos are theirs: the consents there decide about their looks.

    `creators` is the folder that holds a folder for each creator. `user` is the user's own ledger, for copies of models
    that lie in no project; None if there is none, or it is the same. Raises AuditError if the project's ledger cannot
    be written to.
    """
    rows = manifest[(manifest["role"] == "creator") & (manifest["slug"] != "")]
    for _, own in rows.groupby(["slug", "creator"]):
        slug, creator = str(own["slug"].iloc[0]), str(own["creator"].iloc[0])
        photos = sorted({photo for photo in own["photo_id"] if photo})
        _remember(ledger, slug, creator, creators / creator, project, photos)
        if user is not None:
            try:
                _remember(user, slug, creator, creators / creator, project, photos)
            except AuditError as error:
                log.warning("Copies of models are decided about by their own copy of a consent: %s", one_line(error))
                user = None


def _remember(ledger: Ledger, slug: str, creator: str, folder: Path, project: Path, photos: list[str]) -> None:
    shown_folder, shown_project = ledger.creators.written(folder, project)
    before = next((one for one in ledger.creators.of(slug) if one.project == shown_project), None)
    if not photos and before is None:
        return  # nothing is kept of somebody who never consented
    try:
        consent = load_consent(folder).in_short()
    except ConsentError:
        consent = before.consent if before else {}
    # The photos of a creator who is refused were not read this time.
    known = photos or (before.photos if before else ())
    new = KnownCreator(
        creator=creator, slug=slug, project=shown_project, folder=shown_folder, consent=consent, photos=tuple(known)
    )
    if new != before:
        ledger.creators.put(new)
