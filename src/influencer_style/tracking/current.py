"""What a node may log while it runs. Where nothing is tracked, these functions do nothing: a node is a plain function.

A thread that a node starts logs for that node as long as no other node runs at the same time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # MLflow, which takes seconds, is loaded where a run is tracked
    from PIL import Image

    from influencer_style.tracking.node_run import NodeRun

CREATORS_TAG = "influencer_style.creators"  # see `shows`

_here: ContextVar[NodeRun | None] = ContextVar("node_run", default=None)
_open: list[NodeRun] = []
_lock = threading.Lock()


def enter(run: NodeRun) -> None:
    """Make `run` the one that this thread logs to, until it is closed."""
    with _lock:
        _open[:] = [other for other in _open if not other.closed] + [run]
    _here.set(run)


def node_run() -> NodeRun | None:
    """Return the run of the node that is running here; None when there is none, or it is not tracked."""
    here = _here.get()
    if here is not None and not here.closed:
        return here
    with _lock:
        alive = [run for run in _open if not run.closed]
    return alive[0] if len(alive) == 1 else None


def log_metrics(metrics: dict[str, float], step: int | None = None) -> None:
    """Log numbers by name, at a step of the training if given. They are written about once a second: call it freely."""
    if run := node_run():
        run.log_metrics(metrics, step)


def shows(creators: Iterable[str]) -> None:
    """Record whose photos or looks the pictures of this pipeline run may show, by slug, for a later withdrawal.

    A pipeline run that records nobody is taken to show everybody.
    """
    if run := node_run():
        run.set_tag(CREATORS_TAG, ", ".join(sorted(creators)))


def say_made_from(made_from: str, reused: bool) -> None:
    """Record the fingerprint of what this node's outputs are made from, and whether an earlier run has made them.

    The run that made them is found by the same tag `made_from`; outputs that it kept are not kept again.
    """
    if run := node_run():
        run.reused = reused
        run.set_tag("made_from", made_from)
        if reused:
            say_reused()


def say_reused() -> None:
    """Record that this node had nothing to do, because an earlier run has done it."""
    if run := node_run():
        run.set_tag("reused", "true")


def log_picture(picture: Image.Image, file: str) -> None:
    """Log a picture as a file, whose name may hold folders: `samples/0100.png`."""
    if run := node_run():
        kept = picture.copy()  # it may be written later than now
        run.write("logging a picture", lambda client, run_id: client.log_image(run_id, kept, file))
