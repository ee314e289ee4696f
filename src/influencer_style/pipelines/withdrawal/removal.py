"""What a withdrawal did: the parts that its nodes return, and the whole record."""

from __future__ import annotations

from dataclasses import dataclass

from influencer_style.storage.text import markdown


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


@dataclass(frozen=True)
class RunPictures:
    """How many pictures and pages of earlier runs were removed, and in words what could not be removed."""

    removed: int
    left: list[str]


@dataclass(frozen=True)
class Removal:
    """All that was removed: files (relative to the project), champions, versions, pictures of earlier runs."""

    files: list[str]
    replaced: list[Replacement]
    revoked: list[Revocation]
    run_pictures: RunPictures


@dataclass(frozen=True)
class WithdrawalRecord:
    """The record of a withdrawal, as `withdrawal.json` holds it.

    Attributes:
        creator: The creator's name.
        slug: The look's name.
        withdrawn_on: The day from which the withdrawal counts, ISO 8601.
        done: When this run ended, ISO 8601.
        photos: How many photos the tombstone keeps from being taken in again.
        free: The places in which nothing of the creator is left.
        files_removed: Files and folders that this run removed.
        run_pictures_removed: How many pictures and pages of earlier runs it removed.
        champions: The champions that it replaced.
        revoked: The versions that it revoked.
        pictures_that_carry_the_look: Pictures, sheets and exports that are still there.
        not_reached: What could not be removed.
        beyond_reach: What no run can remove.
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
        removed = [*self.files_removed, f"{self.run_pictures_removed} pictures and pages of earlier runs"]
        return f"""# Withdrawal of {markdown(self.creator)}

As of {self.withdrawn_on}; this run ended at {self.done}. A tombstone keeps {self.photos} photos, and
this creator's name, from being taken in again.

## Nothing of theirs is left in

{_listed(self.free)}

## Removed by this run

{_listed(removed)}

## Champions

{_listed(self.champions)}

## Revoked: no longer loaded or served, weights and looks removed

{_listed(self.revoked)}

## Pictures, sheets and exports that carry the look

{_listed(self.pictures_that_carry_the_look)}

## Not reached: run the withdrawal again, or remove it by hand

{_listed(self.not_reached)}

## Beyond this project's reach: yours to remove

{_listed(self.beyond_reach)}
"""


def _listed(items: list[str] | list[Replacement] | list[Revocation]) -> str:
    return "\n".join(f"- {markdown(item)}" for item in items) or "- nothing"
