"""Which creators ingestion has read, where their folders are, and which photos are theirs.

Each has a file in the ledger's folder. With it, the consent that lies in the creator's folder today decides about a
look or a reference photo, and not the copy that was learnt with the look.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.consent_file import load_consent
from influencer_style.consent.grant import ConsentError
from influencer_style.consent.slug import skeleton
from influencer_style.consent.tombstones import PhotoId, file_stem, read_record
from influencer_style.storage.atomic import write_text
from influencer_style.storage.fingerprint import fingerprint

FOLDER = "creators"  # in the folder of the ledger
_MAX_SIBLINGS = 1000  # folders that are searched for one that was renamed


class KnownCreatorError(AuditError):
    """What is known of a creator cannot be read or written. The text names the file and the remedy."""


class KnownCreator(BaseModel):
    """What ingestion found of one creator."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    schema_version: Literal[1] = Field(default=1, alias="schema")
    creator: str = Field(min_length=1)  # the creator's name, as their folder spelt it
    slug: str = Field(min_length=1)  # the look's name
    project: str = ""  # the project's folder, absolute; empty if the ledger lies in that project
    # The folder of the creator's photos and consent.yml: relative to the ledger's folder if both lie in one project,
    # else absolute
    folder: str = Field(min_length=1)
    consent: dict[str, object] = {}  # the consent in short, as it was last read; empty if it could never be read
    photos: tuple[PhotoId, ...] = ()  # the photo_ids (16 hex digits of a file's SHA-256) of the creator's files, sorted


class KnownCreators:
    """The creators that a ledger knows; its folder need not be there."""

    def __init__(self, ledger: str | Path) -> None:
        self._ledger = Path(ledger)
        self.folder = self._ledger / FOLDER

    def __iter__(self) -> Iterator[KnownCreator]:
        """Yield all, by slug. Raises KnownCreatorError if one cannot be read."""
        yield from self._matching("*.json")

    def of(self, slug: str) -> list[KnownCreator]:
        """Return what is known of a creator, by project; nothing for one who is not known.

        Raises KnownCreatorError if it is there and cannot be read.
        """
        return [known for known in self._matching(f"*-{fingerprint(slug)[:16]}-*.json") if known.slug == slug]

    def put(self, new: KnownCreator) -> None:
        """Write what is known of a creator, in place of what was known in the same project; for its owner alone.

        Raises KnownCreatorError if the folder cannot be written to.
        """
        try:
            write_text(self._file(new.slug, new.project), new.model_dump_json(by_alias=True, indent=1))
        except OSError as error:
            reason = f"{self.folder} cannot be written to ({error.strerror or error})"
            raise KnownCreatorError(f"{reason}; give it room and rights, then run again") from error

    def remove(self, slug: str, project: str = "") -> None:
        """Remove what is known of a creator in one project."""
        self._file(slug, project).unlink(missing_ok=True)

    def folders_of(self, known: KnownCreator) -> list[Path]:
        """Return where a creator's consent stands today: their folder, if it is there.

        If it was renamed, return the folders next to it whose consent is of the same subject. Nothing is returned if
        there is neither, such as on a disk that is not mounted.
        """
        folder = Path(os.path.normpath(self._ledger.absolute() / known.folder))
        if folder.is_dir():
            return [folder]
        subject = skeleton(str(known.consent.get("subject", "")))
        if not subject:
            return []
        try:
            siblings = [entry for entry in sorted(folder.parent.iterdir())[:_MAX_SIBLINGS] if entry.is_dir()]
        except OSError:
            return []
        return [sibling for sibling in siblings if _subject_in(sibling) == subject]

    def written(self, folder: Path, project: Path) -> tuple[str, str]:
        """Return `folder` and `project` as a `KnownCreator` of this ledger holds them."""
        ledger, folder = self._ledger.absolute(), folder.absolute()
        inside = ledger.is_relative_to(project)
        shown = os.path.relpath(folder, ledger) if inside and folder.is_relative_to(project) else str(folder)
        return shown, "" if inside else str(project)

    def _matching(self, pattern: str) -> Iterator[KnownCreator]:
        if self.folder.is_dir():
            yield from (_read(path) for path in sorted(self.folder.glob(pattern)))

    def _file(self, slug: str, project: str) -> Path:
        return self.folder / f"{file_stem(slug)}-{fingerprint(project)[:8]}.json"


def _subject_in(folder: Path) -> str:
    try:
        return skeleton(load_consent(folder).subject)
    except ConsentError:
        return ""


def _read(path: Path) -> KnownCreator:
    try:
        return read_record(KnownCreator, path)
    except (OSError, ValueError) as error:
        reason = f"{path} cannot be read ({error}), so nobody can say where that creator's consent lies"
        raise KnownCreatorError(f"{reason}; remove the file, then kedro run --pipeline ingestion") from error
