"""Kedro's events, told to MLflow: a run for each pipeline run, a child run for each node."""

from __future__ import annotations

import atexit
import inspect
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from kedro.framework.hooks import hook_impl
from kedro.io import SharedMemoryDataCatalog

from influencer_style.tracking import current
from influencer_style.tracking.config import TrackingConfig, without_password
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.pipeline_run import PipelineRun
from influencer_style.tracking.store import Store


class TrackingHook:
    """Tracks what runs, as `mlflow.yml` says. One instance serves all runs of a process, at the same time too."""

    def __init__(self) -> None:
        self._runs: dict[str, PipelineRun] = {}
        self._lock = threading.RLock()
        self._here = threading.local()

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        self._here.context = context

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Any, catalog: Any) -> None:
        context = self._here.context
        content = dict(context.config_loader["mlflow"])
        config = TrackingConfig.of(content)
        if not config.tracking.enabled:
            return
        if isinstance(catalog, SharedMemoryDataCatalog):
            _refuse_spawn()
        self._close(getattr(self._here, "run_id", None), "KILLED")  # an interrupted run, in a notebook
        project = Path(run_params["project_path"])
        configuration = {
            "parameters": dict(context.config_loader["parameters"]),
            "catalog": dict(context.config_loader["catalog"]),
            "mlflow": content | {"server": {"mlflow_tracking_uri": without_password(config.uri(project) or "")}},
        }
        run = PipelineRun(
            Store(config.uri(project)), config.tracking.experiment.name, run_params, pipeline, configuration
        )
        with self._lock:
            self._runs[run_params["run_id"]] = run
        self._here.run_id = run_params["run_id"]
        # After MLflow's import, so that ours comes before MLflow's exit handlers: the last one registered runs first.
        atexit.unregister(self._end_all)
        atexit.register(self._end_all)
        _exit_on_sigterm()

    @hook_impl
    def before_dataset_loaded(self, node: Any) -> None:
        # The node's run begins with its first load, so that a load that fails is the node's failure.
        if run := self._run_of(node):
            run.node_run(node)

    @hook_impl
    def before_node_run(self, node: Any, catalog: Any, inputs: dict[str, Any], run_id: str) -> None:
        if (run := self._runs.get(run_id)) and (node_run := run.node_run(node)):
            current.enter(node_run)
            node_run.begin(catalog, inputs)

    @hook_impl
    def after_node_run(self, node: Any, outputs: dict[str, Any], run_id: str) -> None:
        if not ((run := self._runs.get(run_id)) and (node_run := run.node_run(node))):
            return
        if not outputs:
            node_run.close("FINISHED")
        elif inspect.isgeneratorfunction(node.func):
            # The node's work is still to come, while its chunks are saved; nothing tells the last chunk but the stream.
            for name, stream in outputs.items():
                outputs[name] = _until_exhausted(stream, node_run)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Any) -> None:
        node_run = current.node_run()
        if node_run is None or node_run.name != node.name:
            return
        if node_run.saved(dataset_name, data) and not inspect.isgeneratorfunction(node.func):
            node_run.close("FINISHED")

    @hook_impl
    def on_node_error(self, error: Exception, node: Any, run_id: str) -> None:
        if (run := self._runs.get(run_id)) and (node_run := run.node_run(node)):
            node_run.close("FAILED", error)

    @hook_impl
    def after_pipeline_run(self, run_params: dict[str, Any]) -> None:
        self._close(run_params["run_id"], "FINISHED")

    @hook_impl
    def on_pipeline_error(self, error: Exception, run_params: dict[str, Any]) -> None:
        self._close(run_params["run_id"], "FAILED", error)

    def _run_of(self, node: Any) -> PipelineRun | None:
        """Return the pipeline run that `node` belongs to, for events that do not say it."""
        with self._lock:
            mine = self._runs.get(getattr(self._here, "run_id", ""))
            return mine or next((run for run in self._runs.values() if node.name in run.node_names), None)

    def _close(self, run_id: str | None, status: str, error: BaseException | None = None) -> None:
        with self._lock:
            run = self._runs.pop(run_id, None)
        if run is not None and run.owner == os.getpid():
            run.close(status, error)

    def _end_all(self) -> None:
        """End what is still open at exit: Ctrl-C and SIGTERM skip all of Kedro's error hooks."""
        for run_id in list(self._runs):
            self._close(run_id, "KILLED")


def _until_exhausted(stream: Iterator[Any], node_run: NodeRun) -> Iterator[Any]:
    yield from stream
    node_run.close("FINISHED")


def _refuse_spawn() -> None:
    method = os.environ.get("KEDRO_MP_CONTEXT") or multiprocessing.get_start_method()
    if method != "fork":
        raise click.ClickException(
            f"ParallelRunner starts its workers with {method!r} here, and such workers know nothing of the tracking. "
            "Set KEDRO_MP_CONTEXT=fork, take another runner (--runner ThreadRunner), or turn tracking off (mlflow.yml)."
        )


def _exit_on_sigterm() -> None:
    """Turn SIGTERM into an exit of this process, so that exit handlers run; forked workers keep the system's way."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        return
    owner = os.getpid()

    def leave(number: int, frame: Any) -> None:
        if os.getpid() != owner:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        logging.getLogger(__name__).warning("Ended by SIGTERM.")
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
