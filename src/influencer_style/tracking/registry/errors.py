"""Errors of the registry, with a remedy: MLflow, SQLAlchemy and sqlite each raise errors of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from influencer_style.tracking.config import without_password
from influencer_style.tracking.store import Store

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_LENGTH = 200  # of the store's own message: MLflow quotes whole SQL statements
_REMEDIES = {
    ("locked", "busy"): "another program holds that file; wait until it has finished, or end it, and try again",
    ("not a database", "malformed", "corrupt"): "the file is damaged; restore it from a backup, or move it away and "
    "train anew: kedro run",
    ("readonly", "read-only", "unable to open"): "make sure that this user may read and write that file and its folder",
}


class RegistryError(ValueError):
    """A registered model cannot be loaded; the message names the registry and the remedy."""


class NoSuchVersionError(RegistryError):
    """The registry answers, and has no such version."""


@contextmanager
def answering(store: Store, what: str) -> Iterator[None]:
    """Turn what the store raises in the block into a RegistryError that names what was wanted of it."""
    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error, OSError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise RegistryError(
            f"{what} cannot be loaded from {without_password(store.uri)} ({reason[:_LENGTH]}); {_remedy(reason)}"
        ) from error


def answered(
    function: Callable[Concatenate[Store, Parameters], Result],
) -> Callable[Concatenate[Store, Parameters], Result]:
    """Turn what the store, the function's first argument, raises in it into a RegistryError."""

    @wraps(function)
    def guarded(store: Store, /, *arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
        with answering(store, "what is registered"):
            return function(store, *arguments, **named)

    return guarded


def _remedy(reason: str) -> str:
    for words, remedy in _REMEDIES.items():
        if any(word in reason.lower() for word in words):
            return remedy
    return "train and register one: kedro run, or name a model folder"
