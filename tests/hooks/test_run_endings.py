"""How a run that fails ends: the message on the terminal, the traceback in the log file."""

import logging
from typing import Literal

import click
import pytest
from kedro.io import DatasetError
from kedro.pipeline import Node, Pipeline
from kedro.validation import ParameterValidationError, ParameterValidator
from pydantic import BaseModel

from influencer_style.hooks.endings import PLACE, RunFailed, message_of, plain_endings
from influencer_style.pipelines.ingestion.parameters import SourceError


def wrapped(cause):
    error = DatasetError("Failed while loading data from dataset")
    error.__cause__ = cause
    return error


def ended_with(project, error):
    with pytest.raises(RunFailed) as raised, plain_endings(project):
        raise error
    return raised.value.message.splitlines()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (SourceError("ingestion.folder: x is not a folder"), "ingestion.folder: x is not a folder"),
        (wrapped(SourceError("mend it")), "mend it"),
        (click.ClickException("run ingestion first"), "run ingestion first"),
        (KeyError("a"), "unexpected KeyError: 'a'"),
        (wrapped(RuntimeError()), "unexpected DatasetError: Failed while loading data from dataset"),
    ],
)
def test_the_message_is_the_one_that_says_what_to_do(error, message):
    assert message_of(error) == message


@pytest.mark.parametrize("error", [SourceError("mend it"), KeyError("a"), click.ClickException("mend it")])
def test_the_traceback_goes_to_the_log_alone(tmp_path, error):
    first, last = ended_with(tmp_path, error)
    assert first == message_of(error) and PLACE in last
    assert "in ended_with" in (tmp_path / PLACE).read_text()
    assert not [handler for handler in logging.getLogger().handlers if hasattr(handler, "record_error")]


def test_a_log_that_cannot_be_written_does_not_hide_the_traceback(tmp_path):
    (tmp_path / "logs").write_text("a file where the folder should be")
    lines = ended_with(tmp_path, SourceError("mend it"))
    assert lines[0] == "mend it" and any("in ended_with" in line for line in lines)


def test_the_log_of_the_run_before_is_gone_and_the_new_one_is_its_owner_s(tmp_path):
    for name in ("Ada", "Ben"):
        with plain_endings(tmp_path):
            logging.getLogger("influencer_style").error("%s", name)
    log = tmp_path / PLACE
    assert "Ben" in log.read_text() and "Ada" not in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600 and log.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("ending", [click.UsageError("no such option"), click.Abort(), SystemExit(143)])
def test_what_is_no_failed_run_passes_as_it_is(tmp_path, ending):
    with pytest.raises(type(ending)) as raised, plain_endings(tmp_path):
        raise ending
    assert raised.value is ending


class Numbers(BaseModel):
    size: int
    kind: Literal["a", "b"]


def uses(numbers: Numbers) -> int:
    return numbers.size


def test_wrong_parameters_are_named_with_their_values_a_line_each():
    validator = ParameterValidator({"one": Pipeline([Node(uses, "params:numbers", "size")])})
    with pytest.raises(ParameterValidationError) as raised:
        validator.validate_raw_params({"numbers": {"size": "a lot", "kind": "c"}})
    assert message_of(raised.value).splitlines() == [
        "Parameter validation failed:",
        "- Parameter 'numbers': size: Input should be a valid integer, unable to parse string as an integer; "
        "it is 'a lot'",
        "kind: Input should be 'a' or 'b'; it is 'c'",
    ]
