"""One node's run in MLflow, from its first load to its last save."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from kedro.io import DataCatalog
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric

from influencer_style.tracking import facts
from influencer_style.tracking.data import CatalogEntry, digest_of, path_of, report_of, shape_of
from influencer_style.tracking.run import Run, now_ms, safe_key
from influencer_style.tracking.store import Store

WRITE_EVERY_S = 1.0
# The largest share of a node's time that writing metrics may take, however slow the store is.
_SHARE_OF_TIME = 0.02
_METRICS_PER_CALL = 1000
# The metrics kept for a store that does not answer: an hour of a busy training. MLflow's own queue
# (`log_batch(synchronous=False)`) drops what fails, and its threads do not survive a fork.
_BUFFER = 100_000


class NodeRun(Run):
    """A child run. Safe to use from several threads.

    `outputs` are the names of the datasets that its node will save.

    Attributes:
        closed: Whether it has ended.
        thread: The thread that runs the node; None before it runs.
        reused: Whether an earlier run made its outputs, and keeps them with its own run.
    """

    def __init__(
        self, store: Store, name: str, outputs: Iterable[str], project: Path, pipeline_run: Run | None = None
    ) -> None:
        super().__init__(store)
        self.name = name
        self.pipeline_run = pipeline_run
        self.closed = False
        self.thread: threading.Thread | None = None
        self.reused = False
        self._project = project
        self._catalog: DataCatalog | None = None
        self._unsaved = set(outputs)
        self._saved: dict[str, object] = {}
        self._metrics: list[Metric] = []
        self._next_write = 0.0
        self._started = time.monotonic()
        self._lock = threading.RLock()
        facts.start_peaks()

    def begin(self, catalog: DataCatalog, inputs: Mapping[str, object]) -> None:
        """Write the node's parameters and input data."""
        self._catalog = catalog
        self.thread = threading.current_thread()
        parameters = [name for name in inputs if name == "parameters" or name.startswith("params:")]
        self.log_parameters({name.removeprefix("params:"): inputs[name] for name in parameters})
        self._log_data({name: value for name, value in inputs.items() if name not in parameters}, "input")

    def log_metrics(self, metrics: Mapping[str, float], step: int | None) -> None:
        """Keep metrics, and write them if the last write is a second ago (more, where writing is slow)."""
        now = now_ms()
        with self._lock:
            self._metrics += [Metric(safe_key(key), float(value), now, step or 0) for key, value in metrics.items()]
            del self._metrics[:-_BUFFER]
        if (start := time.monotonic()) >= self._next_write:
            self._next_write = start + WRITE_EVERY_S
            self.store.attempt("writing metrics", self._write_metrics)
            self._next_write += (time.monotonic() - start) / _SHARE_OF_TIME

    def saved(self, dataset_name: str, data: object) -> bool:
        """Note that an output is on the disk; return whether it was the last one."""
        with self._lock:
            self._saved[dataset_name] = data
            self._unsaved.discard(dataset_name)
            return not self._unsaved

    def close(self, status: str, error: BaseException | None = None) -> None:
        """Write what is left and end the run, once; the arguments are those of `terminate`."""
        with self._lock:
            if self.closed:
                return
            self.closed = True
        saved, self._saved = self._saved, {}
        self._log_data(saved, "output")
        if self._catalog is not None and not self.reused:
            for path in filter(None, [report_of(self._catalog.get(name)) for name in saved]):
                keep = partial(MlflowClient.log_artifact, local_path=str(path))
                self.write(f"keeping {path.name}", keep)
        self._next_write = float("inf")  # the last metrics go with the end
        self.log_metrics({"duration_s": time.monotonic() - self._started, **facts.peaks()}, None)
        self.write("writing metrics", lambda _client, _run_id: self._write_metrics())
        self.terminate(status, error, {"device": facts.device()})

    def _write_metrics(self) -> None:
        while self.run_id and (batch := self._metrics[:_METRICS_PER_CALL]):
            self.store.client.log_batch(self.run_id, metrics=batch)
            with self._lock:
                del self._metrics[: len(batch)]

    def _log_data(self, data: Mapping[str, object], context: str) -> None:
        if not data or self._catalog is None:
            return
        try:
            place, project = self._catalog.get, self._project
            entities = [data_entity(name, place(name), value, context, project) for name, value in data.items()]
        except Exception as error:  # a file that is gone again, or a value whose shape cannot be read
            self.store.warn(f"describing {context}s", error)
            return
        self.write(f"writing {context}s", lambda client, run_id: client.log_inputs(run_id, datasets=entities))


def data_entity(name: str, dataset: CatalogEntry | None, data: object, context: str, project: Path) -> DatasetInput:
    """Return MLflow's record of a catalog entry whose data was loaded or saved.

    `context` is `input` or `output`. Paths beneath the project's folder are recorded relative to it.
    """
    path = path_of(dataset)
    place = "memory" if path is None else str(path.relative_to(project) if path.is_relative_to(project) else path)
    entity = Dataset(
        name=name,
        digest=digest_of(dataset, data),
        source_type="memory" if path is None else "local",
        source=json.dumps({"uri": place}),
        profile=json.dumps(shape_of(data)),
    )
    return DatasetInput(entity, [InputTag("mlflow.data.context", context)])
