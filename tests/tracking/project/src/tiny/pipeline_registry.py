import threading
import time
from pathlib import Path

from kedro.io import AbstractDataset
from kedro.pipeline import Pipeline, node
from PIL import Image
from pydantic import BaseModel, ConfigDict

from influencer_style.tracking import current

TOGETHER = threading.Barrier(2, timeout=30)


class Training(BaseModel):
    model_config = ConfigDict(extra="forbid")
    steps: int
    name: str


def train(training: Training, table):
    for step in range(training.steps):
        current.log_metrics({"loss": 1 / (step + 1), "odd name?": step}, step)
    current.log_picture(Image.new("RGB", (8, 8)), "samples/0001.png")
    return {"steps": training.steps}, "text"


def summarise(numbers):
    assert numbers["steps"] == 3


def fail(table):
    raise ValueError("the node is wrong")


def unsaveable(table):
    return {"a": object()}


def identity(table):
    return table


def chunks(table):
    for row in range(3):
        current.log_metrics({"row": row}, row)
        yield {f"part{row}": table}


def broken_chunks(table):
    yield {"part0": table}
    raise ValueError("the second chunk is wrong")


def pairs(table):
    for row in range(2):
        yield {f"left{row}": table}, {f"right{row}": table}


def meet(first):
    """Run at the same time as another one."""
    TOGETHER.wait()
    current.log_metrics({"who": 1.0})
    TOGETHER.wait()
    return "met"


def meet_two(first):
    return meet(first)


def log_from_thread(table):
    helper = threading.Thread(target=lambda: current.log_metrics({"helped": 1.0}))
    helper.start()
    helper.join()
    return "done"


def slow(table):
    time.sleep(0.2)
    return table


def interrupt(table):
    raise KeyboardInterrupt


# What a test wants done while a node runs.
BETWEEN = []


def between(numbers):
    for action in BETWEEN:
        action()


def hold(waiting, name):
    """Say that this point is reached, and stay there until somebody lets it go: a minute at most."""
    Path(f"{waiting}.{name}").touch()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not Path(f"{waiting}.go").exists():
        time.sleep(0.02)


def held(table, waiting):
    current.log_metrics({"before": 1.0})
    hold(waiting, "held")
    return "done"


def held_two(table, waiting):
    current.log_metrics({"before": 1.0})
    hold(waiting, "held_two")
    return "done"


def held_chunks(table, waiting):
    yield {"part0": table}
    hold(waiting, "held")
    yield {"part1": table}


class HeldDataset(AbstractDataset):
    """Data that is held up while it is loaded, or saved."""

    def __init__(self, waiting):
        self._waiting = waiting

    def load(self):
        hold(self._waiting, "held")
        return "loaded"

    def save(self, data):
        hold(self._waiting, "held")

    def _exists(self):
        return True

    def _describe(self):
        return {}


def register_pipelines():
    return {
        "__default__": Pipeline(
            [
                node(train, ["params:training", "table"], ["numbers", "text"], name="train"),
                node(summarise, "numbers", None, name="summarise"),
            ]
        ),
        "between": Pipeline(
            [
                node(train, ["params:training", "table"], ["numbers", "text"], name="train"),
                node(between, "numbers", None, name="between"),
            ]
        ),
        "node_error": Pipeline([node(identity, "table", "copy", name="good"), node(fail, "copy", "never", name="bad")]),
        "save_error": Pipeline([node(unsaveable, "table", "numbers", name="unsaveable")]),
        "load_error": Pipeline([node(identity, "absent", "copy", name="unloadable")]),
        "validation_error": Pipeline([node(identity, "checked", "copy", name="unchecked")]),
        "chunks": Pipeline([node(chunks, "table", "parts", name="chunks"), node(identity, "parts", "c", name="after")]),
        "broken_chunks": Pipeline([node(broken_chunks, "table", "parts", name="broken_chunks")]),
        "pairs": Pipeline([node(pairs, "table", ["left", "right"], name="pairs")]),
        "threads": Pipeline(
            [node(meet, "table", "met_one", name="one"), node(meet_two, "table", "met_two", name="two")]
        ),
        "helper_thread": Pipeline([node(log_from_thread, "table", "done", name="helped")]),
        "slow_pair": Pipeline(
            [node(slow, "table", "slow_a", name="slow_one"), node(slow, "slow_a", "slow_b", name="slow_two")]
        ),
        "interrupted": Pipeline([node(interrupt, "table", "never", name="interrupted")]),
        "held": Pipeline(
            [
                node(identity, "table", "copy", name="short"),
                node(held, ["copy", "params:waiting"], "never", name="held"),
            ]
        ),
        "held_pair": Pipeline(
            [
                node(held, ["table", "params:waiting"], "one", name="held"),
                node(held_two, ["table", "params:waiting"], "two", name="held_two"),
            ]
        ),
        "held_chunks": Pipeline([node(held_chunks, ["table", "params:waiting"], "held_parts", name="held_chunks")]),
        "held_save": Pipeline([node(identity, "table", "held_up", name="held_save")]),
        "held_load": Pipeline([node(identity, "held_up", "copy", name="held_load")]),
    }


def refuse(data):
    raise ValueError("this table is not wanted")
