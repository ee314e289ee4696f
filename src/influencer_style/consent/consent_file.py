"""``consent.yml`` in a creator's folder: read strictly, and decided about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import yaml
from pydantic import ValidationError

from influencer_style.consent.grant import CONSENT_FILE, Consent, ConsentCopy, ConsentError, Decision, Scope, decide
from influencer_style.storage.regular import open_regular

_MAX_BYTES = 64 * 1024
_MAX_PROBLEMS = 20  # problems that one message names; a file has room for thousands
# Control characters except tab and line feed, halves of characters, and what turns the direction of writing.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_EXAMPLE = (
    "schema: 1, subject, granted_by, granted_on: 2025-01-31, expires: never or a date, "
    "scope: a list of train, transfer, generate and commercial, territory, evidence, contact"
)
_REMEDY = "learn the look again: kedro run"
_WRONG = {"missing": "is missing; add it", "extra_forbidden": "is no field of schema 1; remove it or correct its name"}


def load_consent(folder: str | Path) -> Consent:
    """Return the consent in ``folder``; it may have expired, see ``decide``.

    Raises ConsentError if consent.yml is missing, too large, not YAML, uses aliases, or breaks schema 1.
    """
    path = Path(folder) / CONSENT_FILE
    name = f"{path.parent.name}/{path.name}"
    values, lines = _fields(_read(path, name), name)
    try:
        return Consent.model_validate(values)
    except ValidationError as error:
        raise ConsentError("; ".join(_problems(error, name, lines))) from None


def decide_folder(
    folder: str | Path, scopes: tuple[Scope, ...], day: date, learnt: ConsentCopy | None = None
) -> Decision:
    """Decide by the consent in a creator's folder; without a valid one nothing is allowed.

    Arguments are those of `decide`; `learnt` is the copy that a look carries. It must hold as well, and must not have
    allowed more than the consent in the folder does now. The decision's reason names the file, and the decision holds
    the consent where one could be read.
    """
    try:
        consent = load_consent(folder)
    except ConsentError as error:
        return Decision(False, str(error))
    decision = decide(consent, scopes, day)
    if decision.allowed and learnt is not None:
        if not decide(learnt, scopes, day).allowed:
            return replace(newer_than_look(folder), consent=consent)
        decision = _unless_narrowed(consent, learnt)
    if not decision.allowed:
        where = f"{Path(folder).name}/{CONSENT_FILE}: {decision.field}"
        decision = replace(decision, reason=f"{where}: {decision.reason}")
    return replace(decision, consent=consent)


def newer_than_look(folder: str | Path) -> Decision:
    """Return the refusal of a look whose own copy of the consent does not hold, while the one in the folder does."""
    return Decision(False, f"{Path(folder).name}/{CONSENT_FILE} is newer than the look; {_REMEDY}")


def _unless_narrowed(consent: Consent, learnt: ConsentCopy) -> Decision:
    """Refuse a look when the consent now allows something else, or less, than when the look was learnt.

    A day of expiry that was brought forward ends the look on that day, and not before.
    """
    for field in ("subject", "territory"):
        before, now = learnt.get(field), getattr(consent, field)
        if before is not None and str(before) != now:
            change = f"was {str(before)!r} when the look was learnt, and is {now!r} now"
            return Decision(False, f"{change}; {_REMEDY}", field)
    covered = learnt.get("scope")
    if isinstance(covered, list | tuple) and (given_up := [one for one in covered if one not in consent.scope]):
        change = f"covered {', '.join(map(str, given_up))} when the look was learnt, and does not any more"
        return Decision(False, f"{change}; {_REMEDY}", "scope")
    return Decision(True)


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


def _fields(text: str, name: str) -> tuple[dict[str, object], dict[str, int]]:
    """Return the fields of a consent, and the line that each is in."""
    values: dict[str, object] = {}
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
                raise wrong("has a field whose name is not a word", line)
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
    except ValueError as error:  # a malformed number, such as 0b_
        raise wrong(f"is not plain YAML ({error})", line) from None
    return values, lines


def _problems(error: ValidationError, name: str, lines: Mapping[str, int]) -> list[str]:
    problems: dict[str, str] = {}  # one for each field: a union reports each of its members
    for problem in error.errors():
        field = str(problem["loc"][0]) if problem["loc"] else ""
        line = f", line {lines[field]}" if field in lines else ""
        where = f"{name}{line}: {field}: " if field else f"{name}: "
        wrong = f"{problem['msg'].removeprefix('Value error, ')}; correct it"
        problems.setdefault(field, where + _WRONG.get(problem["type"], wrong))
    return list(problems.values())[:_MAX_PROBLEMS]


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML that holds only words, lists and tables.

    Aliases are refused: with them a file of a few lines can grow to gigabytes in memory. Tags are refused: they call
    for conversions that fail in ways of their own. So are characters that drive a terminal.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event, problem = self.peek_event(), ""  # type: ignore[no-untyped-call]  # types-PyYAML leaves it untyped
        if isinstance(event, yaml.AliasEvent):
            problem = f"alias *{event.anchor} is not allowed"
        elif getattr(event, "tag", None):
            problem = f"tag {event.tag} is not allowed"
        elif isinstance(event, yaml.ScalarEvent) and _UNSEEN.search(event.value):
            problem = "a character that cannot be seen is not allowed"
        if problem:
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)
        return super().compose_node(parent, index)


# All words stay text until the schema reads them, so that its error can name the field: `NO` is a country and not
# false, 0123 is the number of a contract, and an impossible day is reported with its line. An empty field is None.
_PlainLoader.yaml_implicit_resolvers = {
    start: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
    for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
