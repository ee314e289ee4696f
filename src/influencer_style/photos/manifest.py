"""The manifest: a row for every file among the creators' and users' photos, with what became of it and why."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from influencer_style import photos
from influencer_style.consent.grant import CONSENT_FILE, LEARN
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.slug import slugs
from influencer_style.consent.tombstones import Tombstone
from influencer_style.photos.decode import MAX_PIXELS, PhotoError, photo_digest
from influencer_style.photos.parallel import map_bounded
from influencer_style.photos.split import SplitRules, assign_splits
from influencer_style.storage.fingerprint import fingerprint, source_fingerprint
from influencer_style.storage.text import one_line, utf8
from influencer_style.storage.walk import closed, is_passed_over, walk

log = logging.getLogger(__name__)

Row = Mapping[str, Any]  # the values of the columns of SCHEMA

# status: accepted, duplicate (of another file), quarantined (unusable), refused (no consent). split is empty unless
# accepted. photo_id, the first 16 hex digits of sha256, is unique among accepted rows; both are empty if a file was not
# read. scope holds the consent's scopes, joined by commas. reader stands for the code and limits that read the file.
SCHEMA = {
    "photo_id": "str", "creator": "str", "path": "str", "sha256": "str", "width": "int64", "height": "int64",
    "status": "str", "reason": "str", "split": "str", "role": "str", "slug": "str", "phash": "str",
    "mtime_ns": "int64", "bytes": "int64", "scope": "str", "reader": "str",
}  # fmt: skip
_MAX_NAMED = 20  # files that are named in the log; the manifest has all
# Bits of 256 in which two perceptual hashes may differ. Measured: 61 real photos, each saved again as JPEG of quality
# 40 and 20, halved, quartered and brightened by 15%, differ by 12 at most. Different real photos differ by 60 or more;
# photos of one studio creator, the same person in the same frame with another pose, light and grain, by 24 or more.
MOST_BITS = 16
USER_SHARES = {"train": 0.5, "validation": 0.2, "test": 0.3}
CREATOR_SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


@dataclass(frozen=True)
class PhotoFolders:
    """Where photos lie."""

    creators: Path  # the folder that holds a folder for each creator
    users: Path  # the folder that holds a photo of each person
    # The split of each user whose truth is known, by their file's name without suffix
    fixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ScanSettings:
    """How photos are scanned."""

    base: Path  # the folder to which paths are written relative if they lie in it
    ledger: Ledger  # the ledger that decides about consents
    max_pixels: int = MAX_PIXELS  # the most pixels a photo may have
    seed: int = 0  # the seed of the splits
    workers: int = 2  # number of threads that read photos
    progress: bool = True  # whether a progress bar is shown

    @cached_property
    def reader(self) -> str:
        """A fingerprint of the code and the limits that a photo's digest depends on."""
        return fingerprint(source_fingerprint(photos), self.max_pixels)[:8]


@dataclass(frozen=True)
class _File:
    path: Path
    root: Path
    role: str
    creator: str = ""
    slug: str = ""
    scope: str = ""
    refused: str = ""
    problem: str = ""


def scan(source: PhotoFolders, previous: pd.DataFrame | None, settings: ScanSettings) -> pd.DataFrame:
    """Return the manifest of the photos in ``source``, with the columns of SCHEMA.

    A file whose path, size and time of change are those of a row in ``previous`` is not read again. Photos keep the
    split that ``previous`` gave them. Nothing that is wrong with a file or a creator ends the scan. Raises SlugError if
    two creators' names lead to the same slug, SplitError if there are fewer than 3 usable users, AuditError if a
    decision about a consent cannot be recorded, or a tombstone cannot be read.
    """
    known = {} if previous is None else {str(row["path"]): row for row in previous.to_dict("records")}
    files = list(_creators_files(source.creators, settings.ledger))
    users = (file for file in walk(source.users) if file != source.users / CONSENT_FILE)
    files += [_File(file, source.users, "user", problem=closed(file)) for file in users]
    read = map_bounded(lambda file: _row(file, known, settings), files, settings.workers)
    gone = {photo: stone for stone in settings.ledger.tombstones for photo in stone.photos}
    rows = [
        _unless_withdrawn(row, gone)
        for row in tqdm(read, "Scanning photos", len(files), unit="photo", disable=not settings.progress)
    ]
    table = pd.DataFrame(rows, columns=list(SCHEMA)).astype(SCHEMA)
    table = mark_duplicates(table)
    for row in table[table["status"] == "quarantined"].head(_MAX_NAMED).to_dict("records"):
        log.warning("%s is left out, %s", one_line(row["path"]), one_line(row["reason"]))
    before = {} if previous is None else dict(zip(previous["photo_id"], previous["split"], strict=True))
    return _with_splits(table, before, source.fixed, settings.seed)


def _creators_files(folder: Path, ledger: Ledger) -> Iterator[_File]:
    folders, loose = list[Path](), list[Path]()
    for entry in sorted(folder.iterdir()):
        is_folder = os.path.isdir(entry) and not entry.is_symlink()
        if not is_passed_over(entry.name, is_folder):
            (folders if is_folder else loose).append(entry)
    names = slugs([entry.name for entry in folders])
    for entry in folders:
        files = [file for file in walk(entry) if file != entry / CONSENT_FILE]
        if not files:
            log.warning("creator %s has no photos in %s", one_line(entry.name), one_line(entry))
        decision = ledger.decide_folder("ingestion", names[entry.name], entry, *LEARN)
        if not decision.allowed:
            log.warning("creator %s is left out: %s", one_line(entry.name), one_line(decision.reason))
        scope = ",".join(decision.consent.scope) if decision.allowed and decision.consent else ""
        for file in files:
            yield _File(file, folder, "creator", entry.name, names[entry.name], scope, decision.reason, closed(file))
    for entry in loose:
        link = os.path.isdir(entry)
        what = "is a link to a folder; copy the folder itself" if link else "lies in no creator's folder; move it"
        yield _File(entry, folder, "creator", entry.name if link else "", problem=what)


