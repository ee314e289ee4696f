"""The nodes that prove a withdrawal, and write down what was done and what was out of reach."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from influencer_style.consent import clock
from influencer_style.consent.places import project_ledger
from influencer_style.consent.tombstones import Tombstone
from influencer_style.faces.store import FaceStore
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
from influencer_style.pipelines.withdrawal.elsewhere import carrying, withdraw_for_user, written_elsewhere
from influencer_style.pipelines.withdrawal.nodes import is_free
from influencer_style.pipelines.withdrawal.parameters import WithdrawalError
from influencer_style.pipelines.withdrawal.removal import (
    Removal,
    Replacement,
    Revocation,
    RunPictures,
    WithdrawalRecord,
)
from influencer_style.tracking import current

log = logging.getLogger(__name__)
_BEYOND = (
    "the creator's own folder and its back-ups, which are yours",
    "pictures, sheets and exports that are listed here, which belong to their users; and those that were copied, or "
    "written on another machine or by another program, of which the ledger does not know",
    "models that were exported or copied; where this project's or this user's ledger is known they are refused anyway",
    "servers on other machines, until they are restarted with the champion",
    "sites that make viz-site wrote, back-ups, and what others copied",
)


def check_data(
    stone: Tombstone,
    manifest: pd.DataFrame | None,
    crops: FaceStore | None,
    truths: FaceStore | None,
    descriptors: pd.DataFrame | None,
) -> dict[str, bool]:
    """Return whether each kind of data is free of the creator; None stands for data that is not there."""
    return {
        "the manifest": is_free(stone, manifest),
        "face crops": crops is None or is_free(stone, crops.table),
        "truth crops": truths is None or truths.table.empty or stone.slug not in set(truths.table["look"]),
        "descriptors": is_free(stone, descriptors),
    }


def check_looks(
    stone: Tombstone,
    looks: LookProfiles | None,
    transfer: TransferBundle | None,
    synthesis: SynthesisBundle | None,
) -> dict[str, bool]:
    """Return whether the looks and each model are free of the creator's look; None stands for what is not there."""
    return {
        "look profiles": looks is None or stone.slug not in looks.names,
        "the transfer model": transfer is None or stone.slug not in transfer.looks.names,
        "the synthesis model": synthesis is None or stone.slug not in synthesis.looks.names,
    }


def list_pictures(stone: Tombstone, index: pd.DataFrame | None, folder: Path) -> list[str]:
    """Return the pictures, sheets and exports that carry the look: those of the project's index, and others' places.

    Args:
        stone: The tombstone.
        index: The index of restyled and generated pictures; None if there is none.
        folder: The folder that the index lies in.
    """
    return sorted({*carrying(stone.slug, index, folder), *written_elsewhere(stone.slug, project_ledger())})


def sum_up(
    files: list[str], replaced: list[Replacement], revoked: list[Revocation], run_pictures: RunPictures
) -> Removal:
    """Return all that was removed."""
    return Removal(files, replaced, revoked, run_pictures)


def write_record(
    stone: Tombstone,
    data: Mapping[str, bool],
    looks: Mapping[str, bool],
    pictures: list[str],
    removal: Removal,
) -> tuple[dict[str, object], str]:
    """Write down what was done, once nothing of the creator is left.

    Args:
        stone: The tombstone.
        data: Whether each kind of data is free of the creator.
        looks: Whether the looks and each model are.
        pictures: What carries the look and is still there.
        removal: What was removed.

    Returns:
        The record, and the same as a page in Markdown.

    Raises:
        WithdrawalError: If something is left; then the withdrawal is not recorded as done.
    """
    current.shows([])
    places = {**data, **looks}
    if left := [place for place, free in places.items() if not free]:
        raise WithdrawalError(f"{stone.creator} is still in {', '.join(left)}; run the withdrawal again")
    outside = withdraw_for_user(stone)
    unreached = [
        *(f"version {one.version} of {one.name}: {one.left}" for one in removal.revoked if one.left),
        *removal.run_pictures.left,
        *([outside] if outside else []),
    ]
    record = WithdrawalRecord(
        creator=stone.creator,
        slug=stone.slug,
        withdrawn_on=stone.withdrawn_on.isoformat(),
        done=clock.now().isoformat(timespec="seconds"),
        photos=len(stone.photos),
        free=list(places),
        files_removed=removal.files,
        run_pictures_removed=removal.run_pictures.removed,
        champions=removal.replaced,
        revoked=removal.revoked,
        pictures_that_carry_the_look=pictures,
        not_reached=unreached,
        beyond_reach=list(_BEYOND),
    )
    _log(record)
    return asdict(record), record.as_page()


def _log(record: WithdrawalRecord) -> None:
    project_ledger().log.append(
        "withdrawal",
        stage="withdrawal",
        creator=record.slug,
        decision="done" if not record.not_reached else "done in part",
        reason="; ".join(record.not_reached),
        photos=record.photos,
        versions=[f"{one.name} {one.version}" for one in record.revoked],
        champions=[f"{one.name} {one.champion or 'none'}" for one in record.champions],
    )
    for what in record.not_reached:
        log.warning("Not reached: %s", what)
    log.info("%s is out. data/08_reporting/withdrawal.md says what was done, and what is left to you.", record.creator)
