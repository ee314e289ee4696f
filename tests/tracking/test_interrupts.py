"""However a process is ended from outside, and whatever it is at, the store says so."""

from __future__ import annotations

import signal
from dataclasses import dataclass

import pytest
from processes import KedroProcess, until_killed

CTRL_C, SIGTERM, SIGHUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
THREADS, FORKS = ("--runner", "ThreadRunner"), ("--runner", "ParallelRunner")
BOTH = ("held", "held_two")


@dataclass(frozen=True)
class Case:
    """An interrupted `kedro run`.

    Attributes:
        sent: what is sent to it.
        children: how its nodes end; the pipeline's run is killed.
        marks: the points that it is at when it is interrupted.
        group: whether its workers are interrupted too.
        goes_on: whether its nodes go on after that: Kedro waits for threads when it is interrupted.
    """

    pipeline: str
    sent: int
    children: dict[str, str]
    runner: tuple[str, ...] = ()
    marks: tuple[str, ...] = ("held",)
    group: bool = False
    goes_on: bool = False
    slow: bool = False


KILLED_PAIR, FINISHED_PAIR = dict.fromkeys(BOTH, "KILLED"), dict.fromkeys(BOTH, "FINISHED")
NODE = {"short": "FINISHED", "held": "KILLED"}
CASES = {
    "node-Ctrl-C": Case("held", CTRL_C, NODE),
    "node-SIGTERM": Case("held", SIGTERM, NODE, slow=True),
    "node-SIGHUP": Case("held", SIGHUP, NODE, slow=True),
    "generator-Ctrl-C": Case("held_chunks", CTRL_C, {"held_chunks": "KILLED"}, slow=True),
    "generator-SIGTERM": Case("held_chunks", SIGTERM, {"held_chunks": "KILLED"}),
    "save-Ctrl-C": Case("held_save", CTRL_C, {"held_save": "KILLED"}, slow=True),
    "save-SIGTERM": Case("held_save", SIGTERM, {"held_save": "KILLED"}, slow=True),
    "load-Ctrl-C": Case("held_load", CTRL_C, {"held_load": "KILLED"}, slow=True),
    "load-SIGTERM": Case("held_load", SIGTERM, {"held_load": "KILLED"}, slow=True),
    "threads-Ctrl-C": Case("held_pair", CTRL_C, FINISHED_PAIR, THREADS, BOTH, goes_on=True, slow=True),
    "threads-SIGTERM": Case("held_pair", SIGTERM, KILLED_PAIR, THREADS, BOTH),
    "forks-Ctrl-C": Case("held_pair", CTRL_C, KILLED_PAIR, FORKS, BOTH, group=True),
    "forks-SIGTERM": Case("held_pair", SIGTERM, KILLED_PAIR, FORKS, BOTH, slow=True),
    "forks-SIGTERM-to-all": Case("held_pair", SIGTERM, KILLED_PAIR, FORKS, BOTH, group=True, slow=True),
}


@pytest.fixture(scope="module")
def processes(project, request):
    """The processes of all chosen cases, started together: starting is what takes long."""
    here = [item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")]
    chosen = {item.callspec.params["name"] for item in here}
    started = {
        name: KedroProcess(project, name, "run", "--pipelines", c.pipeline, "--params", f"waiting={name}", *c.runner)
        for name, c in CASES.items()
        if name in chosen
    }
    yield from until_killed(started)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if c.slow else []) for n, c in CASES.items()]
)
def test_interrupted_runs_are_killed(processes, outcome_of, name):
    case, process = CASES[name], processes[name]
    for mark in case.marks:
        process.wait_for(mark)
    process.send(case.sent, case.group)
    if case.goes_on:
        process.let_go()
    assert process.result() != 0
    outcome = outcome_of(waiting=name)
    assert outcome.parent.info.status == "KILLED"
    assert outcome.statuses == case.children
    assert all(run.info.end_time for run in [outcome.parent, *outcome.children.values()])
    if case.pipeline == "held":
        assert outcome.children["held"].data.metrics["before"] == 1.0
