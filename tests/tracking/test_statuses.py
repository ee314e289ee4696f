"""However a run ends, the store says so."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import click
import pytest
from kedro.framework.session import KedroSession
from kedro.runner import ParallelRunner, SequentialRunner, ThreadRunner

ENDINGS = [
    ("__default__", "FINISHED", {"train": "FINISHED", "summarise": "FINISHED"}),
    ("node_error", "FAILED", {"good": "FINISHED", "bad": "FAILED"}),
    ("save_error", "FAILED", {"unsaveable": "FAILED"}),
    ("load_error", "FAILED", {"unloadable": "FAILED"}),
    ("validation_error", "FAILED", {"unchecked": "FAILED"}),
    ("chunks", "FINISHED", {"chunks": "FINISHED", "after": "FINISHED"}),
    ("broken_chunks", "FAILED", {"broken_chunks": "FAILED"}),
    ("pairs", "FINISHED", {"pairs": "FINISHED"}),
]


@pytest.mark.parametrize(("pipeline", "parent", "children"), ENDINGS, ids=[ending[0] for ending in ENDINGS])
def test_each_ending_has_its_status(run, pipeline, parent, children):
    outcome = run(pipeline)
    assert (outcome.error is None) == (parent == "FINISHED")
    assert outcome.parent.info.status == parent
    assert outcome.statuses == children
    assert outcome.parent.info.end_time is not None


def test_a_failure_says_why(run):
    outcome = run("node_error")
    assert outcome.children["bad"].data.tags["error"] == "ValueError: the node is wrong"
    assert outcome.parent.data.tags["error"] == "ValueError: the node is wrong"
    assert "error" not in outcome.children["good"].data.tags


def test_a_generator_node_is_open_until_its_last_chunk_is_saved(run, store, project):
    outcome = run("chunks")
    history = store.client.get_metric_history(outcome.children["chunks"].info.run_id, "row")
    assert [metric.value for metric in history] == [0, 1, 2]
    assert len(list((project / "data/parts").glob("*.csv"))) == 3
    outputs = [entry.dataset.name for entry in outcome.children["chunks"].inputs.dataset_inputs]
    assert outputs.count("parts") == 1


def test_threads_have_their_own_runs(run):
    outcome = run("threads", ThreadRunner(max_workers=2))
    assert outcome.error is None
    assert outcome.statuses == {"one": "FINISHED", "two": "FINISHED"}
    assert all(child.data.metrics["who"] == 1.0 for child in outcome.children.values())


def test_a_thread_that_a_node_starts_speaks_for_it(run):
    assert run("helper_thread").children["helped"].data.metrics["helped"] == 1.0


@pytest.mark.parametrize(("pipeline", "parent", "children"), ENDINGS[:4], ids=[ending[0] for ending in ENDINGS[:4]])
def test_loading_and_saving_in_threads_of_their_own(run, pipeline, parent, children):
    outcome = run(pipeline, SequentialRunner(is_async=True))
    assert outcome.parent.info.status == parent
    assert outcome.statuses == children


@pytest.mark.parametrize(
    ("pipeline", "parent", "children"),
    [ENDINGS[0], ("save_error", "FAILED", {"unsaveable": "FAILED"})],
    ids=["success", "save_error"],
)
def test_forked_workers_write_to_their_nodes_runs(run, pipeline, parent, children):
    outcome = run(pipeline, ParallelRunner(max_workers=2))
    assert outcome.parent.info.status == parent
    assert outcome.statuses == children


def test_workers_that_would_not_be_tracked_are_refused(run, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "spawn")
    outcome = run("__default__", ParallelRunner(max_workers=2))
    assert isinstance(outcome.error, click.ClickException)
    assert "KEDRO_MP_CONTEXT=fork" in outcome.error.message
    assert outcome.parent is None


def test_runs_at_the_same_time_in_one_process_keep_apart(project, outcome_of):
    ids, together = [], threading.Barrier(3)

    def execute():
        with KedroSession.create(project_path=project) as session:
            ids.append(session.session_id)
            together.wait()
            session.run(pipeline_names=["slow_pair"])

    threads = [threading.Thread(target=execute) for _ in range(3)]
    for thread in threads:
        thread.start()
        time.sleep(0.01)  # Kedro's run id is the time of day in milliseconds
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 3
    for run_id in ids:
        outcome = outcome_of(run_id=run_id)
        assert outcome.parent.info.status == "FINISHED"
        assert outcome.statuses == {"slow_one": "FINISHED", "slow_two": "FINISHED"}


SIGNALS = {"Ctrl-C": signal.SIGINT, "SIGTERM": signal.SIGTERM}


@pytest.fixture(scope="module")
def waiting_processes(project):
    """A process for each signal, in the middle of a node."""
    processes = {}
    for name in SIGNALS:
        command = [sys.executable, "-m", "kedro", "run", "--pipelines", "long", "--params", f"waiting={name}"]
        output = (project / f"{name}.log").open("w")
        # Where the tests run in the background, Ctrl-C is ignored, and that is inherited: here it must work.
        processes[name] = subprocess.Popen(
            command,
            cwd=project,
            stdout=output,
            stderr=output,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
    deadline = time.monotonic() + 90
    while not all((project / name).exists() for name in SIGNALS):
        assert not any(process.poll() for process in processes.values()), (project / "SIGTERM.log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield processes
    for process in processes.values():
        process.kill()


@pytest.mark.parametrize("name", SIGNALS)
def test_an_interrupted_process_leaves_killed_runs(waiting_processes, outcome_of, name):
    process = waiting_processes[name]
    process.send_signal(SIGNALS[name])
    assert process.wait(timeout=60) != 0
    outcome = outcome_of(waiting=name)
    assert outcome.parent.info.status == "KILLED"
    assert outcome.statuses == {"short": "FINISHED", "long": "KILLED"}
    assert outcome.children["long"].data.metrics["before"] == 1.0


def test_a_process_that_was_killed_outright_is_noticed_by_the_next_run(run, store):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host, experiment, client = socket.gethostname(), store.experiment_id("tiny"), store.client
    dead, alive, elsewhere = (
        client.create_run(experiment, tags={"process": process}).info.run_id
        for process in (f"{host}:{gone.pid}", f"{host}:{os.getpid()}", f"not-{host}:{gone.pid}")
    )
    child = client.create_run(experiment, tags={"mlflow.parentRunId": dead}).info.run_id
    run("helper_thread")
    statuses = {run_id: client.get_run(run_id).info.status for run_id in (dead, child, alive, elsewhere)}
    assert statuses == {dead: "KILLED", child: "KILLED", alive: "RUNNING", elsewhere: "RUNNING"}


def test_an_interrupted_run_in_a_notebook_ends_with_the_next_one(run, project, outcome_of):
    with KedroSession.create(project_path=project) as session, pytest.raises(KeyboardInterrupt):
        session.run(pipeline_names=["interrupted"])
    interrupted = session.session_id
    run("helper_thread")
    outcome = outcome_of(run_id=interrupted)
    assert outcome.parent.info.status == "KILLED"
    assert outcome.statuses == {"interrupted": "KILLED"}
