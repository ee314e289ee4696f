"""However a run ends by itself, the store says so: in a process of `kedro run`, and by request to `kedro server`."""

from __future__ import annotations

import contextlib
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import requests
from processes import KedroProcess, KedroServer, until_killed

ENDINGS = {
    "__default__": ("FINISHED", {"train": "FINISHED", "summarise": "FINISHED"}),
    "node_error": ("FAILED", {"good": "FINISHED", "bad": "FAILED"}),
    "save_error": ("FAILED", {"unsaveable": "FAILED"}),
    "load_error": ("FAILED", {"unloadable": "FAILED"}),
    "validation_error": ("FAILED", {"unchecked": "FAILED"}),
    "chunks": ("FINISHED", {"chunks": "FINISHED", "after": "FINISHED"}),
    "broken_chunks": ("FAILED", {"broken_chunks": "FAILED"}),
    "pairs": ("FINISHED", {"pairs": "FINISHED"}),
}
OTHER_WAYS = {
    "async": {"is_async": True},
    "threads": {"runner": "ThreadRunner"},
    "forks": {"runner": "ParallelRunner"},
}
REQUESTS = [(pipeline, {}) for pipeline in ENDINGS] + [
    pytest.param(pipeline, way, marks=[pytest.mark.slow] * (pipeline == "save_error"))
    for way in OTHER_WAYS.values()
    for pipeline in ("__default__", "node_error", "save_error")
]


def ended_as(outcome, pipeline):
    parent, children = ENDINGS[pipeline]
    assert outcome.parent.info.status == parent
    assert outcome.statuses == children
    assert all(run.info.end_time for run in [outcome.parent, *outcome.children.values()])


@pytest.fixture(scope="module")
def server(project):
    started = KedroServer(project, "server")
    started.wait_until_it_serves()
    yield started
    started.kill()


@pytest.mark.parametrize(("pipeline", "way"), REQUESTS, ids=str)
def test_a_requested_run(server, outcome_of, pipeline, way):
    name = f"{pipeline} {way}".translate({ord("'"): None})
    answer = server.run(pipeline, name, **way)
    assert answer["status"] == ("success" if ENDINGS[pipeline][0] == "FINISHED" else "failure")
    ended_as(outcome_of(waiting=name), pipeline)


def test_requests_at_the_same_time_keep_apart(server, outcome_of):
    names = [f"request {number}" for number in range(3)]
    with ThreadPoolExecutor(len(names)) as threads:
        answers = list(threads.map(partial(server.run, "slow_pair"), names))
    assert [answer["status"] for answer in answers] == ["success"] * 3, answers
    for name in names:
        outcome = outcome_of(waiting=name)
        assert outcome.parent.info.status == "FINISHED"
        assert outcome.statuses == {"slow_one": "FINISHED", "slow_two": "FINISHED"}


@pytest.fixture(scope="module")
def processes(project):
    started = {
        pipeline: KedroProcess(project, pipeline, "run", "--pipelines", pipeline, "--params", f"waiting={pipeline}")
        for pipeline in ENDINGS
    }
    yield from until_killed(started)


@pytest.mark.slow
@pytest.mark.parametrize("pipeline", ENDINGS)
def test_a_process(processes, outcome_of, pipeline):
    assert (processes[pipeline].result() == 0) == (ENDINGS[pipeline][0] == "FINISHED")
    ended_as(outcome_of(waiting=pipeline), pipeline)


# The first signal lets runs come to their end; Ctrl-C after it does not.
STOPS = {
    "SIGTERM": ((signal.SIGTERM,), "FINISHED"),
    "Ctrl-C": ((signal.SIGINT,), "FINISHED"),
    "Ctrl-C-again": ((signal.SIGINT, signal.SIGINT), "KILLED"),
    "SIGTERM-then-Ctrl-C": ((signal.SIGTERM, signal.SIGINT), "KILLED"),
}


@pytest.fixture(scope="module")
def servers(project):
    started = {name: KedroServer(project, name) for name in STOPS}
    yield from until_killed(started)


@pytest.mark.slow
@pytest.mark.parametrize("name", STOPS)
def test_a_server_that_is_stopped_in_the_middle_of_a_run(servers, outcome_of, name):
    sent, status = STOPS[name]
    server = servers[name]
    server.wait_until_it_serves()

    def ask():
        with contextlib.suppress(requests.RequestException):  # no answer, or no proper one, where the run was cut off
            server.run("held", name)

    request = threading.Thread(target=ask)
    request.start()
    server.wait_for("held")
    server.send(sent[0])
    server.wait_until_it_says("Shutting down")
    if status == "FINISHED":
        server.let_go()
    else:
        server.send_until_it_ends(sent[1])
    server.result()
    request.join()
    outcome = outcome_of(waiting=name)
    assert outcome.parent.info.status == status
    assert outcome.statuses == {"short": "FINISHED", "held": status}
