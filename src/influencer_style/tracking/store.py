"""The MLflow store behind a guard: a failure there is one warning, never the end of a run, and is retried later."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.store.db import utils
from requests import RequestException
from sqlalchemy.exc import SQLAlchemyError

from influencer_style.storage.atomic import remove_leftovers, temporary_folder
from influencer_style.storage.private import close_to_others
from influencer_style.tracking.config import artifact_location, sqlite_path, sqlite_uri, without_password
from influencer_style.tracking.moved import follow_move

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

# After a failure the store is left alone for PAUSE_S, or for PAUSE_FACTOR times as long as the failure took, whichever
# is longer: a store that is down or hangs may not slow a training down by more than a twentieth.
PAUSE_S, PAUSE_FACTOR = 30.0, 20.0
SLOW_S = 10.0
# Writes that are kept for a store that does not answer; metrics are kept separately, by their runs.
MOST_WAITING = 2000
_LENGTH = 300  # of an error's text in a warning
# MLflow would otherwise try for minutes to reach a server that is down, at every call.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "15"}
# Progress bars are for our own long work, not for MLflow's copying of files.
_QUIET = {"MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
# A pooled sqlite connection must not cross a fork (ParallelRunner): open one for each call instead, 0.2 ms.
_NO_POOL = {"MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool"}
# These repeat at length, on each attempt, what our one warning says.
_TALKATIVE = {
    "alembic": logging.WARNING,
    "mlflow.models.signature": logging.WARNING,
    "mlflow.store.db.utils": logging.CRITICAL,
    "urllib3.connectionpool": logging.ERROR,
}
_REFUSALS = {
    *("BAD_REQUEST", "ENDPOINT_NOT_FOUND", "INVALID_PARAMETER_VALUE", "NOT_IMPLEMENTED", "PERMISSION_DENIED"),
    *("RESOURCE_ALREADY_EXISTS", "RESOURCE_DOES_NOT_EXIST", "UNAUTHENTICATED"),
}


class Store:
    """An MLflow tracking store and registry. Safe to use from several threads, and from forked workers.

    The URI None is MLflow's own choice. For `patience_s` seconds it waits for a locked sqlite file when it is first
    opened.
    """

    def __init__(self, uri: str | None, patience_s: float = 1.0) -> None:
        for name, value in (_PATIENCE | _QUIET | _NO_POOL).items():
            os.environ.setdefault(name, value)
        for talkative, level in _TALKATIVE.items():
            logging.getLogger(talkative).setLevel(level)
        self.uri = uri or mlflow.get_tracking_uri()
        self._patience_s = patience_s
        self._lock = threading.RLock()
        self._waiting: list[tuple[str, Callable[[], object]]] = []
        self._process = os.getpid()
        self._warned = False
        self._quiet_until = 0.0

    @cached_property
    def client(self) -> MlflowClient:
        """MLflow's client. The first use creates the store, or fails when it does not answer."""
        return client_of(self.uri, self._patience_s)

    def write(self, what: str, action: Callable[[], object]) -> None:
        """Do `action` after all earlier writes: now, or later if the store does not answer now."""
        with self._lock:
            if self._process != os.getpid():  # a forked worker: its parent writes what was waiting
                self._process, self._waiting = os.getpid(), []
            self._waiting.append((what, action))
            if len(self._waiting) > MOST_WAITING:  # the first ones open runs, the last ones end them
                del self._waiting[MOST_WAITING // 2]
            self.catch_up()

    def attempt(self, what: str, action: Callable[[], Result], urgent: bool = False) -> Result | None:
        """Do `action` now, after the waiting writes, and return its result; None when it failed.

        After a failure nothing is tried for a while, except what is `urgent`.
        """
        with self._lock:
            if not self.catch_up(urgent):
                return None
            try:
                return self._try(action)
            except Exception as error:  # whatever the store raises: the run matters more
                self.warn(what, error)
                return None

    def catch_up(self, urgent: bool = False) -> bool:
        """Do the waiting writes, in their order; return whether the store answers."""
        with self._lock:
            if time.monotonic() < self._quiet_until and not urgent:
                return False
            while self._waiting and self._process == os.getpid():
                what, action = waiting = self._waiting.pop(0)
                start = time.monotonic()
                try:
                    self._try(action)
                except Exception as error:
                    self.warn(what, error)
                    if not _refused(error):
                        self._waiting.insert(0, waiting)
                        return False
                if (took := time.monotonic() - start) > SLOW_S:
                    self._say(f"{what} took {took:.0f} seconds. The run continues; metrics are written less often.")
            return True

    def warn(self, what: str, error: Exception) -> None:
        """Log that `what` failed: the first time as a warning, later for debugging."""
        text = " ".join(str(error).split())
        brief = text if len(text) <= _LENGTH else f"{text[:_LENGTH]} ..."
        self._say(f"{what} failed ({type(error).__name__}: {brief}). The run continues, and retries what it can later.")

    def _try(self, action: Callable[[], Result]) -> Result:
        start = time.monotonic()
        try:
            return action()
        except Exception as error:
            if not _refused(error):
                now = time.monotonic()
                self._quiet_until = now + max(PAUSE_S, PAUSE_FACTOR * (now - start))
            raise

    def _say(self, message: str) -> None:
        log = logger.debug if self._warned else logger.warning
        self._warned = True
        log("Tracking in %s: %s", without_password(self.uri), message)

    def experiment_id(self, name: str) -> str:
        """Return the id of the experiment, created or restored if need be."""
        experiment = self.client.get_experiment_by_name(name)
        if experiment is None:
            try:
                return self.client.create_experiment(name, artifact_location(self.uri))
            except MlflowException:  # another process was first
                experiment = self.client.get_experiment_by_name(name)
                if experiment is None:
                    raise
        if experiment.lifecycle_stage == "deleted":
            self.client.restore_experiment(experiment.experiment_id)
        return experiment.experiment_id


def _refused(error: Exception) -> bool:
    """Return whether the store answered, and would give the same answer again."""
    if isinstance(error, MlflowException):
        return error.error_code in _REFUSALS
    return not isinstance(error, RequestException | SQLAlchemyError | sqlite3.Error | ConnectionError | TimeoutError)


def client_of(uri: str, patience_s: float) -> MlflowClient:
    """Return MLflow's client for a store and registry; a new sqlite file is created.

    MLflow creates the tables one by one, for seconds: an interrupt, or another process that does the same, would leave
    a file that can never be used. And MLflow tries for minutes to open a file that is locked or no database; here a
    locked file is waited for `patience_s` seconds.

    Raises:
        sqlite3.Error: The file is locked, or no database.
        Exception: An error of MLflow, its libraries or the system: the store does not answer or cannot be created.
    """
    if path := sqlite_path(uri):
        _make_no_folders()
        remove_leftovers(path.parent)
        if path.exists():
            close_to_others(path)
        else:
            _make(path)
        with closing(sqlite3.connect(path, timeout=patience_s, isolation_level=None)) as connection:
            follow_move(connection, path)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _make(path: Path) -> None:
    with temporary_folder(path) as folder:
        made = folder / path.name
        uri = sqlite_uri(made)
        MlflowClient(tracking_uri=uri, registry_uri=uri).search_experiments()
        close_to_others(made)
        try:
            os.link(made, path)  # unlike a rename, it does not replace what another process has made in the meantime
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            os.replace(made, path)


def _make_no_folders() -> None:
    """Keep MLflow from making the folder `my%20photos` for a store in `my photos`: it does not decode the URI."""
    usual = utils._make_parent_dirs_if_sqlite
    if usual.__module__ == utils.__name__:
        utils._make_parent_dirs_if_sqlite = lambda db_uri: None if "%" in db_uri else usual(db_uri)
