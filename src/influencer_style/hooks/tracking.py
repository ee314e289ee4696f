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

from influencer_style.project.signals import on_signals, undisturbed
from influencer_style.tracking import current
from influencer_style.tracking.config import TrackingConfig, without_password
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.pipeline_run import PipelineRun
from influencer_style.tracking.store import Store

logger = logging.getLogger(__name__)


class TrackingHook:
    """Tracks what runs, as `mlflow.yml` says. One instance serves all runs of a process, at the same time too."""

    def __init__(self) -> None:
        self._runs: list[PipelineRun] = []
        self._here = threading.local()
        self._leaving = False
        on_signals(self._told_to_leave)

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
        forks = isinstance(catalog, SharedMemoryDataCatalog)
        if forks:
            _refuse_spawn()
        self._close(getattr(self._here, "run", None), "KILLED")  # an interrupted run, in a notebook
        uri = config.uri(Path(run_params["project_path"]))
        node_names = {node.name for node in pipeline.nodes}
        run = PipelineRun(Store(uri), config.tracking.experiment.name, run_params, node_names, forks)
        # After MLflow's import, so that ours comes before MLflow's exit handlers: the last one registered runs first.
        atexit.unregister(self._end_all)
        atexit.register(self._end_all)
        # Before it is open, so that no interrupt finds it open and unknown.
        self._here.run, self._leaving = run, False
        self._runs.append(run)
        run.start(
            {
                "parameters": dict(context.config_loader["parameters"]),
                "catalog": dict(context.config_loader["catalog"]),
                "mlflow": content | {"server": {"mlflow_tracking_uri": without_password(uri or "")}},
            }
        )

    @hook_impl
    def before_dataset_loaded(self, node: Any) -> None:
        # The node's run begins with its first load, so that a load that fails is the node's failure.
        if run := self._run_of(node):
            run.node_run(node)

    @hook_impl
    def before_node_run(self, node: Any, catalog: Any, inputs: dict[str, Any], run_id: str) -> None:
        if (run := self._run(run_id)) and (node_run := run.node_run(node)):
            current.enter(node_run)
            node_run.begin(catalog, inputs)

    @hook_impl
    def after_node_run(self, node: Any, outputs: dict[str, Any], run_id: str) -> None:
        if not ((run := self._run(run_id)) and (node_run := run.node_run(node))):
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
        if (run := self._run(run_id)) and (node_run := run.node_run(node)):
            node_run.close("FAILED", error)

    @hook_impl
    def after_pipeline_run(self, run_params: dict[str, Any]) -> None:
        self._close(self._run(run_params["run_id"]), "FINISHED")

    @hook_impl
    def on_pipeline_error(self, error: Exception, run_params: dict[str, Any]) -> None:
        self._close(self._run(run_params["run_id"]), "FAILED", error)

    def _run(self, kedro_id: str) -> PipelineRun | None:
        """Return the run with Kedro's id: this thread's, for two that a server starts in one millisecond share it."""
        here = getattr(self._here, "run", None)
        found = [run for run in list(self._runs) if run.kedro_id == kedro_id]
        return here if here in found else next(iter(found), None)

    def _run_of(self, node: Any) -> PipelineRun | None:
        """Return the run that `node` belongs to, for events that do not say it; None where several runs have it."""
        here = getattr(self._here, "run", None)
        if here in self._runs:
            return here
        found = [run for run in list(self._runs) if node.name in run.node_names]
        return found[0] if len(found) == 1 else None

    def _close(self, run: PipelineRun | None, status: str, error: BaseException | None = None) -> None:
        if run in self._runs and run.owner == os.getpid():
            run.close(status, error)
            self._runs.remove(run)

    def _end_all(self) -> None:
        """End what is still open at exit: Ctrl-C and SIGTERM skip all of Kedro's error hooks."""
        with undisturbed():
            for run in list(self._runs):
                self._close(run, "KILLED")

    def _told_to_leave(self, number: int) -> None:
        """Leave by an error where that ends what runs, so that nodes clean up; else end the runs here and now."""
        mine = [run for run in self._runs if run.owner == os.getpid()]
        if not mine:  # nothing runs, or a worker is told: the process that it works for writes how its node ended
            return
        logger.warning("Ended by %s.", signal.Signals(number).name)
        if self._leaving or not all(run.stays_in(threading.main_thread()) for run in mine):
            self._end_all()
            return
        self._leaving = True
        if any(run.forks for run in mine):  # Python would wait for what they are at
            for worker in multiprocessing.active_children():
                worker.terminate()
        raise SystemExit(128 + number)


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
