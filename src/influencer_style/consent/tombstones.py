"""Tombstones: which creators have withdrawn. While one stands, nothing of theirs is learned from, kept or used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.grant import Decision
from influencer_style.consent.slug import skeleton, slug
from influencer_style.storage.atomic import write_text
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.storage.regular import read_regular

FOLDER = "withdrawn"  # in the folder of the ledger
_MAX_BYTES = 64 * 2**20
PhotoId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Model = TypeVar("Model", bound=BaseModel)


class TombstoneError(AuditError):
    """A tombstone cannot be read or written, so nothing can be decided. The text names the file and the remedy."""


class Tombstone(BaseModel):
    """What must be remembered of a withdrawal for it to hold: who, since when, and which files."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    schema_version: Literal[1] = Field(default=1, alias="schema")
    creator: str = Field(min_length=1)  # the creator's name, as their folder spelt it
    slug: str = Field(min_length=1)  # the look's name
    withdrawn_on: date  # the day. A consent granted on a later day is a new consent.
    # Whom the consent named, if it could be read, so that a folder of another name is recognised as theirs
    subject: str = ""
    # The photo_ids (16 hex digits of a file's SHA-256) of their files, sorted, so that these are recognised in whatever
    # folder they turn up
    photos: tuple[PhotoId, ...] = ()

    def bars(self, granted_on: date | None) -> bool:
        """Return whether a consent granted on this day is over; None means no consent, or one that states no day."""
        return granted_on is None or granted_on <= self.withdrawn_on

    @property
    def names(self) -> frozenset[str]:
        """The names that this creator is known by, as `slug.skeleton` writes them."""
        return frozenset(filter(None, map(skeleton, (self.creator, self.slug, self.subject))))

    @property
    def words(self) -> str:
        """What to say to whoever wants to use the photos or the look."""
        remedy = "leave their photos and look out, or lay down a new consent.yml whose granted_on is a later day"
        return f"{self.creator} withdrew on {self.withdrawn_on}; {remedy}"

    @property
    def refusal(self) -> Decision:
        """The decision about any use of a consent that this ends."""
        return Decision(False, f"is over: {self.words}", "granted_on")


class Tombstones:
    """The tombstones in a ledger's folder: each in a file of its own, so that none can be lost with another."""

    def __init__(self, ledger: str | Path) -> None:
        self.folder = Path(ledger) / FOLDER

    def __iter__(self) -> Iterator[Tombstone]:
        """Yield all, by slug. Raises TombstoneError if one cannot be read: then nobody can say who has withdrawn."""
        files = sorted(self.folder.glob("*.json")) if self.folder.is_dir() else []
        yield from (_read(file) for file in files)

    def of(self, creator: str) -> Tombstone | None:
        """Return the tombstone of a creator, by name or slug; None if they have not withdrawn.

        Raises TombstoneError if it is there and cannot be read.
        """
        file = self._file(slug(creator))
        return _read(file) if os.path.lexists(file) else None

    def barring(self, creator: str, granted_on: date | None, subject: str = "") -> Tombstone | None:
        """Return the tombstone that ends a creator's consent of that day; None if no tombstone does.

        A name or slug that looks like that of somebody who has withdrawn is taken for theirs, and so is the `subject`
        whom the consent names: a folder may have been renamed. Raises TombstoneError if a tombstone cannot be read.
        """
        names = set(filter(None, map(skeleton, (creator, subject))))
        return next((stone for stone in self if names & stone.names and stone.bars(granted_on)), None)

    def put(self, new: Tombstone) -> Tombstone:
        """Set a tombstone, and return it as it stands: it keeps the photos of the one that was there before.

        Raises TombstoneError if the folder cannot be written to.
        """
        before = self.of(new.slug)
        photos = {*new.photos, *(before.photos if before else ())}
        subject = new.subject or (before.subject if before else "")
        new = new.model_copy(update={"photos": tuple(sorted(photos)), "subject": subject})
        if new != before:
            try:
                write_text(self._file(new.slug), new.model_dump_json(by_alias=True, indent=1))
            except OSError as error:
                reason = f"{self.folder} cannot be written to ({error.strerror}); nothing was withdrawn yet"
                raise TombstoneError(f"{reason}: give it room and rights, and run again") from error
        return new

    def _file(self, name: str) -> Path:
        return self.folder / f"{file_stem(name)}.json"


def file_stem(name: str) -> str:
    """Return a name for the file of a slug: its beginning is for people, its fingerprint tells it apart."""
    return f"{slug(name)[:40]}-{fingerprint(name)[:16]}"  # a slug may be longer than a file's name


def read_record(model: type[Model], path: Path) -> Model:
    """Return what a file of the ledger holds; a file that did not change is parsed once.

    Raises OSError if it cannot be read or is no regular file, ValueError if it is no such record; the text says why.
    """
    about = os.lstat(path)
    try:
        return _parsed(model, str(path), about.st_ino, about.st_mtime_ns, about.st_size)
    except ValidationError as error:
        raise ValueError("it breaks the schema") from error


@lru_cache(maxsize=1024)  # a server reads with every request; another version of the file has another inode or time
def _parsed(model: type[Model], path: str, _inode: int, _changed: int, _size: int) -> Model:
    return model.model_validate_json(read_regular(path, _MAX_BYTES))


def _read(path: Path) -> Tombstone:
    try:
        return read_record(Tombstone, path)
    except (OSError, ValueError) as error:
        remedy = "remove the file, then kedro run --pipeline withdrawal --params creator=NAME"
        reason = f"{path} cannot be read as a tombstone ({error}); restore it from a back-up, or withdraw again"
        raise TombstoneError(f"{reason}: {remedy}") from error
