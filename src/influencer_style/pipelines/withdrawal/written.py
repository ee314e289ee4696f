"""Which pictures, sheets and exports carry a creator's look, as far as the ledger knows of them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from influencer_style.batches.gathering import BatchError
from influencer_style.batches.index import Index, Row
from influencer_style.consent.audit_log import rows_of
from influencer_style.consent.ledger import Ledger
from influencer_style.project.folder import as_written


def carrying(slug: str, index: pd.DataFrame | None, folder: Path) -> list[str]:
    """Return the pictures of an index that carry a look, relative to the project where they lie in it.

    Args:
        slug: of the creator, whom the index's column `withdrawn` names.
        index: of pictures; None where there is none.
        folder: the folder that the index lies in.
    """
    if index is None:
        return []
    theirs = index["withdrawn"].str.split(", ").map(lambda who: slug in who)
    return [as_written(folder / picture) for picture in index.loc[theirs, "picture"]]


def written_elsewhere(slug: str, ledger: Ledger) -> list[str]:
    """Return what the ledger's rows say was written in a creator's look: each picture of an index, sheets and exports.

    Args:
        slug: of the creator.
        ledger: of the project.

    Raises:
        AuditError: when the log cannot be read.
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
        return [f"{as_written(place)} ({stage}), which is not there any more: moved, or removed"]
    if not index:
        return [f"{as_written(place)} ({stage})"]
    try:
        if not Path(index).is_file():
            raise BatchError("its index is not there any more")
        rows = [row for row in Index(Path(index)).rows() if row.status == "written"]
    except BatchError as error:
        return [f"{as_written(place)} ({stage}): {error}; look at every picture in it"]
    base = Path(index).parent
    named = [as_written(base / row.picture) for row in rows if _carries(row, slug)]
    # A picture in the look of a reference photo of theirs names no look.
    if any(not row.creators and (base / row.picture).is_relative_to(place) for row in rows):
        named.append(f"{as_written(place)} ({stage}): those in the look of a reference photo, like-*")
    return named


def _carries(row: Row, slug: str) -> bool:
    try:
        return slug in json.loads(row.consents or "{}")
    except ValueError:
        return slug in row.creators.split(", ")
