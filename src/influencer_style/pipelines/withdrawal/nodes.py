"""Nodes that take a creator out of the project's data. Each looks at what is there now, so all can be run again."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pandas as pd

from influencer_style.consent import clock
from influencer_style.consent.places import project_ledger
from influencer_style.consent.slug import slug
from influencer_style.consent.tombstones import Tombstone
from influencer_style.datasets.local import AS_IT_IS, GONE, Mark
from influencer_style.faces.store import LABELS, FaceStore
from influencer_style.faces.update import FaceUpdate
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.bundle import Bundle, SynthesisBundle, TransferBundle
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.synthesis_training.parameters import SynthesisParameters
from influencer_style.pipelines.training.parameters import TrainingParameters
from influencer_style.pipelines.trainings.bases import load_base
from influencer_style.pipelines.withdrawal.elsewhere import withdraw_for_user
from influencer_style.pipelines.withdrawal.parameters import WithdrawalError
from influencer_style.project.folder import as_written, in_project, project_folder
from influencer_style.storage.atomic import remove, remove_leftovers
from influencer_style.storage.fingerprint import fingerprint

log = logging.getLogger(__name__)
Kind = TypeVar("Kind", bound=Bundle)
RECORD = "withdrawal"  # reports whose names begin with it stay


def set_tombstone(
    creator: object,
    manifest: pd.DataFrame | None,
    crops: FaceStore | None,
    looks: LookProfiles | None,
    transfer: TransferBundle | None,
    synthesis: SynthesisBundle | None,
) -> Tombstone:
    """Set the tombstone, before anything else: from here on nothing of this creator is read, trained on or used.

    `creator` is the name or slug from `--params creator=NAME`; the others may know it, and are None if they are not
    there. Raises WithdrawalError if no creator is named, or nothing knows one of that name; AuditError if the ledger
    cannot be read or written.
    """
    name = slug(str(creator))
    ledger = project_ledger()
    stone = ledger.tombstones.of(name) if name else None
    known = [*filter(None, [looks]), *(bundle.looks for bundle in (transfer, synthesis) if bundle)]
    tables = [table for table in (manifest, crops.table if crops else None) if table is not None]
    names = _names(tables, known)
    if name not in names and stone is None:
        remedy = "Name who withdraws: kedro run --pipeline withdrawal --params creator=NAME. There are: "
        remedy += ", ".join(sorted(names.values())) or "none; run ingestion first"
        raise WithdrawalError(f"creator is {str(creator)!r}, but this project knows no such creator. {remedy}")
    read = [one for one in ledger.creators.of(name) if not one.project or one.project == str(project_folder())]
    photos = _photos(name, tables, looks) | {photo for one in read for photo in one.photos}
    ledger.log.append("withdrawal", stage="withdrawal", creator=name, decision="begun")
    if stone is None or photos:
        # Found again, they had come back with a new consent, or a withdrawal was cut short: it counts from today.
        stone = ledger.tombstones.put(
            Tombstone(
                creator=names.get(name) or (stone.creator if stone else name),
                slug=name,
                withdrawn_on=clock.today(),
                subject=_subject(name, [one.consent for one in read], known),
                photos=tuple(sorted(photos)),
            )
        )
    for one in read:
        ledger.creators.remove(one.slug, one.project)
    withdraw_for_user(stone)
    log.info("%s has withdrawn, as of %s. %d photos were theirs.", stone.creator, stone.withdrawn_on, len(stone.photos))
    return stone


def forget_rows(stone: Tombstone, table: pd.DataFrame | None) -> pd.DataFrame | Mark:
    """Return a table, the manifest or the descriptors, without the creator's rows."""
    return AS_IT_IS if table is None else table[~_theirs(stone, table)].reset_index(drop=True)


def forget_crops(stone: Tombstone, crops: FaceStore | None) -> FaceUpdate | Mark:
    """Return what takes the creator's face crops out of the store."""
    if crops is None:
        return AS_IT_IS
    left = crops.table[~_theirs(stone, crops.table)]
    return FaceUpdate(crops.size, crops.fingerprint, left[["photo_id", *LABELS]], keys=crops.keys)


def forget_truth(stone: Tombstone, truths: FaceStore | None) -> FaceUpdate | Mark:
    """Return what takes the truth in the creator's look out of the store."""
    if truths is None or truths.table.empty:
        return AS_IT_IS
    return FaceUpdate(truths.size, truths.fingerprint, keys=truths.keys, looks=frozenset({stone.slug}))


def forget_look(stone: Tombstone, looks: LookProfiles | None) -> LookProfiles | Mark:
    """Return the look profiles without the creator's; nothing stays if theirs is the only one."""
    if looks is None or stone.slug not in looks.names:
        return AS_IT_IS
    return _looks_without(stone, looks) or GONE


