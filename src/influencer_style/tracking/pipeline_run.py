"""One pipeline run in MLflow: the parent of its nodes' runs."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.ledger import Ledger
from influencer_style.tracking import facts
from influencer_style.tracking.leftovers import PROCESS_TAG, end_children, end_leftovers, this_process
from influencer_style.tracking.node_run import NodeRun, end, error_tag, log_parameters
from influencer_style.tracking.store import Store
from influencer_style.tracking.text import VALUE_LENGTH

logger = logging.getLogger(__name__)


class PipelineRun:
    """A parent run. Safe to use from several threads, and from forked workers.

    Args:
        store: where to track.
        experiment: the experiment's name.
        run_params: what Kedro says of this run.
        node_names: the nodes that will run.
        forks: whether they run in worker processes (ParallelRunner).

    Attributes:
        run_id: MLflow's id; None until the store has answered.
        kedro_id: Kedro's id of the run.
        owner: the process that started it; workers are others.
    """

    def __init__(
        self, store: Store, experiment: str, run_params: dict[str, Any], node_names: set[str], forks: bool
    ) -> None:
        self.store, self.node_names, self.forks = store, node_names, forks
        self.kedro_id: str = run_params["run_id"]
        self.owner = os.getpid()
        self.run_id: str | None = None
        self.experiment_id: str | None = None
        self._experiment = experiment
        self._params = run_params
        self._project = Path(run_params["project_path"])
        self._nodes: dict[str, NodeRun] = {}
        self._lock = threading.RLock()
        self._thread = threading.current_thread()

    def start(self, configuration: dict[str, Any]) -> None:
        """Open the run, and write what it says of itself.

        Args:
            configuration: the resolved configuration, kept as `config.yml`.
        """
        names = ", ".join(self._params.get("pipeline_names") or ["__default__"])
        command, now = facts.command(), int(time.time() * 1000)
        tags = {
            "kedro.run_id": self.kedro_id,
            "kedro.pipelines": names,
            "kedro.env": self._params.get("env") or "local",
            "kedro.command": command,
            "mlflow.source.name": command[:VALUE_LENGTH],
            "mlflow.source.type": "LOCAL",
            "mlflow.user": facts.user(),
            PROCESS_TAG: this_process(),
        } | facts.git(self._project)

        def open_run() -> None:
            self.experiment_id = self.store.experiment_id(self._experiment)
            self.run_id = self.store.client.create_run(self.experiment_id, now, tags, names).info.run_id

        environment = facts.environment()
        self.store.write("starting a run", open_run)
        log_parameters(self._write, configuration["parameters"])
        self._write("writing the configuration", lambda client, run: client.log_dict(run, configuration, "config.yml"))
        self._write("writing the environment", lambda client, run: client.log_text(run, environment, "environment.txt"))
        self._write("ending leftover runs", lambda client, run: end_leftovers(self.store, self.experiment_id))

    def node_run(self, node: Any) -> NodeRun | None:
        """Return the node's run, opened now if it is not open yet; None in a worker whose parent is not tracked yet."""
        with self._lock:
            if node.name not in self._nodes and (self.run_id or self.owner == os.getpid()):
                opened = NodeRun(self.store, None, None, node.name, node.outputs, self._project, self._write)
                self._nodes[node.name] = opened
                self._open(opened, node.namespace or "")
            return self._nodes.get(node.name)

    def _open(self, node_run: NodeRun, namespace: str) -> None:
        now = int(time.time() * 1000)

        def open_run(client: Any, parent: str) -> None:
            tags = {
                "mlflow.parentRunId": parent,
                "kedro.node": node_run.name,
                "kedro.namespace": namespace,
                "mlflow.user": facts.user(),
            }
            node_run.experiment_id = self.experiment_id
            node_run.run_id = client.create_run(self.experiment_id, now, tags, node_run.name).info.run_id

        self._write("starting a node's run", open_run)

    def stays_in(self, thread: threading.Thread) -> bool:
        """Return whether all that runs, runs in `thread`: then an error raised there ends it."""
        nodes = [node.thread for node in list(self._nodes.values()) if node.thread and not node.closed]
        return all(other is thread for other in [self._thread, *nodes])

    def close(self, status: str, error: BaseException | None = None) -> None:
        """End the run, and those of its nodes that are still open, with the same status."""
        with self._lock:
            nodes, self._nodes = list(self._nodes.values()), {}
        for node_run in nodes:
            node_run.close(status, error)
        self._write("writing down where the audit log ends", self._tag_audit_head)
        # Workers (ParallelRunner), and a node's end that was itself interrupted, leave runs open.
        self._write("ending nodes' runs", lambda client, run: end_children(self.store, self.experiment_id, run, status))
        end(self._write, status, error_tag(error))
        self.store.catch_up(urgent=True)

    def _tag_audit_head(self, client: Any, run: str) -> None:
        """Note the head of the project's audit log, so that one that is cut off or written anew is found out."""
        try:
            head = Ledger.of(self._project).log.head()
        except AuditError as error:
            logger.warning("The audit log's end is not noted with this run: %s", error)
            return
        client.set_tag(run, "audit_head", str(head))

    def _write(self, what: str, action: Callable[[Any, str], Any]) -> None:
        self.store.write(what, lambda: action(self.store.client, self.run_id) if self.run_id else None)
