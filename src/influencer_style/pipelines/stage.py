"""The form of a stage: nodes with the names of their functions, in a namespace with the name of the pipeline."""

from __future__ import annotations

from collections.abc import Callable

from kedro.pipeline import Node, Pipeline

Function = Callable[..., object]
Names = str | list[str] | dict[str, str] | None


def step(function: Function, inputs: Names, outputs: Names, name: str = "") -> Node:
    """Return a node, which has the name of its function unless it is given another."""
    return Node(function, inputs, outputs, name=name or function.__name__)


def stage(name: str, *nodes: Node) -> Pipeline:
    """Return the pipeline of a stage; its datasets keep the names that the catalog gives them."""
    return Pipeline(nodes, namespace=name, prefix_datasets_with_namespace=False)