def rebuild(
    stone: Tombstone, bundle: Bundle | None, parameters: TrainingParameters | SynthesisParameters
) -> Bundle | Mark:
    """Return the base in the looks of those who stay, in place of a generator that knows the creator's.

    If no base understands the style codes, or nobody stays, the generator is removed without a successor.
    """
    if bundle is None or stone.slug not in bundle.looks.names:
        return AS_IT_IS
    return base_without(stone, bundle, parameters.base) or GONE


def forget_files(
    stone: Tombstone, source: PhotoSource | None, data: Path, reports: Path, *trainings: Path
) -> list[str]:
    """Remove trainings and reports, which the next run makes anew, and the studio's own pictures of the creator.

    `trainings` are folders: all that is in them was made from the looks of all. A folder that is the user's own is left
    alone. Returns what was removed, relative to the project if it lay there.
    """

    def theirs(entry: Path) -> bool:
        return entry.is_dir() and slug(entry.name) == stone.slug

    going = [entry for folder in trainings for entry in folder.iterdir() if entry.name != ".gitkeep"]
    going += [entry for entry in reports.iterdir() if entry.name != ".gitkeep" and not entry.name.startswith(RECORD)]
    if source is not None and source.kind == "studio":
        folders = [in_project(folder) for folder in (source.creators, source.truth, source.oracle) if folder]
        going += [entry for folder in folders if folder.is_dir() for entry in folder.iterdir() if theirs(entry)]
    for entry in going:
        remove(entry)
    # What a killed run has left half written may hold anything.
    for folder in [data, *(entry for entry in data.rglob("*") if entry.is_dir())]:
        remove_leftovers(folder, 0)
    return sorted(as_written(entry) for entry in going)


def mark_restyled(stone: Tombstone, index: pd.DataFrame | None) -> pd.DataFrame | Mark:
    """Return the index of pictures, with the creator in the column `withdrawn` of those that carry the look."""
    if index is None:
        return AS_IT_IS
    carries = index["consents"].map(lambda consents: stone.slug in json.loads(consents or "{}"))
    before = index["withdrawn"] if "withdrawn" in index else pd.Series("", index.index)
    names = [
        ", ".join(sorted({*filter(None, old.split(", ")), *([stone.slug] if own else [])}))
        for old, own in zip(before, carries, strict=True)
    ]
    return index.assign(withdrawn=names)


def base_without(stone: Tombstone, bundle: Kind, folder: str) -> Kind | None:
    """Return the base in a generator's looks except the creator's; None if there can be none.

    `folder` is the base's, as a parameter names it; empty for the base that comes with the project.
    """
    left = _looks_without(stone, bundle.looks)
    if left is None:
        return None
    photos = sorted(photo for name in left.names for photo in left[name].photos)
    without = replace(bundle, looks=left, data_sha256=fingerprint(photos))
    return without.on_base(load_base(bundle.BASE, folder))


def _looks_without(stone: Tombstone, looks: LookProfiles) -> LookProfiles | None:
    """Return the looks of those who stay; None if nobody does."""
    names = [name for name in looks.names if name != stone.slug]
    return looks.only(names) if names else None


def is_free(stone: Tombstone, table: pd.DataFrame | None) -> bool:
    """Return whether none of a table's rows is the creator's."""
    return table is None or not _theirs(stone, table).any()


def _theirs(stone: Tombstone, table: pd.DataFrame) -> pd.Series:
    """Whether each row of a table with `photo_id` and `slug` is the creator's: by name, or by the photo itself."""
    return (table["slug"] == stone.slug) | table["photo_id"].isin(stone.photos)


def _names(tables: list[pd.DataFrame], known: list[LookProfiles]) -> dict[str, str]:
    """Return the names of all creators that anything knows, by slug."""
    names = [str(name) for table in tables for name in table.loc[table["role"] == "creator", "creator"].unique()]
    names += [looks[name].creator for looks in known for name in looks.names]
    return {slug(name): name for name in names if slug(name)}


def _photos(name: str, tables: list[pd.DataFrame], looks: LookProfiles | None) -> set[str]:
    """Return the photo_ids of what is kept of a creator's photos."""
    found: set[str] = set()
    for table in tables:
        found |= set(table.loc[(table["slug"] == name) & (table["photo_id"] != ""), "photo_id"])
    if looks is not None and name in looks.names:
        found |= set(looks[name].photos)
    return found


def _subject(name: str, consents: list[dict[str, object]], known: list[LookProfiles]) -> str:
    """Return whom the creator's consent names; empty if nothing says."""
    copies: list[Mapping[str, object]] = [*consents, *(looks[name].consent for looks in known if name in looks.names)]
    return next((str(consent["subject"]) for consent in copies if consent.get("subject")), "")
