"""The consent that a creator granted: ``consent.yml`` in the creator's folder, read strictly."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

CONSENT_FILE = "consent.yml"
Scope = Literal["train", "transfer", "generate", "commercial"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]

_MAX_BYTES = 64 * 1024
_MOST_PROBLEMS = 20  # that are told; a file has room for thousands
# Control characters but tab and line feed, halves of characters, and what turns the direction of writing.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_EXAMPLE = (
    "schema: 1, subject, granted_by, granted_on: 2025-01-31, expires: never or a date, "
    "scope: a list of train and transfer, territory, evidence, contact"
)


class ConsentError(ValueError):
    """No valid consent. The text names the file, the line where it is known, the field and the remedy."""


class Consent(BaseModel):
    """Consent, schema 1. ``granted_on`` and ``expires`` are calendar days; the last day of consent is ``expires``."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    schema_version: Literal[1] = Field(alias="schema")
    kind: Literal["person", "synthetic"] = "person"
    subject: Text
    granted_by: Text
    granted_on: date
    expires: date | Literal["never"]
    scope: tuple[Scope, ...] = Field(min_length=1)
    territory: Text
    evidence: Text
    contact: Text

    @field_validator("schema_version", mode="before")
    @classmethod
    def _plain_number(cls, value: Any) -> Any:
        if value not in (1, "1") or isinstance(value, bool):
            raise ValueError("must be the number 1")
        return 1

    @field_validator("granted_on", "expires", mode="before")
    @classmethod
    def _calendar_day(cls, value: Any) -> Any:
        if value == "never" or type(value) is date:
            return value
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError("must be a day such as 2025-01-31")
        return date.fromisoformat(value)

    @field_validator("subject", "granted_by")
    @classmethod
    def _visible(cls, value: str) -> str:
        if not any(unicodedata.category(letter)[0] in "LN" for letter in value):
            raise ValueError("must be a name")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Consent:
        if self.expires != "never" and self.expires < self.granted_on:
            raise ValueError(f"expires ({self.expires}) lies before granted_on ({self.granted_on})")
        return self

    def valid_on(self, day: date) -> bool:
        """Return whether consent holds on ``day``, the first and the last day included."""
        return self.granted_on <= day and (self.expires == "never" or day <= self.expires)

    def allows(self, scope: Scope, on: date) -> bool:
        """Return whether consent holds on the day ``on`` and covers ``scope``."""
        return scope in self.scope and self.valid_on(on)


def load_consent(folder: str | Path) -> Consent:
    """Return the consent in ``folder``; it may have expired (``valid_on``, ``require``).

    Raises:
        ConsentError: if consent.yml is missing, too large, not YAML, uses aliases, or breaks schema 1.
    """
    path = Path(folder) / CONSENT_FILE
    name = f"{path.parent.name}/{path.name}"
    text = _read(path, name)
    try:
        node = yaml.compose(text, _PlainLoader)
        loader = _PlainLoader("")
        values = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConsentError(f"{name}{line}: is not plain YAML ({error.problem}); correct it ({_EXAMPLE})") from None
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        reason = type(error).__name__ if isinstance(error, RecursionError) else " ".join(str(error).split())
        raise ConsentError(f"{name}: is not plain YAML ({reason[:200]}); correct it ({_EXAMPLE})") from None
    if not isinstance(values, dict):
        raise ConsentError(f"{name}: holds no fields; write them one a line ({_EXAMPLE})")
    lines = {key.value: key.start_mark.line + 1 for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
    if len(lines) < len(node.value):
        raise ConsentError(f"{name}: has a field twice, or a field that is no word; write each once ({_EXAMPLE})")
    try:
        return Consent.model_validate(values)
    except ValidationError as error:
        raise ConsentError("; ".join(_problems(error, name, lines))) from None


def require(consent: Consent, on: date, folder: str | Path) -> None:
    """Check that ``consent`` lets its photos be learned from on the day ``on``.

    Raises:
        ConsentError: if it has not begun, has expired, or has neither ``train`` nor ``transfer`` in its scope.
    """
    name = f"{Path(folder).name}/{CONSENT_FILE}"
    if on < consent.granted_on:
        raise ConsentError(f"{name}: granted_on: begins on {consent.granted_on}; run again from that day on")
    if not consent.valid_on(on):
        raise ConsentError(f"{name}: expires: ended on {consent.expires}; ask {consent.contact} to renew it")
    if not {"train", "transfer"} & set(consent.scope):
        raise ConsentError(f"{name}: scope: holds neither train nor transfer; ask {consent.contact} to widen it")


def _read(path: Path, name: str) -> str:
    try:
        if path.is_symlink() or not path.is_file():
            other = path.with_suffix(".yaml")
            hint = f"rename {other.name} to {path.name}" if other.is_file() else f"write it ({_EXAMPLE})"
            raise ConsentError(f"{name}: is missing or not a regular file; {hint}")
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ConsentError(f"{name}: is larger than {_MAX_BYTES // 1024} KB; keep only the fields of schema 1")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise ConsentError(f"{name}: cannot be read ({error.strerror}); check the file and its rights") from None
    except UnicodeDecodeError:
        raise ConsentError(f"{name}: is not UTF-8 text; save it as UTF-8") from None


def _problems(error: ValidationError, name: str, lines: dict[str, int]) -> list[str]:
    problems: dict[str, str] = {}  # one a field: a union reports each of its members
    for problem in error.errors():
        field = str(problem["loc"][0]) if problem["loc"] else ""
        line = f", line {lines[field]}" if field in lines else ""
        where = f"{name}{line}: {field}: " if field else f"{name}: "
        if problem["type"] == "missing":
            what = "is missing; add it"
        elif problem["type"] == "extra_forbidden":
            what = "is no field of schema 1; remove it or correct its name"
        else:
            what = f"{problem['msg'].removeprefix('Value error, ')}; correct it"
        problems.setdefault(field, where + what)
    return list(problems.values())[:_MOST_PROBLEMS]


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML of words, lists and tables alone.

    No aliases: a file of a few lines could otherwise grow to gigabytes in memory. No tags: they call for conversions
    that fail in ways of their own. Nothing in it that drives a terminal.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        event, problem = self.peek_event(), ""
        if isinstance(event, yaml.AliasEvent):
            problem = f"alias *{event.anchor} is not allowed"
        elif getattr(event, "tag", None):
            problem = f"tag {event.tag} is not allowed"
        elif isinstance(event, yaml.ScalarEvent) and _UNSEEN.search(event.value):
            problem = "a character that cannot be seen is not allowed"
        if problem:
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)
        return super().compose_node(parent, index)


# All words stay text until the schema reads them, so that its error can name the field: `NO` is a country and no
# refusal, 0123 the number of a contract, and a day that is none has a line. What is left empty is nothing.
_PlainLoader.yaml_implicit_resolvers = {
    start: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
    for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
