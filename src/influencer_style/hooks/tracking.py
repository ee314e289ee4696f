"""Reports Kedro's events to MLflow: a run for each pipeline run, a child run for each node."""

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
from typing import TYPE_CHECKING

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog, SharedMemoryDataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from influencer_style.project.signals import on_signals, undisturbed
from influencer_style.tracking import current
from influencer_style.tracking.config import TrackingConfig, without_password

if TYPE_CHECKING:
    from influencer_style.tracking.node_run import NodeRun
    from influencer_style.tracking.pipeline_run import PipelineRun, RunParams

logger = logging.getLogger(__name__)


class _Here(threading.local):
    """This thread's Kedro context, and the run that it started last."""

    context: KedroContext | None = None
    run: PipelineRun | None = None


class TrackingHook:
    """Tracks what runs, as `mlflow.yml` says. One instance serves all runs of a process, concurrent ones too."""

    def __init__(self) -> None:
        self._runs: list[PipelineRun] = []
        self._here = _Here()
        self._leaving = False
        on_signals(self._end)

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Keep the context, whose configuration is needed when the run starts."""
        self._here.context = context

    @hook_impl
    def before_pipeline_run(self, run_params: RunParams, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Open the pipeline's run."""
        if self._here.context is None:
            raise RuntimeError("Kedro has created no context in this thread")
        configuration = self._here.context.config_loader
        content = dict(configuration["mlflow"])
        config = TrackingConfig.of(content)
        if not config.tracking.enabled:
            return
        forks = isinstance(catalog, SharedMemoryDataCatalog)
        if forks:
            _refuse_spawn()
        self._close(self._here.run, "KILLED")  # an interrupted run, in a notebook
        uri = config.uri(Path(run_params["project_path"]))
        # MLflow takes seconds to import, and a run that is refused does without it.
        from influencer_style.tracking.pipeline_run import PipelineRun  # noqa: PLC0415 (slow)
        from influencer_style.tracking.store import Store  # noqa: PLC0415 (slow)

        node_names = {node.name for node in pipeline.nodes}
        run = PipelineRun(Store(uri), config.tracking.experiment.name, run_params, node_names, forks)
        # After MLflow's import: the handler that is registered last runs first, so ours runs before MLflow's.
        atexit.unregister(self._end_all)
        atexit.register(self._end_all)
        # Before the run is open, so that no interrupt finds it open and not registered here.
        self._here.run, self._leaving = run, False
        self._runs.append(run)
        run.start(
            {
                "parameters": dict(configuration["parameters"]),
                "catalog": dict(configuration["catalog"]),
                "mlflow": content | {"server": {"mlflow_tracking_uri": without_password(uri or "")}},
            }
        )

    @hook_impl
    def before_dataset_loaded(self, node: Node) -> None:
        """Open the node's run with its first load, so that a load that fails is the node's failure."""
        if run := self._run_of(node):
            run.node_run(node)

    @hook_impl
    def before_node_run(self, node: Node, catalog: DataCatalog, inputs: dict[str, object], run_id: str) -> None:
        """Make the node's run the current one, and log its inputs."""
        if (run := self._run(run_id)) and (node_run := run.node_run(node)):
            current.enter(node_run)
            node_run.begin(catalog, inputs)

    @hook_impl
    def after_node_run(self, node: Node, outputs: dict[str, object], run_id: str) -> None:
        """Close the run of a node without outputs."""
        if not ((run := self._run(run_id)) and (node_run := run.node_run(node))):
            return
        if not outputs:
            node_run.close("FINISHED")
        elif inspect.isgeneratorfunction(node.func):
            # Such a node works while its chunks are saved; only the stream shows which chunk is the last.
            for name, stream in outputs.items():
                if isinstance(stream, Iterator):
                    outputs[name] = _until_exhausted(stream, node_run)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: object, node: Node) -> None:
        """Close the node's run when its last output is saved."""
        node_run = current.node_run()
        if node_run is None or node_run.name != node.name:
            return
        if node_run.saved(dataset_name, data) and not inspect.isgeneratorfunction(node.func):
            node_run.close("FINISHED")

    @hook_impl
    def on_node_error(self, error: Exception, node: Node, run_id: str) -> None:
        """Close the node's run as failed."""
        if (run := self._run(run_id)) and (node_run := run.node_run(node)):
            node_run.close("FAILED", error)

    @hook_impl
    def after_pipeline_run(self, run_params: RunParams) -> None:
        """Close the pipeline's run."""
        self._close(self._run(run_params["run_id"]), "FINISHED")

    @hook_impl
    def on_pipeline_error(self, error: Exception, run_params: RunParams) -> None:
        """Close the pipeline's run as failed."""
        self._close(self._run(run_params["run_id"]), "FAILED", error)

    def _run(self, kedro_id: str) -> PipelineRun | None:
        """Return the run with Kedro's id, this thread's first: two that a server starts in one millisecond share it."""
        found = [run for run in list(self._runs) if run.kedro_id == kedro_id]
        return self._here.run if self._here.run in found else next(iter(found), None)

    def _run_of(self, node: Node) -> PipelineRun | None:
        """Return the run that `node` belongs to, for events without a run id; None where several runs have it."""
        if self._here.run in self._runs:
            return self._here.run
        found = [run for run in list(self._runs) if node.name in run.node_names]
        return found[0] if len(found) == 1 else None

    def _close(self, run: PipelineRun | None, status: str, error: BaseException | None = None) -> None:
        if run is not None and run in self._runs and run.owner == os.getpid():
            run.close(status, error)
            self._runs.remove(run)

    def _end_all(self) -> None:
        """End what is still open at exit: Ctrl-C and SIGTERM skip all of Kedro's error hooks."""
        with undisturbed():
            for run in list(self._runs):
                self._close(run, "KILLED")

    def _end(self, number: int) -> None:
        """End the runs on a signal: by SystemExit if that reaches them all, so that nodes clean up; else directly."""
        mine = [run for run in self._runs if run.owner == os.getpid()]
        if not mine:  # nothing runs, or this is a worker: its parent records how its node ended
            return
        logger.warning("Ended by %s.", signal.Signals(number).name)
        if self._leaving or not all(run.stays_in(threading.main_thread()) for run in mine):
            self._end_all()
            return
        self._leaving = True
        if any(run.forks for run in mine):  # Python would wait for their work
            for worker in multiprocessing.active_children():
                worker.terminate()
        raise SystemExit(128 + number)


def _until_exhausted(stream: Iterator[object], node_run: NodeRun) -> Iterator[object]:
    yield from stream
    node_run.close("FINISHED")


def _refuse_spawn() -> None:
    method = os.environ.get("KEDRO_MP_CONTEXT") or multiprocessing.get_start_method()
    if method != "fork":
        raise click.ClickException(
            f"ParallelRunner starts its workers with {method!r} here, and such workers know nothing of the tracking. "
            "Set KEDRO_MP_CONTEXT=fork, take another runner (--runner ThreadRunner), or turn tracking off (mlflow.yml)."
        )
