"""Which creators ingestion has read, where their folders are, and which photos are theirs.

A file each in the folder of the ledger. So a look, or a reference photo, can be decided about by the consent that lies
in the creator's folder today, and not by the copy that was learnt with the look.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from influencer_style.consent.audit_log import AuditError
from influencer_style.consent.grant import ConsentError, load_consent
from influencer_style.consent.lookalikes import skeleton
from influencer_style.consent.slug import slug as slug_of
from influencer_style.consent.tombstones import PhotoId
from influencer_style.storage.atomic import write_text
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.storage.regular import read_regular

FOLDER = "creators"  # in the folder of the ledger
_MAX_BYTES = 64 * 2**20
_MOST_SIBLINGS = 1000  # folders that are searched for one that was renamed


class KnownCreatorError(AuditError):
    """What is known of a creator cannot be read or written. The text names the file and the remedy."""


class KnownCreator(BaseModel):
    """What ingestion found of one creator.

    Attributes:
        creator: the creator's name, as their folder spelt it.
        slug: the look's name.
        project: the project's folder, absolute; empty where the ledger lies in that project.
        folder: of the creator's photos and consent.yml: relative to the ledger's folder where both lie in one project,
            else absolute.
        consent: in short, as it was read last; empty where it never could be read.
        photos: photo_ids (16 hex digits of a file's SHA-256) of the creator's files, sorted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    schema_version: Literal[1] = Field(default=1, alias="schema")
    creator: str = Field(min_length=1)
    slug: str = Field(min_length=1)
    project: str = ""
    folder: str = Field(min_length=1)
    consent: dict[str, Any] = {}
    photos: tuple[PhotoId, ...] = ()


class KnownCreators:
    """The creators that a ledger knows.

    Args:
        ledger: the ledger's folder; need not be there.
    """

    def __init__(self, ledger: str | Path) -> None:
        self._ledger = Path(ledger)
        self.folder = self._ledger / FOLDER

    def __iter__(self) -> Iterator[KnownCreator]:
        """Yield all, by slug.

        Raises:
            KnownCreatorError: when one cannot be read.
        """
        yield from self._matching("*.json")

    def of(self, slug: str) -> list[KnownCreator]:
        """Return what is known of a creator, by project; nothing for one who is not known.

        Raises:
            KnownCreatorError: when it is there and cannot be read.
        """
        return [known for known in self._matching(f"*-{_digest(slug)}-*.json") if known.slug == slug]

    def put(self, new: KnownCreator) -> None:
        """Write what is known of a creator, in the place of what was known in the same project; for its owner alone.

        Raises:
            KnownCreatorError: when the folder cannot be written to.
        """
        path = self._file(new.slug, new.project)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_text(path, new.model_dump_json(by_alias=True, indent=1))
            path.chmod(0o600)
        except OSError as error:
            raise KnownCreatorError(
                f"{self.folder} cannot be written to ({error.strerror or error}); give it room and rights, "
                "then run again"
            ) from error

    def remove(self, slug: str, project: str = "") -> None:
        """Remove what is known of a creator in one project."""
        self._file(slug, project).unlink(missing_ok=True)

    def folders_of(self, known: KnownCreator) -> list[Path]:
        """Return where a creator's consent stands today: their folder; or, where it was renamed, the folders beside it
        whose consent is of the same subject. Nothing where neither is there, such as on a disk that is not mounted.
        """
        folder = Path(os.path.normpath(self._ledger.absolute() / known.folder))
        if folder.is_dir():
            return [folder]
        subject = skeleton(str(known.consent.get("subject", "")))
        if not subject or not folder.parent.is_dir():
            return []
        return [sibling for sibling in _siblings(folder.parent) if _subject_in(sibling) == subject]

    def written(self, folder: Path, project: Path) -> tuple[str, str]:
        """Return `folder` and `project` as a KnownCreator of this ledger holds them."""
        ledger, folder = self._ledger.absolute(), folder.absolute()
        inside = ledger.is_relative_to(project)
        shown = os.path.relpath(folder, ledger) if inside and folder.is_relative_to(project) else str(folder)
        return shown, "" if inside else str(project)

    def _matching(self, pattern: str) -> Iterator[KnownCreator]:
        if self.folder.is_dir():
            yield from (_read(path) for path in sorted(self.folder.glob(pattern)))

    def _file(self, slug: str, project: str) -> Path:
        # A slug may be longer than a file's name; its beginning is for people, its fingerprint tells it apart.
        return self.folder / f"{slug_of(slug)[:40]}-{_digest(slug)}-{fingerprint(project)[:8]}.json"


def _digest(slug: str) -> str:
    return fingerprint(slug)[:16]


def _siblings(root: Path) -> list[Path]:
    try:
        return [entry for entry in sorted(root.iterdir())[:_MOST_SIBLINGS] if entry.is_dir()]
    except OSError:
        return []


def _subject_in(folder: Path) -> str:
    try:
        return skeleton(load_consent(folder).subject)
    except ConsentError:
        return ""


def _read(path: Path) -> KnownCreator:
    try:
        about = os.lstat(path)
        return _parsed(str(path), about.st_ino, about.st_mtime_ns, about.st_size)
    except (OSError, ValueError) as error:
        what = "it breaks the schema" if isinstance(error, ValidationError) else str(error)
        raise KnownCreatorError(
            f"{path} cannot be read ({what}), so nobody can say where that creator's consent lies; remove the file, "
            "then kedro run --pipeline ingestion writes it anew"
        ) from error


@lru_cache(maxsize=512)  # a server asks with every request; another version of the file has another inode or time
def _parsed(path: str, inode: int, changed: int, size: int) -> KnownCreator:
    return KnownCreator.model_validate_json(read_regular(path, _MAX_BYTES))
