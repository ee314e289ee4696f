"""One pipeline run in MLflow: the parent of its nodes' runs."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypedDict

from kedro.pipeline.node import Node
from mlflow import MlflowClient

from influencer_style.consent.audit_row import AuditError
from influencer_style.consent.ledger import Ledger
from influencer_style.tracking import facts
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.run import VALUE_LENGTH, Run, now_ms
from influencer_style.tracking.store import Store

logger = logging.getLogger(__name__)

PROCESS_TAG = "process"


class RunParams(TypedDict):
    """What Kedro passes to its hooks about a run, as far as it is used here."""

    run_id: str
    project_path: str
    env: str | None
    pipeline_names: list[str] | None


class PipelineRun(Run):
    """A parent run. Safe to use from several threads, and from forked workers.

    Attributes:
        node_names: The nodes that will run.
        forks: Whether they run in worker processes (ParallelRunner).
        kedro_id: Kedro's id of the run.
        owner: The process that started it; workers are others.
    """

    def __init__(
        self, store: Store, experiment: str, run_params: RunParams, node_names: Collection[str], forks: bool
    ) -> None:
        super().__init__(store)
        self.node_names, self.forks = node_names, forks
        self.kedro_id = run_params["run_id"]
        self.owner = os.getpid()
        self._experiment = experiment
        self._params = run_params
        self._project = Path(run_params["project_path"])
        self._nodes: dict[str, NodeRun] = {}
        self._lock = threading.RLock()
        self._thread = threading.current_thread()

    def start(self, configuration: Mapping[str, Mapping[str, object]]) -> None:
        """Open the run; write its tags, parameters, environment, and the resolved configuration as `config.yml`."""
        names = ", ".join(self._params.get("pipeline_names") or ["__default__"])
        command, now = facts.command(), now_ms()
        tags = {
            "kedro.run_id": self.kedro_id,
            "kedro.pipelines": names,
            "kedro.env": self._params.get("env") or "local",
            "kedro.command": command,
            "mlflow.source.name": command[:VALUE_LENGTH],
            "mlflow.source.type": "LOCAL",
            "mlflow.user": facts.user(),
            PROCESS_TAG: facts.this_process(),
        } | facts.git(self._project)
        content, packages = dict(configuration), facts.environment()
        find = self.store.experiment_id
        self.store.write("starting a run", lambda: self.open(find(self._experiment), names, tags, now))
        self.log_parameters(configuration["parameters"])
        self.write("writing the configuration", lambda client, run_id: client.log_dict(run_id, content, "config.yml"))
        self.write("writing the packages", lambda client, run_id: client.log_text(run_id, packages, "environment.txt"))
        self.write("ending leftover runs", lambda client, _run_id: self._end_leftovers(client))

    def node_run(self, node: Node) -> NodeRun | None:
        """Return the node's run, opened now if it is not open yet; None in a worker whose parent is not tracked yet."""
        with self._lock:
            if node.name not in self._nodes and (self.run_id or self.owner == os.getpid()):
                opened = NodeRun(self.store, node.name, node.outputs, self._project, self)
                self._nodes[node.name] = opened
                self._open(opened, node.namespace or "")
            return self._nodes.get(node.name)

    def _open(self, node_run: NodeRun, namespace: str) -> None:
        now = now_ms()

        def open_run(_client: MlflowClient, run_id: str) -> None:
            tags = {"mlflow.parentRunId": run_id, "mlflow.user": facts.user()}
            tags |= {"kedro.node": node_run.name, "kedro.namespace": namespace}
            node_run.open(self.ids()[0], node_run.name, tags, now)

        self.write("starting a node's run", open_run)

    def stays_in(self, thread: threading.Thread) -> bool:
        """Return whether everything in this run happens in `thread`: then an error raised there ends it."""
        nodes = [node.thread for node in list(self._nodes.values()) if node.thread and not node.closed]
        return all(other is thread for other in [self._thread, *nodes])

    def close(self, status: str, error: BaseException | None = None) -> None:
        """End the run, and those of its nodes that are still open, with the same status."""
        with self._lock:
            nodes, self._nodes = list(self._nodes.values()), {}
        for node_run in nodes:
            node_run.close(status, error)
        self.write("recording where the audit log ends", self._tag_audit_head)
        # Workers (ParallelRunner), and a node's end that was itself interrupted, leave runs open.
        self.write("ending nodes' runs", lambda client, run_id: self._end_children(client, run_id, status))
        self.terminate(status, error)
        self.store.catch_up(urgent=True)

    def _tag_audit_head(self, client: MlflowClient, run_id: str) -> None:
        """Record the head of the project's audit log, so that a truncated or rewritten log can be detected."""
        try:
            head = Ledger.of(self._project).log.head()
        except AuditError as error:
            logger.warning("The end of the audit log is not recorded with this run: %s", error)
            return
        client.set_tag(run_id, "audit_head", str(head))

    def _end_leftovers(self, client: MlflowClient) -> None:
        """End, as KILLED, runs of this machine whose process was killed outright (out of memory, power)."""
        ours = f"attributes.status = 'RUNNING' and tags.`{PROCESS_TAG}` LIKE '{facts.host()}:%'"
        for run in client.search_runs([self.ids()[0]], ours):
            if not facts.is_alive(run.data.tags[PROCESS_TAG]):
                self._end_children(client, run.info.run_id, "KILLED")
                client.set_terminated(run.info.run_id, "KILLED")

    def _end_children(self, client: MlflowClient, run_id: str, status: str) -> None:
        children = f"tags.`mlflow.parentRunId` = '{run_id}' and attributes.status = 'RUNNING'"
        for child in client.search_runs([self.ids()[0]], children):
            client.set_terminated(child.info.run_id, status)
