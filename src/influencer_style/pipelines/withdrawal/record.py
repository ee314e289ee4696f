"""The nodes that prove a withdrawal, and write down what was done and what was out of reach."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict, Unpack

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
from influencer_style.storage.text import markdown
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


@dataclass(frozen=True)
class Replacement:
    """A champion that knew the look: the model's name, the version, and the new champion, empty if there is none."""

    name: str
    deposed: str
    champion: str

    def __str__(self) -> str:
        if self.champion:
            return f"{self.name}: version {self.champion} took the place of version {self.deposed}"
        return f"{self.name}: version {self.deposed} has no successor until one is trained"


@dataclass(frozen=True)
class Revocation:
    """A version that was revoked, why, and what of its files could not be removed (empty if all could)."""

    name: str
    version: str
    why: str
    left: str = ""

    def __str__(self) -> str:
        return f"version {self.version} of {self.name}: {self.why}"


class Left(TypedDict):
    """The project's data and models after the withdrawal; None stands for what is not there."""

    manifest: pd.DataFrame | None
    crops: FaceStore | None
    truths: FaceStore | None
    descriptors: pd.DataFrame | None
    looks: LookProfiles | None
    transfer: TransferBundle | None
    synthesis: SynthesisBundle | None


class Removed(TypedDict):
    """What the withdrawal removed.

    Attributes:
        files: Files and folders, relative to the project if they lay there.
        replaced, revoked: Champions and versions.
        run_pictures: How many pictures and pages of earlier runs, and in words which could not be removed.
    """

    files: list[str]
    replaced: list[Replacement]
    revoked: list[Revocation]
    run_pictures: tuple[int, list[str]]


@dataclass(frozen=True)
class WithdrawalRecord:
    """The record of a withdrawal, as `withdrawal.json` holds it.

    Attributes:
        creator, slug: The creator's name, and that of the look.
        withdrawn_on, done: The day from which the withdrawal counts, and when this run ended, ISO 8601.
        photos: Number of photos that the tombstone keeps from being taken in again.
        free: The places in which nothing of the creator is left.
        files_removed, run_pictures_removed, champions, revoked: What this run removed, replaced and revoked.
        pictures_that_carry_the_look: Pictures, sheets and exports that are still there.
        not_reached, beyond_reach: What could not be removed, and what no run can remove.
    """

    creator: str
    slug: str
    withdrawn_on: str
    done: str
    photos: int
    free: list[str]
    files_removed: list[str]
    run_pictures_removed: int
    champions: list[Replacement]
    revoked: list[Revocation]
    pictures_that_carry_the_look: list[str]
    not_reached: list[str]
    beyond_reach: list[str]

    def as_page(self) -> str:
        """Return the record as a page, Markdown."""
        sections: dict[str, Sequence[object]] = {
            "Nothing of theirs is left in": self.free,
            "Removed by this run": [
                *self.files_removed,
                f"{self.run_pictures_removed} pictures and pages of earlier runs",
            ],
            "Champions": self.champions,
            "Revoked: no longer loaded or served, weights and looks removed": self.revoked,
            "Pictures, sheets and exports that carry the look": self.pictures_that_carry_the_look,
            "Not reached: run the withdrawal again, or remove it by hand": self.not_reached,
            "Beyond this project's reach: yours to remove": self.beyond_reach,
        }
        page = (
            f"# Withdrawal of {markdown(self.creator)}\n\nAs of {self.withdrawn_on}; this run ended at {self.done}. "
            f"A tombstone keeps {self.photos} photos, and\nthis creator's name, from being taken in again.\n"
        )
        for title, items in sections.items():
            listed = "\n".join(f"- {markdown(item)}" for item in items) or "- nothing"
            page += f"\n## {title}\n\n{listed}\n"
        return page


def check_left(stone: Tombstone, **left: Unpack[Left]) -> dict[str, bool]:
    """Return whether each kind of data, the looks and each model are free of the creator."""
    crops, truths, looks = left["crops"], left["truths"], left["looks"]
    transfer, synthesis = left["transfer"], left["synthesis"]
    return {
        "the manifest": is_free(stone, left["manifest"]),
        "face crops": crops is None or is_free(stone, crops.table),
        "truth crops": truths is None or truths.table.empty or stone.slug not in set(truths.table["look"]),
        "descriptors": is_free(stone, left["descriptors"]),
        "look profiles": looks is None or stone.slug not in looks.names,
        "the transfer model": transfer is None or stone.slug not in transfer.looks.names,
        "the synthesis model": synthesis is None or stone.slug not in synthesis.looks.names,
    }


def list_pictures(stone: Tombstone, index: pd.DataFrame | None, folder: Path) -> list[str]:
    """Return what carries the look: pictures of the index, which lies in the folder, and what is elsewhere."""
    return sorted({*carrying(stone.slug, index, folder), *written_elsewhere(stone.slug, project_ledger())})


def write_record(
    stone: Tombstone, places: Mapping[str, bool], pictures: list[str], **removed: Unpack[Removed]
) -> tuple[dict[str, object], str]:
    """Write down what was done, once nothing of the creator is left: the record, and the same as a page in Markdown.

    `places` says whether each place is free of the creator, `pictures` what carries the look and is still there. Raises
    WithdrawalError if something is left; then the withdrawal is not recorded as done.
    """
    current.shows([])
    if left := [place for place, free in places.items() if not free]:
        raise WithdrawalError(f"{stone.creator} is still in {', '.join(left)}; run the withdrawal again")
    (run_pictures, pictures_left), outside = removed["run_pictures"], withdraw_for_user(stone)
    files_left = [f"version {one.version} of {one.name}: {one.left}" for one in removed["revoked"] if one.left]
    record = WithdrawalRecord(
        creator=stone.creator,
        slug=stone.slug,
        withdrawn_on=stone.withdrawn_on.isoformat(),
        done=clock.now().isoformat(timespec="seconds"),
        photos=len(stone.photos),
        free=list(places),
        files_removed=removed["files"],
        run_pictures_removed=run_pictures,
        champions=removed["replaced"],
        revoked=removed["revoked"],
        pictures_that_carry_the_look=pictures,
        not_reached=[*files_left, *pictures_left, *filter(None, [outside])],
        beyond_reach=list(_BEYOND),
    )
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
    return asdict(record), record.as_page()
