"""Whose photos and looks a stage may use, decided when it runs: a consent may have ended since the last stage."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pandas as pd

from influencer_style.consent.grant import Scope
from influencer_style.consent.places import project_ledger
from influencer_style.faces.store import FaceStore
from influencer_style.looks.profile import LookProfiles
from influencer_style.photos.source import PhotoSource

log = logging.getLogger(__name__)


class NobodyPermitted(ValueError):
    """No creator's consent covers what a stage does; the text says why."""


def permitted(
    stage: str, creators: Mapping[str, str], source: PhotoSource, *scopes: Scope, learnt: LookProfiles | None = None
) -> set[str]:
    """Return the slugs of those whose consent covers one of `scopes` now; record each decision.

    `creators` holds the names of creators' folders, by slug. Where `learnt` is given, the copies of the consents in
    these looks must hold as well. Raises AuditError if a decision cannot be recorded.
    """
    ledger, found = project_ledger(), set()
    for slug, name in sorted(creators.items()):
        own = None if learnt is None else learnt[slug].consent
        decision = ledger.decide_folder(stage, slug, source.creator_folder(name), *scopes, learnt=own)
        if decision.allowed:
            found.add(slug)
        else:
            log.warning("%s: creator %s is left out: %s", stage, name, decision.reason)
    return found


def permitted_photos(stage: str, manifest: pd.DataFrame, source: PhotoSource, *scopes: Scope) -> pd.DataFrame:
    """Return the manifest without creators whose consent covers none of `scopes` now; as `permitted`."""
    own = manifest[(manifest["role"] == "creator") & (manifest["status"] == "accepted")]
    found = permitted(stage, dict(zip(own["slug"], own["creator"], strict=True)), source, *scopes)
    return manifest[(manifest["role"] != "creator") | manifest["slug"].isin(found)]


def permitted_crops(stage: str, crops: FaceStore, source: PhotoSource, *scopes: Scope) -> FaceStore:
    """Return the crops without those of creators whose consent covers none of `scopes` now; as `permitted`."""
    return crops.without_creators_but(permitted(stage, crops.creators, source, *scopes))


def permitted_looks(stage: str, looks: LookProfiles, source: PhotoSource, scope: Scope = "transfer") -> LookProfiles:
    """Return the looks whose creators' consent covers `scope` now; as `permitted`.

    Raises NobodyPermitted if there is none.
    """
    creators = {name: looks[name].creator for name in looks.names}
    found = permitted(stage, creators, source, scope, learnt=looks)
    if not found:
        raise NobodyPermitted(f"{stage}: no creator's consent covers {scope} today; the log above gives each reason")
    return looks.only(found)
