"""The pipelines, by name."""

from collections.abc import Collection
from importlib import import_module

from kedro.framework import project
from kedro.pipeline import Pipeline

STAGES = ("ingestion", "preprocessing", "features", "training", "evaluation")
OTHERS = (
    "generate",
    "pretraining",
    "promotion",
    "rollback",
    "stylize",
    "synthesis_training",
    "withdrawal",
    "synthesis_pretraining",
)


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline, or those that `kedro run --pipelines` names; importing all of them takes seconds.

    `__default__` is all stages from photos to report, in their order.
    """
    # Kedro passes the names to its own `find_pipelines` in this attribute; None stands for all.
    requested: Collection[str] | None = getattr(project.pipelines, "_requested_pipelines", None)
    if requested is None or "__default__" in requested:
        found = {name: _pipeline(name) for name in (*STAGES, *OTHERS)}
        return found | {"__default__": sum((found[name] for name in STAGES), Pipeline([]))}
    return {name: _pipeline(name) for name in (*STAGES, *OTHERS) if name in requested}


def _pipeline(name: str) -> Pipeline:
    return import_module(f"influencer_style.pipelines.{name}.pipeline").create_pipeline()
