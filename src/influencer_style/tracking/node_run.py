"""One node's run in MLflow, from its first load to its last save."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import Any

from influencer_style.tracking import facts
from influencer_style.tracking.digests import data_entity
from influencer_style.tracking.store import Store
from influencer_style.tracking.text import VALUE_LENGTH, flatten, safe_key

logger = logging.getLogger(__name__)

WRITE_EVERY_S = 1.0
_METRICS_PER_CALL = 1000
_PARAMETERS_PER_CALL = 100
# What is kept for a store that does not answer: an hour of a busy training.
_BUFFER = 100_000


class NodeRun:
    """An open child run. Safe to use from several threads.

    Args:
        store: where it is.
        run_id: MLflow's id of the run.
        experiment_id: MLflow's id of its experiment.
        name: the node's name.
        outputs: names of the datasets it will save.
        project: the project's folder.
    """

    def __init__(
        self, store: Store, run_id: str, experiment_id: str, name: str, outputs: list[str], project: Path
    ) -> None:
        self.store, self.run_id, self.experiment_id, self.name = store, run_id, experiment_id, name
        self.closed = False
        self._project = project
        self._catalog: Any = None
        self._unsaved = set(outputs)
        self._saved: dict[str, Any] = {}
        self._metrics: list[Any] = []
        self._written = 0.0
        self._started = time.monotonic()
        self._lock = threading.RLock()
        facts.start_peaks()

    def begin(self, catalog: Any, inputs: dict[str, Any]) -> None:
        """Write the parameters and data that the node got."""
        self._catalog = catalog
        parameters = {name: data for name, data in inputs.items() if is_parameter(name)}
        data = {name: value for name, value in inputs.items() if not is_parameter(name)}
        self.log_parameters({name.removeprefix("params:"): value for name, value in parameters.items()})
        self._log_data(data, "input")

    def log_parameters(self, parameters: dict[str, Any]) -> None:
        """Write nested parameters, flattened."""
        from mlflow.entities import Param

        found = [Param(key, text) for key, text in flatten(parameters)] if parameters else []
        for start in range(0, len(found), _PARAMETERS_PER_CALL):
            batch = found[start : start + _PARAMETERS_PER_CALL]
            self.store.attempt("writing parameters", lambda b=batch: self.store.client.log_batch(self.run_id, params=b))

    def log_metrics(self, metrics: dict[str, float], step: int | None) -> None:
        """Keep metrics, and write what is kept when the last write is a second ago."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        with self._lock:
            self._metrics += [Metric(safe_key(key), float(value), now, step or 0) for key, value in metrics.items()]
        if time.monotonic() - self._written >= WRITE_EVERY_S:
            self._flush()

    def saved(self, dataset_name: str, data: Any) -> bool:
        """Take note that an output is on the disk; return whether it was the last one."""
        with self._lock:
            self._saved[dataset_name] = data
            self._unsaved.discard(dataset_name)
            return not self._unsaved

    def close(self, status: str, error: BaseException | None = None) -> None:
        """Write what is left and end the run, once.

        Args:
            status: `FINISHED`, `FAILED` or `KILLED`.
            error: what went wrong, for the run's `error` tag.
        """
        with self._lock:
            if self.closed:
                return
            self.closed = True
        self._log_data(self._saved, "output")
        self._saved = {}
        self.log_metrics({"duration_s": time.monotonic() - self._started, **facts.peaks()}, None)
        self._flush(urgent=True)
        tags = {"device": facts.device()}
        if error is not None:
            tags["error"] = f"{type(error).__name__}: {error}"[:VALUE_LENGTH]
        end(self.store, self.run_id, status, tags)

    def _flush(self, urgent: bool = False) -> None:
        with self._lock:
            waiting, self._metrics = self._metrics, []
            self._written = time.monotonic()
        while waiting:
            batch = waiting[:_METRICS_PER_CALL]

            def write(metrics: list[Any] = batch) -> bool:
                self.store.client.log_batch(self.run_id, metrics=metrics)
                return True

            if not self.store.attempt("writing metrics", write, urgent):
                break
            waiting = waiting[_METRICS_PER_CALL:]
        with self._lock:
            self._metrics = (waiting + self._metrics)[-_BUFFER:]

    def _log_data(self, data: dict[str, Any], context: str) -> None:
        if not data:
            return

        def write() -> None:
            entities = [
                data_entity(name, self._catalog.get(name), value, context, self._project)
                for name, value in data.items()
            ]
            self.store.client.log_inputs(self.run_id, datasets=entities)

        self.store.attempt(f"writing {context}s", write)


def end(store: Store, run_id: str, status: str, tags: dict[str, str]) -> None:
    """End a run of any kind, even when the store has just failed."""
    from mlflow.entities import RunTag

    def write() -> None:
        if tags:
            store.client.log_batch(run_id, tags=[RunTag(key, value) for key, value in tags.items()])
        store.client.set_terminated(run_id, status)

    store.attempt("ending a run", write, urgent=True)


def is_parameter(name: str) -> bool:
    """Return whether a catalog name stands for parameters."""
    return name == "parameters" or name.startswith("params:")
