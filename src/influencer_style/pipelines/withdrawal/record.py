"""The node that proves a withdrawal, and writes down what was done and what was out of reach."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pandas as pd

from influencer_style.consent import clock
from influencer_style.consent.places import project_ledger
from influencer_style.consent.tombstones import Tombstone
from influencer_style.faces.store import FaceStore
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
from influencer_style.pipelines.withdrawal.elsewhere import tell_user
from influencer_style.pipelines.withdrawal.nodes import WithdrawalError, is_free
from influencer_style.pipelines.withdrawal.written import carrying, written_elsewhere
from influencer_style.storage.text import markdown
from influencer_style.tracking import current

log = logging.getLogger(__name__)
_BEYOND = (
    "the creator's own folder and its back-ups, which are yours",
    "pictures, sheets and exports that are listed here, which are their users'; and those that were copied, or written "
    "on another machine or by a program of its own, of which the ledger does not know",
    "models that were exported or copied; where this project's or this user's ledger is known they are refused all the "
    "same",
    "servers on other machines, until they are restarted with the champion",
    "sites that make viz-site wrote, back-ups, and what others copied",
)


def write_record(
    stone: Tombstone,
    manifest: pd.DataFrame | None,
    crops: FaceStore | None,
    truths: FaceStore | None,
    descriptors: pd.DataFrame | None,
    looks: LookProfiles | None,
    transfer: TransferBundle | None,
    synthesis: SynthesisBundle | None,
    index: pd.DataFrame | None,
    pictures_folder: Path,
    files: list[str],
    replaced: list[dict[str, Any]],
    revoked: list[dict[str, Any]],
    pictures: dict[str, Any],
) -> tuple[dict[str, Any], str]:
    """Look whether anything of the creator is left, and tell.

    Args:
        stone: who withdrew.
        manifest, crops, truths, descriptors, looks, transfer, synthesis, index: as they are now; None: there is none.
        pictures_folder: that the index lies in.
        files: what was removed.
        replaced, revoked: champions that have a successor, and versions.
        pictures: of earlier runs.

    Returns:
        the record, and the same as a page, Markdown.

    Raises:
        WithdrawalError: when something is left; nothing is said to be done then.
    """
    current.shows([])
    places = {
        "the manifest": is_free(stone, manifest),
        "face crops": crops is None or is_free(stone, crops.table),
        "truth crops": truths is None or truths.table.empty or stone.slug not in set(truths.table["look"]),
        "descriptors": is_free(stone, descriptors),
        "look profiles": looks is None or stone.slug not in looks.names,
        "the transfer model": transfer is None or stone.slug not in transfer.looks.names,
        "the synthesis model": synthesis is None or stone.slug not in synthesis.looks.names,
    }
    if left := [place for place, free in places.items() if not free]:
        raise WithdrawalError(f"{stone.creator} is still in {', '.join(left)}; run the withdrawal again")
    ledger = project_ledger()
    elsewhere = written_elsewhere(stone.slug, ledger)
    outside = tell_user(stone)
    unreached = [
        *(f"version {one['version']} of {one['name']}: {one['left']}" for one in revoked if one["left"]),
        *pictures["left"],
        *([outside] if outside else []),
    ]
    record = {
        "creator": stone.creator,
        "slug": stone.slug,
        "withdrawn_on": stone.withdrawn_on.isoformat(),
        "done": clock.now().isoformat(timespec="seconds"),
        "photos": len(stone.photos),
        "free": list(places),
        "files_removed": files,
        "run_pictures_removed": pictures["removed"],
        "champions": replaced,
        "revoked": revoked,
        "pictures_that_carry_the_look": sorted({*carrying(stone.slug, index, pictures_folder), *elsewhere}),
        "not_reached": unreached,
        "beyond_reach": list(_BEYOND),
    }
    ledger.log.append(
        "withdrawal",
        stage="withdrawal",
        creator=stone.slug,
        decision="done" if not unreached else "done in part",
        reason="; ".join(unreached),
        photos=len(stone.photos),
        versions=[f"{one['name']} {one['version']}" for one in revoked],
        champions=[f"{one['name']} {one['champion'] or 'none'}" for one in replaced],
    )
    for what in unreached:
        log.warning("Not reached: %s", what)
    log.info("%s is out. data/08_reporting/withdrawal.md says what was done, and what is for you to do.", stone.creator)
    return record, in_words(record)


def in_words(record: dict[str, Any]) -> str:
    """Return a record as a page, Markdown."""
    champions = [
        f"{one['name']}: version {one['champion']} took the place of version {one['deposed']}"
        if one["champion"]
        else f"{one['name']}: version {one['deposed']} has no successor until one is trained"
        for one in record["champions"]
    ]
    versions = [f"version {one['version']} of {one['name']}: {one['why']}" for one in record["revoked"]]
    return f"""# Withdrawal of {markdown(record["creator"])}

As of {record["withdrawn_on"]}; this run ended at {record["done"]}. A tombstone keeps {record["photos"]} photos, and
this creator's name, from being taken in again.

## Nothing of theirs is left in

{_listed(record["free"])}

## Removed by this run

{_listed([*record["files_removed"], f"{record['run_pictures_removed']} pictures and pages of earlier runs"])}

## Champions

{_listed(champions)}

## Revoked: no longer loaded or served, weights and looks removed

{_listed(versions)}

## Pictures, sheets and exports that carry the look

{_listed(record["pictures_that_carry_the_look"])}

## Not reached: run the withdrawal again, or see to it by hand

{_listed(record["not_reached"])}

## Beyond this project's reach: for you to see to

{_listed(record["beyond_reach"])}
"""


def _listed(items: list[str]) -> str:
    return "\n".join(f"- {markdown(item)}" for item in items) or "- nothing"
