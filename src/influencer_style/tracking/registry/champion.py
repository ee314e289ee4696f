"""The champion among a model's versions: how the alias moves, and what is recorded about it on the versions."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mlflow.exceptions import MlflowException

from influencer_style.tracking.registry.versions import (
    NoSuchVersionError,
    RegistryError,
    answered,
    find_version,
    registered_folder,
    versions_made_from,
)
from influencer_style.tracking.store import Store

logger = logging.getLogger(__name__)

CHAMPION, CHALLENGER = "champion", "challenger"
_TAG_LENGTH = 5000
# MLflow's codes for a version, and for an alias, that does not exist.
_NO_SUCH = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


@dataclass(frozen=True)
class Contender:
    """A version of a registered model, with its tags."""

    name: str
    version: str
    tags: dict[str, str]

    @property
    def objections(self) -> list[str]:
        """The reasons why the rules may not make it champion, whatever its pictures are like."""
        found = []
        if self.tags.get("revoked") == "true":
            found.append("a consent that it rests on was withdrawn")
        if "rolled_back" in self.tags:
            found.append(f"it was rolled back ({self.tags['rolled_back']})")
        return found


@answered
def contender(store: Store, name: str, version: str) -> Contender:
    """Return a version, by its number or an alias such as `@champion`.

    Raises NoSuchVersionError, which lists the existing ones, if there is no such version, and RegistryError if the
    registry does not answer.
    """
    try:
        found = find_version(store, name, version)
    except MlflowException as error:
        if error.error_code not in _NO_SUCH:
            raise
        existing = ", ".join(str(one.version) for one in store.client.search_model_versions(f"name = '{name}'"))
        raise NoSuchVersionError(
            f"{name} has no version {version}; it has: {existing or 'none'}. Give one of these, or make one: kedro run"
        ) from error
    return Contender(name, str(found.version), dict(found.tags))


def contender_of(store: Store, name: str, fingerprint: str) -> Contender:
    """Return the version with a fingerprint. Raises RegistryError if it is not registered."""
    found = versions_made_from(store, name, fingerprint)
    if not found:
        raise RegistryError(f"the generator is not registered as {name}; register it: kedro run --pipeline training")
    return Contender(name, str(found[0].version), dict(found[0].tags))


def folder_of(store: Store, one: Contender) -> Path:
    """Return the model folder of a version. Raises RegistryError if it cannot be loaded."""
    return registered_folder(store, f"models:/{one.name}/{one.version}")


def tag_version(store: Store, one: Contender, tags: dict[str, str]) -> None:
    """Set tags of a version."""
    for key, value in tags.items():
        store.client.set_model_version_tag(one.name, one.version, key, value)


@answered
def record_verdict(store: Store, one: Contender, against: str, promoted: bool, reasons: Sequence[str]) -> None:
    """Record on a version the verdict of its comparison with another."""
    tags = {
        "verdict": "promoted" if promoted else "not promoted",
        "verdict_reasons": "; ".join(reasons)[:_TAG_LENGTH],
        "verdict_against": against,
        "verdict_on": _now(),
    }
    tag_version(store, one, tags)


@answered
def add_to_description(store: Store, one: Contender, text: str) -> None:
    """Put a section of Markdown at the end of a version's description, in place of one with the same heading."""
    heading = text.partition("\n")[0]
    before = store.client.get_model_version(one.name, one.version).description or ""
    kept = before.partition(f"\n{heading}\n")[0].rstrip()
    store.client.update_model_version(one.name, one.version, f"{kept}\n\n{text}\n")


@answered
def crown(store: Store, one: Contender, why: str, deposed: str | None) -> None:
    """Make a version the champion, and record on it since when, why and after which version.

    `deposed` is the version that is champion now; None where there is none. Raises RegistryError if another version has
    become champion in the meantime.
    """
    now = store.client.get_registered_model(one.name).aliases.get(CHAMPION)
    if (None if now is None else str(now)) != deposed:
        remedy = "judge again: kedro run --pipeline promotion"
        raise RegistryError(f"version {now} of {one.name} has become @champion in the meantime; {remedy}")
    tags = {"champion_since": _now(), "champion_after": deposed or "", "champion_why": why[:_TAG_LENGTH]}
    tag_version(store, one, tags)
    if "rolled_back" in one.tags:
        store.client.delete_model_version_tag(one.name, one.version, "rolled_back")
    store.client.set_registered_model_alias(one.name, CHAMPION, one.version)
    aliases = store.client.get_registered_model(one.name).aliases
    if str(aliases.get(CHALLENGER)) == one.version:
        store.client.delete_registered_model_alias(one.name, CHALLENGER)
    logger.info("Version %s of %s is @champion now: %s", one.version, one.name, why)


@answered
def roll_back(store: Store, name: str, to: str, why: str) -> dict[str, str]:
    """Make an earlier version champion again, and keep the rules from promoting the rolled back version.

    `to` is the version; empty for the previous champion. Returns `champion`, `rolled_back`, `why` and `on`, and raises
    RegistryError if there is no champion, none before it, or `to` cannot be champion.
    """
    champion = contender(store, name, f"@{CHAMPION}")
    earlier = to or champion.tags.get("champion_after", "")
    if not earlier:
        raise _no_way_back(store, champion, f"version {champion.version} is the first champion of {name}")
    if earlier == champion.version:
        raise _no_way_back(store, champion, f"version {earlier} of {name} is the champion already")
    new = contender(store, name, earlier)
    if new.tags.get("revoked") == "true":
        why = "; ".join(new.objections)
        raise _no_way_back(store, champion, f"version {earlier} of {name} was revoked: {why}")
    now = _now()
    # The tag first: after a kill in between, a second call goes back to the same version, and not one further.
    store.client.set_model_version_tag(name, champion.version, "rolled_back", f"{now}{f': {why}' if why else ''}")
    crown(store, new, why or f"rolled back from version {champion.version}", champion.version)
    return {"champion": new.version, "rolled_back": champion.version, "why": why, "on": now}


def _no_way_back(store: Store, champion: Contender, reason: str) -> RegistryError:
    """Return an error with its reason and what to do: which other versions may be champion."""
    others = store.client.search_model_versions(f"name = '{champion.name}'")
    numbers = sorted(int(one.version) for one in others if one.tags.get("revoked") != "true")
    usable = ", ".join(str(number) for number in numbers if str(number) != champion.version)
    if not usable:
        return RegistryError(f"{reason}; it has no other version to go back to; train one: kedro run")
    return RegistryError(f"{reason}; name the version to go back to: --params rollback.to=VERSION, of {usable}")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
