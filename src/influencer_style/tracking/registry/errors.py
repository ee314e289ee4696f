"""What a registry in trouble raises, in words: MLflow, SQLAlchemy and sqlite each have errors of their own for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from influencer_style.tracking.config import without_password
from influencer_style.tracking.store import Store

Result = TypeVar("Result")

_LENGTH = 200  # of what the store says: MLflow tells whole SQL statements
_REMEDIES = {
    ("locked", "busy"): "another program holds that file; wait until it has finished, or end it, and try again",
    ("not a database", "malformed", "corrupt"): "the file is damaged; put a backup of it in its place, or move it away "
    "and train anew: kedro run",
    ("readonly", "read-only", "unable to open"): "see to it that this user may read and write that file and its folder",
}


class RegistryError(ValueError):
    """A registered model cannot be had; the text names the registry and the remedy."""


class NoSuchVersionError(RegistryError):
    """The registry answers, and has no such version."""


@contextmanager
def answering(store: Store, what: str) -> Iterator[None]:
    """Turn what the store raises in the block into a RegistryError that says what was wanted of it."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error, OSError, KeyError) as error:
        said = " ".join(str(error).split())
        raise RegistryError(
            f"{what} cannot be had from {without_password(store.uri)} ({said[:_LENGTH]}); {_remedy(said)}"
        ) from error


def answered(function: Callable[..., Result]) -> Callable[..., Result]:
    """Turn what the store raises in a function, whose first argument it is, into a RegistryError."""

    @wraps(function)
    def guarded(store: Store, *arguments: Any, **named: Any) -> Result:
        with answering(store, "what is registered"):
            return function(store, *arguments, **named)

    return guarded


def _remedy(said: str) -> str:
    for words, remedy in _REMEDIES.items():
        if any(word in said.lower() for word in words):
            return remedy
    return "train and register one: kedro run, or name a model folder"
