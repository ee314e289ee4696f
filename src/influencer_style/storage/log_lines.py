"""Log records of this package, made safe to show, wherever in it they are written."""

from __future__ import annotations

import logging
from typing import Any

from influencer_style.storage.text import one_line

_PACKAGE = __name__.partition(".")[0]


def make_log_lines_safe() -> None:
    """Make each record that this package logs from now on one line, as `one_line` does.

    Names of strangers' files come in as arguments and inside of errors' texts. A record's factory sees them all, a
    handler's filter only those of that handler, and Kedro makes its handlers anew for each project.
    """
    before = logging.getLogRecordFactory()
    if getattr(before, "makes_lines_safe", False):
        return

    def safe(name: str, *arguments: Any, **named: Any) -> logging.LogRecord:
        record = before(name, *arguments, **named)
        if name == _PACKAGE or name.startswith(f"{_PACKAGE}."):
            record.msg, record.args = one_line(record.getMessage()), ()
        return record

    safe.makes_lines_safe = True
    logging.setLogRecordFactory(safe)
