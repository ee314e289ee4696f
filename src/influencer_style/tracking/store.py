"""The MLflow store behind a guard: what fails there is one warning, never the end of a run."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from typing import Any

from influencer_style.tracking.config import artifact_location, without_password

logger = logging.getLogger(__name__)

PAUSE_S = 30.0
# MLflow would otherwise try for four minutes to reach a server that is down, at every call.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
# Progress bars belong to our own long work, not to MLflow's copying of files.
_QUIET = {"MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
# A pooled sqlite connection must not cross a fork (ParallelRunner): open one for each call instead, 0.2 ms.
_NO_POOL = {"MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool"}


class Store:
    """An MLflow tracking store and registry.

    Args:
        uri: the tracking URI; None for MLflow's own choice.
    """

    def __init__(self, uri: str | None) -> None:
        for name, value in (_PATIENCE | _QUIET | _NO_POOL).items():
            os.environ.setdefault(name, value)
        import mlflow

        for talkative in ("mlflow.store.db.utils", "mlflow.models.signature", "alembic"):
            logging.getLogger(talkative).setLevel(logging.WARNING)
        self.uri = uri or mlflow.get_tracking_uri()
        self.client = mlflow.MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)
        self._warned = False
        self._quiet_until = 0.0

    def attempt(self, what: str, action: Callable[[], Any], urgent: bool = False) -> Any:
        """Do `action` and return its result; None when it failed.

        The first failure is a warning that says `what` failed. After one, nothing is tried for `PAUSE_S` seconds, so
        that a dead server does not slow down a training, except what is `urgent`: the end of a run.
        """
        if time.monotonic() < self._quiet_until and not urgent:
            return None
        try:
            return action()
        except Exception as error:  # whatever the store raises: the run matters more
            self._quiet_until = time.monotonic() + PAUSE_S
            log = logger.debug if self._warned else logger.warning
            self._warned = True
            log(
                "Tracking: %s failed (%s: %s). The run goes on; what is missing in %s stays missing.",
                what,
                type(error).__name__,
                _brief(error),
                without_password(self.uri),
            )
            return None

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


def _brief(error: Exception, length: int = 300) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= length else f"{text[:length]} ..."
