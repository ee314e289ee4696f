"""Tombstones: which creators have withdrawn. While one stands, nothing of theirs is learned from, kept or used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from influencer_style.consent.audit_log import AuditError
from influencer_style.consent.lookalikes import skeleton
from influencer_style.consent.slug import slug
from influencer_style.storage.atomic import write_text
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.storage.regular import read_regular

FOLDER = "withdrawn"  # in the folder of the ledger
_MAX_BYTES = 64 * 2**20
PhotoId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class TombstoneError(AuditError):
    """A tombstone cannot be read or written, and so nothing be decided. The text names the file and the remedy."""


class Tombstone(BaseModel):
    """What must be remembered of a withdrawal for it to hold: who, since when, and which files.

    Attributes:
        creator: the creator's name, as their folder spelt it.
        slug: the look's name.
        withdrawn_on: the day. Consent granted on a later day is a new consent.
        subject: whom the consent named, where it could be read: so a folder of another name is known as theirs.
        photos: photo_ids (16 hex digits of a file's SHA-256) of the files that were theirs, sorted: so these are known
            in whatever folder they turn up.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    schema_version: Literal[1] = Field(default=1, alias="schema")
    creator: str = Field(min_length=1)
    slug: str = Field(min_length=1)
    withdrawn_on: date
    subject: str = ""
    photos: tuple[PhotoId, ...] = ()

    def bars(self, granted_on: date | None) -> bool:
        """Return whether a consent that was granted on this day is over; None is none, or one that says no day."""
        return granted_on is None or granted_on <= self.withdrawn_on

    @property
    def names(self) -> frozenset[str]:
        """The names that this creator is known by, as `lookalikes.skeleton` has them."""
        return frozenset(filter(None, map(skeleton, (self.creator, self.slug, self.subject))))

    @property
    def words(self) -> str:
        """What to say to whoever meets it."""
        return (
            f"{self.creator} withdrew on {self.withdrawn_on}; leave their photos and look out, or lay down a new "
            "consent.yml whose granted_on is a later day"
        )


class Tombstones:
    """The tombstones of a ledger: a file each, so that none can be lost with another.

    Args:
        ledger: the ledger's folder; need not be there.
    """

    def __init__(self, ledger: str | Path) -> None:
        self.folder = Path(ledger) / FOLDER

    def __iter__(self) -> Iterator[Tombstone]:
        """Yield all, by slug.

        Raises:
            TombstoneError: when one cannot be read: then nobody can say who has withdrawn.
        """
        files = sorted(self.folder.glob("*.json")) if self.folder.is_dir() else []
        yield from (_read(file) for file in files)

    def of(self, creator: str) -> Tombstone | None:
        """Return the tombstone of a creator, by name or slug; None where they have not withdrawn.

        Raises:
            TombstoneError: when it is there and cannot be read.
        """
        file = self._file(slug(creator))
        return _read(file) if os.path.lexists(file) else None

    def barring(self, creator: str, granted_on: date | None, subject: str = "") -> Tombstone | None:
        """Return the tombstone that ends a creator's consent of that day; None where none does.

        Args:
            creator: name or slug. One that looks like that of somebody who has withdrawn is taken for theirs.
            granted_on: the day.
            subject: whom the consent names: a folder may have been renamed.

        Raises:
            TombstoneError: when one cannot be read.
        """
        names = set(filter(None, map(skeleton, (creator, subject))))
        return next((stone for stone in self if names & stone.names and stone.bars(granted_on)), None)

    def put(self, new: Tombstone) -> Tombstone:
        """Set a tombstone, and return it as it stands: it keeps the photos of the one that was there before.

        Raises:
            TombstoneError: when the folder cannot be written to.
        """
        before = self.of(new.slug)
        photos = {*new.photos, *(before.photos if before else ())}
        subject = new.subject or (before.subject if before else "")
        new = new.model_copy(update={"photos": tuple(sorted(photos)), "subject": subject})
        if new != before:
            try:
                write_text(self._file(new.slug), new.model_dump_json(by_alias=True, indent=1))
            except OSError as error:
                raise TombstoneError(
                    f"{self.folder} cannot be written to ({error.strerror}); nothing was withdrawn yet: give it room "
                    "and rights, and run again"
                ) from error
        return new

    def _file(self, name: str) -> Path:
        # A slug may be longer than a file's name; its beginning is for people, its fingerprint tells it apart.
        return self.folder / f"{name[:40]}-{fingerprint(name)[:16]}.json"


def _read(path: Path) -> Tombstone:
    try:
        about = os.lstat(path)
        return _parsed(str(path), about.st_ino, about.st_mtime_ns, about.st_size)
    except (OSError, ValueError) as error:
        what = "it breaks the schema" if isinstance(error, ValidationError) else str(error)
        raise TombstoneError(
            f"{path} cannot be read as a tombstone ({what}); restore it from a back-up, or withdraw again: remove the "
            "file, then kedro run --pipeline withdrawal --params creator=NAME"
        ) from error


@lru_cache(maxsize=512)  # a server asks with every request; another version of the file has another inode or time
def _parsed(path: str, inode: int, changed: int, size: int) -> Tombstone:
    return Tombstone.model_validate_json(read_regular(path, _MAX_BYTES))
