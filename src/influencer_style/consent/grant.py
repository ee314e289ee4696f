"""The consent that a creator granted: ``consent.yml`` in the creator's folder, read strictly, and what it allows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from influencer_style.storage.regular import open_regular

CONSENT_FILE = "consent.yml"
Scope = Literal["train", "transfer", "generate", "commercial"]
LEARN: tuple[Scope, ...] = ("train", "transfer")  # either makes a creator's photos worth reading
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]

_MAX_BYTES = 64 * 1024
_MOST_PROBLEMS = 20  # that are told; a file has room for thousands
# Control characters but tab and line feed, halves of characters, and what turns the direction of writing.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_EXAMPLE = (
    "schema: 1, subject, granted_by, granted_on: 2025-01-31, expires: never or a date, "
    "scope: a list of train, transfer, generate and commercial, territory, evidence, contact"
)


class ConsentError(ValueError):
    """No valid consent. The text names the file, the line where it is known, the field and the remedy."""


class Terms(BaseModel):
    """What a consent is for, and when. ``granted_on`` and ``expires`` are calendar days, both included."""

    model_config = ConfigDict(frozen=True)

    granted_on: date | None = None  # None: of a look's recorded consent, which had begun when the look was learnt
    expires: date | Literal["never"]
    scope: tuple[Scope, ...] = Field(min_length=1)

    @field_validator("granted_on", "expires", mode="before")
    @classmethod
    def _calendar_day(cls, value: Any) -> Any:
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
    def _plain_number(cls, value: Any) -> Any:
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

    def in_short(self) -> dict[str, Any]:
        """Return what goes with a look wherever it goes, as plain data: no contact, no evidence."""
        told = self.model_dump(mode="json")
        return {name: told[name] for name in ("subject", "scope", "granted_on", "expires", "territory")}


@dataclass(frozen=True)
class Decision:
    """Whether something may be done.

    Attributes:
        allowed: whether it may.
        reason: where it may not, why, and what to do.
        field: of the consent, on which a refusal rests.
        private: whether the reason names folders and people of this machine, which strangers must not read.
    """

    allowed: bool
    reason: str = ""
    field: str = ""
    private: bool = False


def decide(consent: Consent | Mapping[str, Any], scopes: tuple[Scope, ...], day: date) -> Decision:
    """Decide whether a consent covers one of ``scopes`` on ``day``. Nothing is recorded: see ``ledger.Ledger``.

    Args:
        consent: as it was read; or in short, as looks carry it, where anything that is missing or damaged refuses.
        scopes: what it is asked for; any of them will do.
        day: on which it must hold.
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


def load_consent(folder: str | Path) -> Consent:
    """Return the consent in ``folder``; it may have expired, see ``decide``.

    Raises:
        ConsentError: if consent.yml is missing, too large, not YAML, uses aliases, or breaks schema 1.
    """
    path = Path(folder) / CONSENT_FILE
    name = f"{path.parent.name}/{path.name}"
    values, lines = _fields(_read(path, name), name)
    try:
        return Consent.model_validate(values)
    except ValidationError as error:
        raise ConsentError("; ".join(_problems(error, name, lines))) from None


def decide_folder(folder: str | Path, scopes: tuple[Scope, ...], day: date) -> tuple[Decision, Consent | None]:
    """Decide about the consent in ``folder`` as ``decide`` does; without a valid one nothing is allowed.

    Returns:
        the decision, its reason naming the file; and the consent, where one could be read.
    """
    try:
        consent = load_consent(folder)
    except ConsentError as error:
        return Decision(False, str(error)), None
    decision = decide(consent, scopes, day)
    if decision.allowed:
        return decision, consent
    where = f"{Path(folder).name}/{CONSENT_FILE}: {decision.field}"
    return Decision(False, f"{where}: {decision.reason}", decision.field), consent


def _read(path: Path, name: str) -> str:
    try:
        if path.is_symlink() or not path.is_file():
            other = path.with_suffix(".yaml")
            hint = f"rename {other.name} to {path.name}" if other.is_file() else f"write it ({_EXAMPLE})"
            raise ConsentError(f"{name}: is missing or not a regular file; {hint}")
        with open_regular(path) as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ConsentError(f"{name}: is larger than {_MAX_BYTES // 1024} KB; keep only the fields of schema 1")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise ConsentError(f"{name}: cannot be read ({error.strerror}); check the file and its rights") from None
    except UnicodeDecodeError:
        raise ConsentError(f"{name}: is not UTF-8 text; save it as UTF-8") from None


def _fields(text: str, name: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the fields of a consent, and the line of each."""
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    line = 0

    def wrong(problem: str, line: int = 0) -> ConsentError:
        where = f"{name}, line {line}" if line else name
        return ConsentError(f"{where}: {' '.join(problem.split())[:300]}; correct it ({_EXAMPLE})")

    try:
        node = yaml.compose(text, _PlainLoader)
        if not isinstance(node, yaml.MappingNode):
            raise ConsentError(f"{name}: holds no fields; write them one a line ({_EXAMPLE})")
        loader = _PlainLoader("")
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise wrong("has a field that is no word", line)
            if key.value in values:
                raise wrong(f"has the field {key.value} a second time", line)
            values[key.value], lines[key.value] = loader.construct_object(value, deep=True), line
    except ConsentError:
        raise
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        raise wrong(f"is not plain YAML ({error.problem})", at.line + 1 if at else 0) from None
    except yaml.reader.ReaderError as error:
        raise wrong(f"is not plain YAML ({error.reason})", text.count("\n", 0, error.position) + 1) from None
    except RecursionError:
        raise wrong("is not plain YAML (too deep)", line) from None
    except ValueError as error:  # a number that is none, such as 0b_
        raise wrong(f"is not plain YAML ({error})", line) from None
    return values, lines


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
