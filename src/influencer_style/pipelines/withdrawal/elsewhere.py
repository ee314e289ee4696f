"""What a withdrawal reaches outside of the project's data: the user's own ledger, and what was written elsewhere."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pandas as pd

from influencer_style.batches.gathering import BatchError
from influencer_style.batches.index import Index, Row
from influencer_style.consent.audit_log import rows_of
from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.places import ledgers_of
from influencer_style.consent.tombstones import Tombstone
from influencer_style.project.folder import as_written, project_folder

log = logging.getLogger(__name__)


def withdraw_for_user(stone: Tombstone) -> str:
    """Set a tombstone in the user's own ledger, too: with it copies of models that lie in no project are refused.

    What that ledger knows of the creator's folder in this project is forgotten. Returns why copies of models outside of
    this project are not refused; empty if they are.
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


def carrying(slug: str, index: pd.DataFrame | None, folder: Path) -> list[str]:
    """Return the pictures of an index that carry a look, relative to the project if they lie in it.

    The column `withdrawn` has the creator's slug. `folder` is the folder that the index lies in.
    """
    if index is None:
        return []
    theirs = index["withdrawn"].str.split(", ").map(lambda who: slug in who)
    return [as_written(folder / picture) for picture in index.loc[theirs, "picture"]]


def written_elsewhere(slug: str, ledger: Ledger) -> list[str]:
    """Return what the ledger's rows say was written in a creator's look: each picture of an index, sheets and exports.

    Raises AuditError if the log cannot be read.
    """
    if not ledger.log.path.is_file():
        return []
    places = {
        (row.text("place"), row.text("index"), row.text("stage"))
        for row in rows_of(ledger.log.path)
        if row.event == "written" and row.text("creator") == slug and row.text("place")
    }
    found = {line for place, index, stage in places for line in _lines(slug, Path(place), index, stage)}
    return sorted(found)


def _lines(slug: str, place: Path, index: str, stage: str) -> list[str]:
    if not place.exists():
        return [f"{as_written(place)} ({stage}), which is no longer there: it was moved or removed"]
    if not index:
        return [f"{as_written(place)} ({stage})"]
    try:
        if not Path(index).is_file():
            raise BatchError("its index is no longer there")
        rows = [row for row in Index(Path(index)).rows() if row.status == "written"]
    except BatchError as error:
        return [f"{as_written(place)} ({stage}): {error}; look at every picture in it"]
    base = Path(index).parent
    named = [as_written(base / row.picture) for row in rows if _carries(row, slug)]
    # Pictures in the look of a reference photo of theirs name no look.
    if any(not row.creators and (base / row.picture).is_relative_to(place) for row in rows):
        named.append(f"{as_written(place)} ({stage}): the pictures in the look of a reference photo, like-*")
    return named


def _carries(row: Row, slug: str) -> bool:
    try:
        return slug in json.loads(row.consents or "{}")
    except ValueError:
        return slug in row.creators.split(", ")
