"""One pipeline run in MLflow: the parent of its nodes' runs."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from influencer_style.tracking import facts
from influencer_style.tracking.leftovers import PROCESS_TAG, end_children, end_leftovers, this_process
from influencer_style.tracking.node_run import NodeRun, end
from influencer_style.tracking.store import Store
from influencer_style.tracking.text import VALUE_LENGTH, flatten


class PipelineRun:
    """An open parent run. Safe to use from several threads, and from forked workers.

    Args:
        store: where to track.
        experiment: the experiment's name.
        run_params: what Kedro says of this run.
        pipeline: the pipeline that will run.
        configuration: the resolved configuration, kept as `config.yml`.

    Attributes:
        run_id: MLflow's id; None when the store did not answer: then nothing of this run is tracked.
    """

    def __init__(
        self, store: Store, experiment: str, run_params: dict[str, Any], pipeline: Any, configuration: dict[str, Any]
    ) -> None:
        self.store = store
        self.owner = os.getpid()
        self.node_names = {node.name for node in pipeline.nodes}
        self._project = Path(run_params["project_path"])
        self._nodes: dict[str, NodeRun] = {}
        self._lock = threading.RLock()
        names = ", ".join(run_params.get("pipeline_names") or ["__default__"])
        command = facts.command()
        tags = {
            "kedro.run_id": run_params["run_id"],
            "kedro.pipelines": names,
            "kedro.env": run_params.get("env") or "local",
            "kedro.command": command,
            "mlflow.source.name": command[:VALUE_LENGTH],
            "mlflow.source.type": "LOCAL",
            "mlflow.user": facts.user(),
            PROCESS_TAG: this_process(),
        } | facts.git(self._project)

        def start() -> tuple[str, str]:
            experiment_id = store.experiment_id(experiment)
            return experiment_id, store.client.create_run(experiment_id, run_name=names, tags=tags).info.run_id

        self.experiment_id, self.run_id = store.attempt("starting a run", start) or (None, None)
        if self.run_id:
            store.attempt("writing the configuration", lambda: self._describe(configuration))
            store.attempt("ending leftover runs", lambda: end_leftovers(store, self.experiment_id))

    def _describe(self, configuration: dict[str, Any]) -> None:
        from mlflow.entities import Param

        parameters = [Param(key, text) for key, text in flatten(configuration["parameters"])]
        for first in range(0, len(parameters), 100):
            self.store.client.log_batch(self.run_id, params=parameters[first : first + 100])
        self.store.client.log_dict(self.run_id, configuration, "config.yml")

    def node_run(self, node: Any) -> NodeRun | None:
        """Return the node's run, opened now if it is not open yet; None when it cannot be tracked."""
        with self._lock:
            if node.name not in self._nodes and self.run_id:
                tags = {
                    "mlflow.parentRunId": self.run_id,
                    "kedro.node": node.name,
                    "kedro.namespace": node.namespace or "",
                    "mlflow.user": facts.user(),
                }
                started = self.store.attempt(
                    "starting a node's run",
                    lambda: self.store.client.create_run(
                        self.experiment_id, start_time=int(time.time() * 1000), tags=tags, run_name=node.name
                    ),
                )
                if started is not None:
                    self._nodes[node.name] = NodeRun(
                        self.store, started.info.run_id, self.experiment_id, node.name, node.outputs, self._project
                    )
            return self._nodes.get(node.name)

    def close(self, status: str, error: BaseException | None = None) -> None:
        """End the run, and those of its nodes that are still open, with the same status."""
        with self._lock:
            nodes, self._nodes = list(self._nodes.values()), {}
        for node_run in nodes:
            node_run.close(status, error)
        if self.run_id:
            if status != "FINISHED":
                # Workers (ParallelRunner), and a node's end that was itself interrupted, leave runs open.
                self.store.attempt(
                    "ending a node's run",
                    lambda: end_children(self.store, self.experiment_id, self.run_id, status),
                    urgent=True,
                )
            tags = {} if error is None else {"error": f"{type(error).__name__}: {error}"[:VALUE_LENGTH]}
            end(self.store, self.run_id, status, tags)
