"""The modular pipelines of trainings: from photos to a registered model, and from nothing to a base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kedro.pipeline import Node, Pipeline

Function = Callable[..., object]


@dataclass(frozen=True)
class TrainingTask:
    """What the trainings of transfer and of synthesis do differently, and how their datasets are called.

    Attributes:
        name: `transfer` or `synthesis`: the end of the names of nodes and models.
        prefix: The beginning of the names of parameters, folders and reports.
        choose_creators, train, choose_looks, pack: The functions of the nodes.
        crops: Datasets of the chosen crops; the first is trained on.
        looks: Dataset of the chosen looks.
        registered: Dataset of the looks that are registered.
        packed_with: Dataset of the crops from which the model remembers photos or faces.
        train_reads: Further datasets that `train` reads.
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
    trained, parameters, prefix = f"trained_{task.name}", f"params:{task.prefix}", task.prefix
    material = [task.crops[0], "style_encoder", task.looks]
    return [
        Node(
            task.choose_creators,
            ["face_crops", "look_profiles", "photo_source"],
            [*task.crops, task.looks],
            name="choose_creators",
        ),
        Node(
            task.train,
            [*material, f"{prefix}_folder", parameters, *task.train_reads],
            [trained, f"{prefix}_decision"],
            name=f"train_{task.name}",
        ),
        Node(task.choose_looks, [task.looks, trained, "photo_source"], task.registered, name="choose_looks"),
        Node(
            task.pack,
            [trained, "style_encoder", task.registered, task.packed_with, parameters, "params:preprocessing"],
            [f"look_{task.name}", *(f"{prefix}_{kind}" for kind in ("history", "curves", "samples"))],
            name=f"register_{task.name}",
        ),
    ]


def create_pretraining_pipeline(name: str, train: Function, base: str) -> Pipeline:
    """Return the pipeline that trains a base on studio people.

    Args:
        name: The pipeline's name, with which the names of its parameters, folder and reports begin.
        train: The function of its node, which it gives its name.
        base: Dataset of the base.
    """
    reports = [f"{name}_{kind}" for kind in ("history", "curves", "samples")]
    node = Node(train, [f"params:{name}", f"{name}_folder"], [base, *reports], name=train.__name__)
    return Pipeline([node], namespace=name, prefix_datasets_with_namespace=False)
