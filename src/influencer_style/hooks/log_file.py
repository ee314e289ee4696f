"""The log of the last `kedro run` in a file: all that the terminal shows, and the traceback of an error."""

from __future__ import annotations

import logging
import os
from io import TextIOWrapper
from pathlib import Path

PLACE = "logs/last_run.log"
_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class LogFile(logging.FileHandler):
    """Writes log records to a file that only its owner may read, since they name people and photos.

    It replaces the previous run's log, which may name somebody who has withdrawn since. A full disk does not disturb
    the run: records that cannot be written are left out.

    Args:
        file: The log; its folder is created.

    Raises:
        OSError: The file cannot be written.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.unlink(missing_ok=True)
        super().__init__(file, "x", encoding="utf-8", errors="backslashreplace")
        self.setFormatter(logging.Formatter(_FORMAT))

    def record_error(self, error: BaseException) -> None:
        """Write an error with its traceback; the terminal does not show it."""
        failure = (type(error), error, error.__traceback__)
        self.handle(logging.LogRecord(__name__, logging.ERROR, __file__, 0, "The run failed.", None, failure))

    def handleError(self, record: logging.LogRecord) -> None:
        """Leave out a record that cannot be written, instead of printing a traceback."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "x", encoding=self.encoding, errors=self.errors, opener=_for_the_owner_alone)


def start_log(project: Path) -> LogFile | None:
    """Begin the log of a run in a project, warnings included; None, after a warning, where it cannot be written."""
    logging.captureWarnings(True)
    try:
        log = LogFile(project / PLACE)
    except OSError as error:
        logging.getLogger(__name__).warning("No log is written to %s: %s", project / PLACE, error)
        return None
    logging.getLogger().addHandler(log)
    return log


def _for_the_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
