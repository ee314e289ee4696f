"""Runs whose process was killed outright (out of memory, power): nobody ended them, so the next run does."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from influencer_style.tracking.store import Store

PROCESS_TAG = "process"


def this_process() -> str:
    """Return the name by which a later run can tell whether this process is still alive: host, number, start.

    The start is there because numbers come again, in a container at once.
    """
    return f"{socket.gethostname()}:{os.getpid()}:{_start(os.getpid())}"


def end_leftovers(store: Store, experiment_id: str) -> None:
    """End, as KILLED, runs that still count as running although their process on this machine is gone."""
    host = socket.gethostname()
    running = store.client.search_runs(
        [experiment_id], f"attributes.status = 'RUNNING' and tags.`{PROCESS_TAG}` LIKE '{host}:%'"
    )
    for run in running:
        number, _, start = run.data.tags[PROCESS_TAG].removeprefix(f"{host}:").partition(":")
        if not (_alive(int(number)) and start in ("", _start(int(number)))):
            end_children(store, experiment_id, run.info.run_id, "KILLED")
            store.client.set_terminated(run.info.run_id, "KILLED")


def end_children(store: Store, experiment_id: str, run_id: str, status: str) -> None:
    """End the children of a run that still count as running."""
    children = f"tags.`mlflow.parentRunId` = '{run_id}' and attributes.status = 'RUNNING'"
    for child in store.client.search_runs([experiment_id], children):
        store.client.set_terminated(child.info.run_id, status)


def _start(pid: int) -> str:
    """Return when a process started, in ticks since the machine did.

    Empty where the system does not tell, and for one that has ended and whose parent has not asked yet how.
    """
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *numbers = told.rpartition(")")[2].split()
    return "" if state in "ZX" else numbers[18]


def _alive(pid: int) -> bool:
    if os.name != "posix":
        return True  # elsewhere, asking may end the process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
