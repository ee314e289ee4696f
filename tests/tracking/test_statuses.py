"""What the store says of runs in this process; test_endings and test_interrupts start processes of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import click
import pytest
from kedro.framework.session import KedroSession
from kedro.runner import ParallelRunner, ThreadRunner

from influencer_style.tracking.facts import _start, this_process


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


def test_workers_that_would_not_be_tracked_are_refused(run, monkeypatch):
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "spawn")
    outcome = run("__default__", ParallelRunner(max_workers=2))
    assert isinstance(outcome.error, click.ClickException)
    assert "KEDRO_MP_CONTEXT=fork" in outcome.error.message
    assert outcome.parent is None


def test_a_process_that_was_killed_outright_is_noticed_by_the_next_run(run, store):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host, experiment, client = socket.gethostname(), store.experiment_id("tiny"), store.client
    zombie = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    unburied = f"{host}:{zombie.pid}:{_start(zombie.pid)}"
    zombie.kill()
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    # The number of a process comes again, in a container at once; its start does not.
    processes = (
        f"{host}:{gone.pid}:1",
        f"{host}:{os.getpid()}:1",
        unburied,
        this_process(),
        f"not-{host}:{gone.pid}:1",
    )
    dead, reused, ended, alive, elsewhere = (
        client.create_run(experiment, tags={"process": process}).info.run_id for process in processes
    )
    child = client.create_run(experiment, tags={"mlflow.parentRunId": dead}).info.run_id
    run("helper_thread")
    killed, running = (dead, reused, ended, child), (alive, elsewhere)
    statuses = {run_id: client.get_run(run_id).info.status for run_id in (*killed, *running)}
    assert statuses == dict.fromkeys(killed, "KILLED") | dict.fromkeys(running, "RUNNING")
    zombie.communicate()


def test_an_interrupted_run_in_a_notebook_ends_with_the_next_one(run, project, outcome_of):
    with KedroSession.create(project_path=project) as session, pytest.raises(KeyboardInterrupt):
        session.run(pipeline_names=["interrupted"])
    interrupted = session.session_id
    run("helper_thread")
    outcome = outcome_of(run_id=interrupted)
    assert outcome.parent.info.status == "KILLED"
    assert outcome.statuses == {"interrupted": "KILLED"}
