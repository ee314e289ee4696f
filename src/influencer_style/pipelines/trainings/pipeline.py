"""The modular pipelines of trainings: from photos to a registered model, and from nothing to a base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.stage import Function, stage, step


@dataclass(frozen=True)
class TrainingTask:
    """What the trainings of transfer and of synthesis do differently, and how their datasets are called.

    The names of nodes and models end with `name`; those of parameters, folders and reports begin with `prefix`. The
    functions of the nodes come first; then the datasets of the chosen crops, the first of which is trained on, of the
    chosen looks, of the looks that are registered, of the crops from which the model remembers photos or faces, and
    others that `train` reads.
    """

    name: str
    prefix: str
    choose_creators: Function
    train: Function
    choose_looks: Function
    pack: Function
    crops: Sequence[str]
    looks: str
    registered: str
    packed_with: str
    train_reads: Sequence[str] = ()


def training_nodes(task: TrainingTask) -> list[Node]:
    """Return the nodes from crops and looks to a registered generator."""
    trained, parameters = f"trained_{task.name}", f"params:{task.prefix}"
    trained_on = [task.crops[0], "style_encoder", task.looks, f"{task.prefix}_folder", parameters, *task.train_reads]
    packed = [trained, "style_encoder", task.registered, task.packed_with, parameters, "params:preprocessing"]
    return [
        step(task.choose_creators, ["face_crops", "look_profiles", "photo_source"], [*task.crops, task.looks]),
        step(task.train, trained_on, [trained, f"{task.prefix}_decision"]),
        step(task.choose_looks, [task.looks, trained, "photo_source"], task.registered),
        step(task.pack, packed, [f"look_{task.name}", *_reports(task.prefix)], f"register_{task.name}"),
    ]


def create_pretraining_pipeline(name: str, train: Function, base: str, *before: Node) -> Pipeline:
    """Return the pipeline that trains a base on studio people.

    The names of its parameters, folder and reports begin with its own; `base` is the dataset of the base. The outputs
    of the nodes that come `before` are further inputs of `train`.
    """
    further = [output for node in before for output in node.outputs]
    return stage(name, *before, step(train, [f"params:{name}", f"{name}_folder", *further], [base, *_reports(name)]))


def _reports(prefix: str) -> list[str]:
    return [f"{prefix}_history", f"{prefix}_curves", f"{prefix}_samples"]
