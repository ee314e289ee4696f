"""One node's run in MLflow, from its first load to its last save."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from influencer_style.storage.text import one_line
from influencer_style.tracking import facts
from influencer_style.tracking.digests import data_entity
from influencer_style.tracking.reports import report_of
from influencer_style.tracking.store import Store
from influencer_style.tracking.text import VALUE_LENGTH, flatten, safe_key

WRITE_EVERY_S = 1.0
# Metrics take at most so much of a node's time, however slow the store is.
_SHARE_OF_TIME = 0.02
_METRICS_PER_CALL = 1000
_PARAMETERS_PER_CALL = 100
# What is kept for a store that does not answer: an hour of a busy training.
_BUFFER = 100_000


class NodeRun:
    """An open child run. Safe to use from several threads.

    Args:
        store: where it is.
        run_id: MLflow's id of the run; None until the store has answered.
        experiment_id: MLflow's id of its experiment; None likewise.
        name: the node's name.
        outputs: names of the datasets it will save.
        project: the project's folder.
        write_to_pipeline: does an action with MLflow's client and the id of the pipeline's run, as `write` does with
            the node's; None where there is no such run.

    Attributes:
        thread: the thread that runs the node; None before it runs.
        reused: whether its outputs are those that an earlier run has made, and kept with its own run.
    """

    def __init__(
        self,
        store: Store,
        run_id: str | None,
        experiment_id: str | None,
        name: str,
        outputs: list[str],
        project: Path,
        write_to_pipeline: Callable[[str, Callable[[Any, str], Any]], None] | None = None,
    ) -> None:
        self.store, self.run_id, self.experiment_id, self.name = store, run_id, experiment_id, name
        self.closed = False
        self.thread: threading.Thread | None = None
        self.reused = False
        self.write_to_pipeline = write_to_pipeline or (lambda what, action: None)
        self._project = project
        self._catalog: Any = None
        self._unsaved = set(outputs)
        self._saved: dict[str, Any] = {}
        self._metrics: list[Any] = []
        self._next_write = 0.0
        self._started = time.monotonic()
        self._lock = threading.RLock()
        facts.start_peaks()

    def begin(self, catalog: Any, inputs: dict[str, Any]) -> None:
        """Write the parameters and data that the node got."""
        self._catalog = catalog
        self.thread = threading.current_thread()
        parameters = {name: data for name, data in inputs.items() if is_parameter(name)}
        data = {name: value for name, value in inputs.items() if not is_parameter(name)}
        self.log_parameters({name.removeprefix("params:"): value for name, value in parameters.items()})
        self._log_data(data, "input")

    def write(self, what: str, action: Callable[[Any, str], Any]) -> None:
        """Do `action` with MLflow's client and the run's id, as soon as the store answers."""
        self.store.write(what, lambda: action(self.store.client, self.run_id) if self.run_id else None)

    def log_parameters(self, parameters: dict[str, Any]) -> None:
        """Write nested parameters, flattened."""
        log_parameters(self.write, parameters)

    def log_metrics(self, metrics: dict[str, float], step: int | None) -> None:
        """Keep metrics, and write what is kept when the last write is a second ago (more, where writing is slow)."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        with self._lock:
            self._metrics += [Metric(safe_key(key), float(value), now, step or 0) for key, value in metrics.items()]
            del self._metrics[:-_BUFFER]
        if (start := time.monotonic()) >= self._next_write:
            self._next_write = start + WRITE_EVERY_S
            self.store.attempt("writing metrics", self._write_metrics)
            self._next_write += (time.monotonic() - start) / _SHARE_OF_TIME

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
        saved, self._saved = self._saved, {}
        self._log_data(saved, "output")
        reports = [] if self.reused else [report_of(self._catalog.get(name)) for name in saved]
        for path in filter(None, reports):
            self.write(f"keeping {path.name}", lambda client, run, path=path: client.log_artifact(run, str(path)))
        self._next_write = float("inf")  # the last metrics go with the end
        self.log_metrics({"duration_s": time.monotonic() - self._started, **facts.peaks()}, None)
        self.write("writing metrics", lambda client, run: self._write_metrics())
        end(self.write, status, {"device": facts.device()} | error_tag(error))

    def _write_metrics(self) -> None:
        while self.run_id and (batch := self._metrics[:_METRICS_PER_CALL]):
            self.store.client.log_batch(self.run_id, metrics=batch)
            with self._lock:
                del self._metrics[: len(batch)]

    def _log_data(self, data: dict[str, Any], context: str) -> None:
        if not data:
            return
        try:
            entities = [
                data_entity(name, self._catalog.get(name), value, context, self._project)
                for name, value in data.items()
            ]
        except Exception as error:  # a file that is gone again, a value that cannot say its shape
            self.store.warn(f"describing {context}s", error)
            return
        self.write(f"writing {context}s", lambda client, run: client.log_inputs(run, datasets=entities))


def log_parameters(write: Callable[[str, Callable[[Any, str], Any]], None], parameters: dict[str, Any]) -> None:
    """Write nested parameters, flattened, as many in a call as MLflow takes."""
    from mlflow.entities import Param

    found = [Param(key, text) for key, text in flatten(parameters)] if parameters else []
    for start in range(0, len(found), _PARAMETERS_PER_CALL):
        batch = found[start : start + _PARAMETERS_PER_CALL]
        write("writing parameters", lambda client, run, batch=batch: client.log_batch(run, params=batch))


def end(write: Callable[[str, Callable[[Any, str], Any]], None], status: str, tags: dict[str, str]) -> None:
    """End a run of any kind, as of now."""
    from mlflow.entities import RunTag

    now = int(time.time() * 1000)
    if tags:
        entities = [RunTag(key, value) for key, value in tags.items()]
        write("writing tags", lambda client, run: client.log_batch(run, tags=entities))
    write("ending a run", lambda client, run: client.set_terminated(run, status, now))


def error_tag(error: BaseException | None) -> dict[str, str]:
    """Return the tag that says what went wrong; none when nothing did."""
    return {} if error is None else {"error": one_line(f"{type(error).__name__}: {error}")[:VALUE_LENGTH]}


def is_parameter(name: str) -> bool:
    """Return whether a catalog name stands for parameters."""
    return name == "parameters" or name.startswith("params:")
