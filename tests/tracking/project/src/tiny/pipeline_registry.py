import threading
import time
from pathlib import Path

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
    current.log_picture(Image.new("RGB", (8, 8)), "samples/0001")
    current.log_text("# notes", "notes")
    current.log_table(table, "table")
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


def wait_long(table, waiting):
    current.log_metrics({"before": 1.0})
    Path(waiting).touch()
    time.sleep(60)
    return "never"


def register_pipelines():
    return {
        "__default__": Pipeline(
            [
                node(train, ["params:training", "table"], ["numbers", "text"], name="train"),
                node(summarise, "numbers", None, name="summarise"),
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
        "long": Pipeline(
            [
                node(identity, "table", "copy", name="short"),
                node(wait_long, ["copy", "params:waiting"], "never", name="long"),
            ]
        ),
    }


def refuse(data):
    raise ValueError("this table is not wanted")
