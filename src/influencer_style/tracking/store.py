"""The MLflow store behind a guard: what fails there is one warning, never the end of a run, and tried again later."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

from influencer_style.tracking.config import artifact_location, without_password
from influencer_style.tracking.database import client_of

logger = logging.getLogger(__name__)

# After a failure the store is left in peace this long, or so many times as long as the failure took, if that is more:
# a store that is down or hangs may not slow a training down by more than a twentieth.
PAUSE_S, PAUSE_FACTOR = 30.0, 20.0
SLOW_S = 10.0
# What is kept for a store that does not answer; metrics are kept apart, by their runs.
MOST_WAITING = 2000
# MLflow would otherwise try for minutes to reach a server that is down, at every call.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "15"}
# Progress bars belong to our own long work, not to MLflow's copying of files.
_QUIET = {"MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
# A pooled sqlite connection must not cross a fork (ParallelRunner): open one for each call instead, 0.2 ms.
_NO_POOL = {"MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool"}
# These say at length, at each try, what our one warning says.
_TALKATIVE = {
    "alembic": logging.WARNING,
    "mlflow.models.signature": logging.WARNING,
    "mlflow.store.db.utils": logging.CRITICAL,
    "urllib3.connectionpool": logging.ERROR,
}
_REFUSALS = {
    "BAD_REQUEST",
    "ENDPOINT_NOT_FOUND",
    "INVALID_PARAMETER_VALUE",
    "NOT_IMPLEMENTED",
    "PERMISSION_DENIED",
    "RESOURCE_ALREADY_EXISTS",
    "RESOURCE_DOES_NOT_EXIST",
    "UNAUTHENTICATED",
}


class Store:
    """An MLflow tracking store and registry. Safe to use from several threads, and from forked workers.

    Args:
        uri: the tracking URI; None for MLflow's own choice.
        patience_s: how long to wait for a sqlite file that is locked when it is first opened, in seconds.
    """

    def __init__(self, uri: str | None, patience_s: float = 1.0) -> None:
        for name, value in (_PATIENCE | _QUIET | _NO_POOL).items():
            os.environ.setdefault(name, value)
        import mlflow

        for talkative, level in _TALKATIVE.items():
            logging.getLogger(talkative).setLevel(level)
        self.uri = uri or mlflow.get_tracking_uri()
        self._patience_s = patience_s
        self._lock = threading.RLock()
        self._waiting: list[tuple[str, Callable[[], Any]]] = []
        self._process = os.getpid()
        self._warned = False
        self._quiet_until = 0.0

    @cached_property
    def client(self) -> Any:
        """MLflow's client. The first use makes the store, or fails when it does not answer."""
        return client_of(self.uri, self._patience_s)

    def write(self, what: str, action: Callable[[], Any]) -> None:
        """Do `action` after all that was to be written before it: now, or later when the store does not answer now."""
        with self._lock:
            if self._process != os.getpid():  # a forked worker: what waited is its parent's to write
                self._process, self._waiting = os.getpid(), []
            self._waiting.append((what, action))
            if len(self._waiting) > MOST_WAITING:  # the first ones open runs, the last ones end them
                del self._waiting[MOST_WAITING // 2]
            self.catch_up()

    def attempt(self, what: str, action: Callable[[], Any], urgent: bool = False) -> Any:
        """Do `action` now, after what waits, and return its result; None when it failed.

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
        """Write what waits, in its order; return whether the store answers."""
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
                    self._say(f"{what} took {took:.0f} seconds. The run goes on; metrics are written more rarely.")
            return True

    def warn(self, what: str, error: Exception) -> None:
        """Say that `what` failed, the first time aloud."""
        self._say(
            f"{what} failed ({type(error).__name__}: {_brief(error)}). The run goes on; what can be written later is."
        )

    def _try(self, action: Callable[[], Any]) -> Any:
        start = time.monotonic()
        try:
            return action()
        except Exception as error:
            if not _refused(error):
                now = time.monotonic()
                self._quiet_until = now + max(PAUSE_S, PAUSE_FACTOR * (now - start))
            raise

    def _say(self, words: str) -> None:
        log = logger.debug if self._warned else logger.warning
        self._warned = True
        log("Tracking in %s: %s", without_password(self.uri), words)

    def experiment_id(self, name: str) -> str:
        """Return the id of the experiment, made or brought back if need be."""
        from mlflow.exceptions import MlflowException

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
    """Return whether the store answered, and would say the same again."""
    from mlflow.exceptions import MlflowException
    from requests import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    if isinstance(error, MlflowException):
        return error.error_code in _REFUSALS
    return not isinstance(error, RequestException | SQLAlchemyError | sqlite3.Error | ConnectionError | TimeoutError)


def _brief(error: Exception, length: int = 300) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= length else f"{text[:length]} ..."
