"""The consent that a creator granted, and what it allows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, ValidationInfo, field_validator

CONSENT_FILE = "consent.yml"
Scope = Literal["train", "transfer", "generate", "commercial"]
LEARN: tuple[Scope, ...] = ("train", "transfer")  # either makes a creator's photos worth reading
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]

# A consent in short, as a look carries it. It comes from files of any age, so `decide` refuses what is not sound.
ConsentCopy = Mapping[str, object]


class ConsentError(ValueError):
    """There is no valid consent. The text names the file, the line if it is known, the field and the remedy."""


class Terms(BaseModel):
    """What a consent covers, and from when to when: ``granted_on`` and ``expires`` are calendar days, both included.

    ``granted_on`` is None in a look's copy that has no such day: that consent had begun when the look was learnt.
    """

    model_config = ConfigDict(frozen=True)

    granted_on: date | None = None
    expires: date | Literal["never"]
    scope: tuple[Scope, ...] = Field(min_length=1)

    @field_validator("granted_on", "expires", mode="before")
    @classmethod
    def _calendar_day(cls, value: object) -> object:
        if value == "never" or type(value) is date:
            return value
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError("must be a day such as 2025-01-31")
        return date.fromisoformat(value)

    @field_validator("expires")
    @classmethod
    def _in_order(cls, value: date | str, info: ValidationInfo) -> date | str:
        begins = info.data.get("granted_on")
        if isinstance(value, date) and begins and value < begins:
            raise ValueError(f"{value} lies before granted_on ({begins})")
        return value


class Consent(Terms):
    """Consent, schema 1."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    schema_version: Literal[1] = Field(alias="schema")
    kind: Literal["person", "synthetic"] = "person"
    subject: Text
    granted_by: Text
    granted_on: date
    territory: Text
    evidence: Text
    contact: Text

    @field_validator("schema_version", mode="before")
    @classmethod
    def _plain_number(cls, value: object) -> int:
        if value not in (1, "1") or isinstance(value, bool):
            raise ValueError("must be the number 1")
        return 1

    @field_validator("subject", "granted_by")
    @classmethod
    def _visible(cls, value: str) -> str:
        if not any(unicodedata.category(letter)[0] in "LN" for letter in value):
            raise ValueError("must be a name")
        return value

    @field_validator("scope")
    @classmethod
    def _each_once(cls, value: tuple[Scope, ...]) -> tuple[Scope, ...]:
        if len(set(value)) < len(value):
            raise ValueError("must name each purpose once")
        return value

    def in_short(self) -> dict[str, object]:
        """Return what goes with a look wherever it goes, as plain data: no contact, no evidence."""
        values = self.model_dump(mode="json")
        return {name: values[name] for name in ("subject", "scope", "granted_on", "expires", "territory")}


@dataclass(frozen=True)
class Decision:
    """Whether something may be done."""

    allowed: bool  # whether it may be done
    reason: str = ""  # why it may not, and what to do about it
    field: str = ""  # the field of the consent on which a refusal rests
    private: bool = False  # whether the reason names folders and people of this machine, which strangers must not read
    # The consent that was read from a creator's folder; None where none could be read, or none was looked for
    consent: Consent | None = None


def decide(consent: Consent | ConsentCopy, scopes: tuple[Scope, ...], day: date) -> Decision:
    """Decide whether a consent covers one of ``scopes`` on ``day``. Nothing is recorded: see ``ledger.Ledger``.

    Anything missing or damaged in a look's copy of a consent leads to a refusal.
    """
    try:
        terms = consent if isinstance(consent, Consent) else Terms.model_validate(consent)
    except ValidationError as error:
        field = str(next(iter(error.errors()[0]["loc"]), ""))
        return Decision(False, "was not recorded whole; learn the look again: kedro run", field)
    whom = f"ask {consent.contact}" if isinstance(consent, Consent) else "ask who granted it"
    if terms.granted_on and day < terms.granted_on:
        return Decision(False, f"begins on {terms.granted_on}; run again from that day on", "granted_on")
    if terms.expires != "never" and terms.expires < day:
        return Decision(False, f"expired on {terms.expires}; {whom} to renew it", "expires")
    if not set(scopes) & set(terms.scope):
        missing = scopes[0] if len(scopes) == 1 else f"any of {', '.join(scopes)}"
        return Decision(False, f"does not cover {missing}; {whom} to widen it", "scope")
    return Decision(True)
