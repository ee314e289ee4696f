"""Who is the champion: contenders from the registry, and the alias that moves, with its record on the versions."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from influencer_style.tracking.registry.errors import NoSuchVersionError, RegistryError, answered
from influencer_style.tracking.registry.versions import find_version, registered_folder, versions_made_from
from influencer_style.tracking.store import Store

logger = logging.getLogger(__name__)

CHAMPION, CHALLENGER = "champion", "challenger"
_TAG_LENGTH = 5000
# What MLflow says of a version, and of an alias, that there is not.
_NO_SUCH = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


@dataclass(frozen=True)
class Contender:
    """A version of a registered model.

    Attributes:
        name: of the registered model.
        version: its number.
        tags: the version's.
    """

    name: str
    version: str
    tags: dict[str, str]

    @property
    def objections(self) -> list[str]:
        """Why it may not become champion by rules, whatever its pictures are like."""
        found = []
        if self.tags.get("revoked") == "true":
            found.append("a consent that it rests on was withdrawn")
        if "rolled_back" in self.tags:
            found.append(f"it was rolled back ({self.tags['rolled_back']})")
        return found


@answered
def contender(store: Store, name: str, asked: str) -> Contender:
    """Return a version.

    Args:
        store: the registry.
        name: of the registered model.
        asked: a number, or an alias such as `@champion`.

    Raises:
        NoSuchVersionError: when there is no such version; the message says which there are.
        RegistryError: when the registry does not answer.
    """
    from mlflow.exceptions import MlflowException

    try:
        found = find_version(store, name, asked)
    except MlflowException as error:
        if error.error_code not in _NO_SUCH:
            raise
        there = ", ".join(str(one.version) for one in store.client.search_model_versions(f"name = '{name}'"))
        raise NoSuchVersionError(
            f"{name} has no version {asked}; it has: {there or 'none'}. Give one of these, or make one: kedro run"
        ) from error
    return Contender(name, str(found.version), dict(found.tags))


def contender_of(store: Store, name: str, fingerprint: str) -> Contender:
    """Return the version that was made from what `fingerprint` stands for.

    Raises:
        RegistryError: when it is not registered.
    """
    found = versions_made_from(store, name, fingerprint)
    if not found:
        raise RegistryError(f"the generator is not registered as {name}; register it: kedro run --pipeline training")
    return Contender(name, str(found[0].version), dict(found[0].tags))


def folder_of(store: Store, one: Contender) -> Path:
    """Return the model folder of a version.

    Raises:
        RegistryError: when it cannot be had.
    """
    return registered_folder(store, f"models:/{one.name}/{one.version}")


@answered
def record_verdict(store: Store, one: Contender, against: str, promoted: bool, reasons: Sequence[str]) -> None:
    """Write on a version what came of holding it against another."""
    tags = {
        "verdict": "promoted" if promoted else "not promoted",
        "verdict_reasons": "; ".join(reasons)[:_TAG_LENGTH],
        "verdict_against": against,
        "verdict_on": _now(),
    }
    for key, value in tags.items():
        store.client.set_model_version_tag(one.name, one.version, key, value)


@answered
def add_to_description(store: Store, one: Contender, text: str) -> None:
    """Put a section of Markdown at the end of a version's description, in place of the one that had its heading."""
    heading = text.partition("\n")[0]
    before = store.client.get_model_version(one.name, one.version).description or ""
    kept = before.partition(f"\n{heading}\n")[0].rstrip()
    store.client.update_model_version(one.name, one.version, f"{kept}\n\n{text}\n")


@answered
def crown(store: Store, one: Contender, why: str, deposed: str | None) -> None:
    """Make a version the champion, and write on it since when, why and after whom.

    Args:
        store: the registry.
        one: the version.
        why: for the record.
        deposed: the version that is champion now; None where there is none.

    Raises:
        RegistryError: when another version has become champion in the meantime.
    """
    now = store.client.get_registered_model(one.name).aliases.get(CHAMPION)
    if (None if now is None else str(now)) != deposed:
        raise RegistryError(
            f"version {now} of {one.name} has become @champion in the meantime; judge again: kedro run --pipeline "
            "promotion"
        )
    tags = {"champion_since": _now(), "champion_after": deposed or "", "champion_why": why[:_TAG_LENGTH]}
    for key, value in tags.items():
        store.client.set_model_version_tag(one.name, one.version, key, value)
    if "rolled_back" in one.tags:
        store.client.delete_model_version_tag(one.name, one.version, "rolled_back")
    store.client.set_registered_model_alias(one.name, CHAMPION, one.version)
    aliases: dict[str, Any] = store.client.get_registered_model(one.name).aliases
    if str(aliases.get(CHALLENGER)) == one.version:
        store.client.delete_registered_model_alias(one.name, CHALLENGER)
    logger.info("Version %s of %s is @champion now: %s", one.version, one.name, why)


@answered
def roll_back(store: Store, name: str, to: str, why: str) -> dict[str, str]:
    """Give the title back, and keep the version that loses it from being promoted by rules again.

    Args:
        store: the registry.
        name: of the registered model.
        to: the version; empty for the one that was champion before.
        why: for the record.

    Returns:
        `champion`, `rolled_back`, `why` and `on`.

    Raises:
        RegistryError: when there is no champion, none before it, or `to` cannot be one.
    """
    champion = contender(store, name, f"@{CHAMPION}")
    earlier = to or champion.tags.get("champion_after", "")
    if not earlier:
        raise RegistryError(
            f"version {champion.version} is the first champion of {name}; {_alternatives(store, champion)}"
        )
    if earlier == champion.version:
        raise RegistryError(f"version {earlier} of {name} is the champion already; {_alternatives(store, champion)}")
    new = contender(store, name, earlier)
    if new.tags.get("revoked") == "true":
        raise RegistryError(
            f"version {earlier} of {name} was revoked: {'; '.join(new.objections)}; {_alternatives(store, champion)}"
        )
    now = _now()
    # The tag first: who runs this again after a kill in between goes back to the same version, and not one further.
    store.client.set_model_version_tag(name, champion.version, "rolled_back", f"{now}{f': {why}' if why else ''}")
    crown(store, new, why or f"rolled back from version {champion.version}", champion.version)
    return {"champion": new.version, "rolled_back": champion.version, "why": why, "on": now}


def _alternatives(store: Store, champion: Contender) -> str:
    """Return what to do where there is no going back: which other versions may be champion."""
    others = store.client.search_model_versions(f"name = '{champion.name}'")
    numbers = sorted(int(one.version) for one in others if one.tags.get("revoked") != "true")
    usable = ", ".join(str(number) for number in numbers if str(number) != champion.version)
    if not usable:
        return "it has no other version to go back to; train one: kedro run"
    return f"name the version to go back to: --params rollback.to=VERSION, of {usable}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
