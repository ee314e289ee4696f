"""Text that strangers wrote, made safe to show: names of files and creators, metadata, messages of libraries.

A terminal acts on control characters, a newline forges a line, and marks of direction turn a name around. All of these
are written as backslash codes, so that they are seen and do nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from reprlib import repr as _short_repr
from typing import Any

_SHORT = 200
_PACKAGE = __name__.partition(".")[0]
_MARKUP = re.compile(r"[\\`*\[\]<>|&~]|(?<!\w)_|_(?!\w)|(?<=www)\.")


def one_line(text: object) -> str:
    """Return ``text`` as one line in which every character is printable; others become backslash codes."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in str(text))


def short(text: str) -> str:
    """Return ``text`` as `one_line` does, cut to 200 characters."""
    line = one_line(text[: _SHORT + 1])
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 3]}..."


def quoted(value: object) -> str:
    """Return a value of any type as a short Python literal, for messages that repeat a wrong argument."""
    return _short_repr(value)


def markdown(text: object) -> str:
    """Return ``text`` as one line that Markdown shows literally: no markup, no HTML, no links."""
    line = _MARKUP.sub(lambda found: f"\\{found[0]}", one_line(text))
    return line.replace("://", ":&#47;&#47;")


def utf8(text: str) -> str:
    """Return ``text`` with the bytes of a file name that are not UTF-8 written as backslash codes."""
    return text.encode("utf-8", "backslashreplace").decode()


def make_log_lines_safe() -> None:
    """Make each record that this package logs from now on one line, as `one_line` does.

    Names of strangers' files come in as arguments and within the texts of errors. The factory of records sees them all,
    a handler's filter only those of that handler, and Kedro makes its handlers anew for each project.
    """
    before = logging.getLogRecordFactory()
    if not isinstance(before, _SafeRecords):
        logging.setLogRecordFactory(_SafeRecords(before))


class _SafeRecords:
    """A factory of log records that makes each of this package's records one line."""

    def __init__(self, before: Callable[..., logging.LogRecord]) -> None:
        self._before = before

    def __call__(self, name: str, *arguments: Any, **named: Any) -> logging.LogRecord:
        record = self._before(name, *arguments, **named)
        if name == _PACKAGE or name.startswith(f"{_PACKAGE}."):
            record.msg, record.args = one_line(record.getMessage()), ()
        return record
