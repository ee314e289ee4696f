"""Log records of this package, made safe to show, whichever module writes them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from influencer_style.storage.text import one_line

_PACKAGE = __name__.partition(".")[0]


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
