"""How `kedro run` ends when it fails: with one message that says what to do, and the traceback in the log file."""

from __future__ import annotations

import logging
import os
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import TextIOWrapper
from pathlib import Path

import click
from kedro.framework.hooks import hook_impl
from kedro.io import DatasetError
from kedro.validation.exceptions import ParameterValidationError

from influencer_style.storage.trouble import disk_trouble

PLACE = "logs/last_run.log"
_OWN_ERRORS = ("influencer_style", "kedro")  # packages whose own errors tell the user what to do
_SHORTER = (
    (r"Failed to instantiate \w+ for parameter '[^']*': \d+ validation errors? for \w+\n", ""),
    (r"\n +For further information visit \S+", ""),
    (r"Value error, (.*) \[type=value_error, input_value=(?:\{|ArgsKwargs).*\]", r"\1"),  # a whole table
    (r" \[type=\w+, input_value=(.*), input_type=\w+\]", r"; it is \1"),
    (r"\n  (?=\S)", ": "),
)


class DiskError(click.ClickException):
    """A file cannot be written. The command line shows the message alone, without a traceback."""


class DiskHook:
    """Ends a run whose disk is full or read-only with a message in place of a traceback."""

    @hook_impl(trylast=True)  # tracking has to record first how the run ended
    def on_pipeline_error(self, error: Exception) -> None:
        """Raise DiskError if the error comes from the disk; errors that say themselves what to do are left alone."""
        cause: BaseException | None = error
        while isinstance(cause, DatasetError):
            cause = cause.__cause__
        if trouble := disk_trouble(cause):
            kept = "Earlier files are unchanged, and finished work is not repeated."
            raise DiskError(f"{trouble} {kept}") from error


class RunFailed(click.ClickException):
    """A run failed. The command line shows the message alone, and ends with the exit status 1."""


@contextmanager
def plain_endings(project: Path) -> Iterator[None]:
    """Turn what a run raises in the block into RunFailed; the whole log is in the project's `logs/last_run.log`.

    Wrong options of the command line, Ctrl-C and signals pass unchanged. Raises RunFailed for every other error.
    """
    log = start_log(project)
    try:
        yield
    except (click.UsageError, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        if log is None:
            raise RunFailed(f"{message_of(error)}\n{''.join(traceback.format_exception(error))}") from error
        log.record_error(error)
        raise RunFailed(f"{message_of(error)}\nThe full log, with the traceback, is {PLACE} in the project.") from error
    finally:
        if log:
            logging.getLogger().removeHandler(log)
            log.close()


def message_of(error: BaseException) -> str:
    """Return the message to show for an error: the first in its chain that says what to do.

    An unexpected error is named as such, with its type.
    """
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, click.ClickException):
            return link.format_message()
        if isinstance(link, ParameterValidationError):
            return _shortened(str(link))
        if _explains_itself(link):
            return str(link)
        link = link.__cause__
    return f"unexpected {type(error).__name__}: {str(error) or 'without a message'}"


def _explains_itself(error: BaseException) -> bool:
    """Return whether an error is one of the project's own, or of Kedro's about parameters, names and configuration."""
    package = type(error).__module__.partition(".")[0]
    if isinstance(error, ValueError) and package in _OWN_ERRORS:
        return True
    frames = list(traceback.walk_tb(error.__traceback__))
    raised_in = frames[-1][0].f_globals.get("__name__", "") if frames else ""
    return isinstance(error, ValueError) and raised_in.startswith(("kedro.framework.", "kedro.config."))


def _shortened(message: str) -> str:
    """Return Kedro's message about parameters, with a line for each of pydantic's errors in place of three."""
    for pattern, replacement in _SHORTER:
        message = re.sub(pattern, replacement, message)
    return message


class LogFile(logging.FileHandler):
    """Writes log records to a file that only its owner may read, since they name people and photos.

    It replaces the previous run's log, which may name somebody who has withdrawn since. A full disk does not disturb
    the run: records that cannot be written are left out. Raises OSError if the file cannot be made.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.unlink(missing_ok=True)
        super().__init__(file, "x", encoding="utf-8", errors="backslashreplace")
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))

    def record_error(self, error: BaseException) -> None:
        """Write an error with its traceback; the terminal does not show it."""
        failure = (type(error), error, error.__traceback__)
        self.handle(logging.LogRecord(__name__, logging.ERROR, __file__, 0, "The run failed.", None, failure))

    def handleError(self, record: logging.LogRecord) -> None:
        """Leave out a record that cannot be written, instead of printing a traceback."""

    def _open(self) -> TextIOWrapper:
        for_the_owner_alone = partial(os.open, mode=0o600)
        return open(self.baseFilename, "x", encoding=self.encoding, errors=self.errors, opener=for_the_owner_alone)


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