def _row(file: _File, known: Mapping[str, Mapping[Any, Any]], settings: ScanSettings) -> Row:
    path, problem = _written(file.path, settings.base), file.problem
    row: dict[str, Any] = {name: 0 if kind == "int64" else "" for name, kind in SCHEMA.items()}
    row |= {"creator": utf8(file.creator), "slug": file.slug, "scope": file.scope, "role": file.role, "path": path}
    try:
        path.encode()
        about = file.path.lstat()
        row |= {"mtime_ns": about.st_mtime_ns, "bytes": about.st_size}
    except UnicodeEncodeError:
        row["path"] = utf8(path)
        problem = "has a name that is not UTF-8; rename it"
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); check the file and its rights"
    if file.refused:
        return row | {"status": "refused", "reason": f"no_consent: {utf8(file.refused)}"}
    if problem:
        return row | {"status": "quarantined", "reason": f"unreadable: {problem}"}
    row["reader"] = settings.reader
    old = known.get(path)
    if old is not None and all(old[name] == row[name] for name in ("mtime_ns", "bytes", "reader")):
        same = {name: old[name] for name in ("photo_id", "sha256", "width", "height", "phash")}
        unusable = old["status"] == "quarantined"
        same |= {"status": "quarantined", "reason": old["reason"]} if unusable else {"status": "accepted", "reason": ""}
        return row | same
    return row | _read(file, settings)


def _unless_withdrawn(row: Row, gone: Mapping[str, Tombstone]) -> Row:
    """Refuse a withdrawn creator's photo that lies elsewhere; in a folder of theirs their consent counts."""
    stone = gone.get(row["photo_id"])
    if stone is None or row["slug"] == stone.slug:
        return row
    unread = {"photo_id": "", "sha256": "", "phash": "", "width": 0, "height": 0, "reader": ""}
    return {**row, **unread, "status": "refused", "reason": f"no_consent: {stone.words}"}


def _read(file: _File, settings: ScanSettings) -> dict[str, object]:
    try:
        digest = photo_digest(file.path, settings.max_pixels, file.root)
    except PhotoError as error:
        return {"status": "quarantined", "reason": str(error)}
    return {"photo_id": digest.sha256[:16], **asdict(digest), "status": "accepted", "reason": ""}


def _written(path: Path, base: Path) -> str:
    """Return ``path`` as the manifest writes it: relative to the project if it lies there, else absolute."""
    absolute = Path(os.path.abspath(path))
    return absolute.relative_to(base).as_posix() if absolute.is_relative_to(base) else absolute.as_posix()


def _with_splits(table: pd.DataFrame, before: dict[str, str], known: Mapping[str, str], seed: int) -> pd.DataFrame:
    accepted = table["status"] == "accepted"
    people = table[accepted & (table["role"] == "user")]
    stems = people["path"].map(lambda path: Path(path).stem)
    fixed = {photo: known[stem] for photo, stem in zip(people["photo_id"], stems, strict=True) if stem in known}
    splits = assign_splits(people["photo_id"], SplitRules(USER_SHARES, seed, 1, fixed), before, "users")
    for creator, own in table[accepted & (table["role"] == "creator")].groupby("creator"):
        splits |= assign_splits(own["photo_id"], SplitRules(CREATOR_SHARES, seed), before, f"photos of {creator}")
    ids = table["photo_id"].where(accepted, "")
    return table.assign(split=ids.map(lambda photo: splits.get(photo, "")).astype("str"))


def mark_duplicates(table: pd.DataFrame) -> pd.DataFrame:
    """Return the manifest with every accepted row that repeats an earlier one marked duplicate, naming that one.

    Creators' photos come before users', then paths decide. Columns used: status, sha256, phash, role, creator, path.
    """
    first: dict[str, str] = {}
    status, reason = table["status"].to_numpy(object, copy=True), table["reason"].to_numpy(object, copy=True)
    accepted = table.assign(place=np.arange(len(table)))[table["status"] == "accepted"].sort_values(["role", "path"])
    for _, own in accepted.groupby(["role", "creator"], sort=True):  # "creator" sorts before "user"
        hashes, paths = np.empty((len(own), 4), np.uint64), list[str]()
        columns = (own[name] for name in ("place", "path", "sha256", "phash"))
        for place, path, sha256, phash in zip(*columns, strict=True):
            bits = np.frombuffer(bytes.fromhex(phash), np.uint64)
            differing = np.bitwise_count(hashes[: len(paths)] ^ bits).sum(1)
            if sha256 in first:
                status[place], reason[place] = "duplicate", f"exact_copy: of {first[sha256]}"
            elif paths and differing.min() <= MOST_BITS:
                status[place], reason[place] = "duplicate", f"near_copy: of {paths[int(differing.argmin())]}"
            else:
                hashes[len(paths)] = bits
                paths.append(path)
            first.setdefault(sha256, path)
    return table.assign(status=pd.Series(status, table.index, "str"), reason=pd.Series(reason, table.index, "str"))
