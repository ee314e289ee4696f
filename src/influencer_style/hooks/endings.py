"""How `kedro run` ends when it fails: with one message that says what to do, and the traceback in the log file."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from kedro.validation.exceptions import ParameterValidationError

from influencer_style.hooks.log_file import PLACE, LogFile, start_log

_SELF_EXPLAINING = ("influencer_style", "kedro")  # packages whose own errors tell the user what to do


class RunFailed(click.ClickException):
    """A run failed. The command line shows the message alone, and ends with the exit status 1."""


@contextmanager
def plain_endings(project: Path) -> Iterator[None]:
    """Turn what a run raises in the block into RunFailed; the whole log lies in the project's `logs/last_run.log`.

    Wrong options of the command line, Ctrl-C and signals pass as they are.

    Raises:
        RunFailed: for every other error.
    """
    log = start_log(project)
    try:
        yield
    except (click.UsageError, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        raise RunFailed(_ending(error, log)) from error
    finally:
        if log:
            logging.getLogger().removeHandler(log)
            log.close()


def message_of(error: BaseException) -> str:
    """Return what to tell the user of an error: the message that says what to do, where an error in its chain has one.

    An unexpected error is named as such, with its type.
    """
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, click.ClickException):
            return link.format_message()
        if isinstance(link, ParameterValidationError):
            return _of_parameters(str(link))
        if _explains_itself(link):
            return str(link)
        link = link.__cause__
    said = str(error) or "without a message"
    return f"unexpected {type(error).__name__}: {said}"


def _explains_itself(error: BaseException) -> bool:
    """Return whether an error is one of the project's own, or of Kedro's about parameters, names and configuration."""
    package = type(error).__module__.partition(".")[0]
    if isinstance(error, ValueError) and package in _SELF_EXPLAINING:
        return True
    frames = list(traceback.walk_tb(error.__traceback__))
    raised_in = frames[-1][0].f_globals.get("__name__", "") if frames else ""
    return isinstance(error, ValueError) and raised_in.startswith(("kedro.framework.", "kedro.config."))


def _of_parameters(said: str) -> str:
    """Return Kedro's message about parameters, with a line for each of pydantic's errors in place of three."""
    said = re.sub(r"Failed to instantiate \w+ for parameter '[^']*': \d+ validation errors? for \w+\n", "", said)
    said = re.sub(r"\n +For further information visit \S+", "", said)
    said = re.sub(
        r"Value error, (.*) \[type=value_error, input_value=(?:\{|ArgsKwargs).*\]", r"\1", said
    )  # a whole table
    said = re.sub(r" \[type=\w+, input_value=(.*), input_type=\w+\]", r"; it is \1", said)
    return re.sub(r"\n  (?=\S)", ": ", said)


def _ending(error: Exception, log: LogFile | None) -> str:
    if log is None:
        return message_of(error) + "\n" + "".join(traceback.format_exception(error))
    log.record_error(error)
    return f"{message_of(error)}\nThe log, with all that led to this, is {PLACE} in the project."
