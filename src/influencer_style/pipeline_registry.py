"""The pipelines, by name."""

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
    """Return every pipeline, or those that `kedro run --pipelines` names; an import of all takes seconds.

    `__default__` is all stages from photos to report, in their order.
    """
    # Kedro hands the names to its own `find_pipelines` in this attribute; None asks for all.
    requested = getattr(project.pipelines, "_requested_pipelines", None)
    whole = requested is None or "__default__" in requested
    found = {
        name: import_module(f"influencer_style.pipelines.{name}").create_pipeline()
        for name in (*STAGES, *OTHERS)
        if whole or name in requested
    }
    return found | ({"__default__": sum((found[name] for name in STAGES), Pipeline([]))} if whole else {})
