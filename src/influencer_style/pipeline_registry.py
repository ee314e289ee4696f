"""The pipelines, by name."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines import (
    evaluation,
    features,
    generate,
    ingestion,
    preprocessing,
    pretraining,
    promotion,
    rollback,
    stylize,
    synthesis_pretraining,
    synthesis_training,
    training,
    withdrawal,
)


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline; `__default__` is all stages from photos to report, in their order."""
    stages = {
        "ingestion": ingestion.create_pipeline(),
        "preprocessing": preprocessing.create_pipeline(),
        "features": features.create_pipeline(),
        "training": training.create_pipeline(),
        "evaluation": evaluation.create_pipeline(),
    }
    others = {
        "generate": generate.create_pipeline(),
        "pretraining": pretraining.create_pipeline(),
        "promotion": promotion.create_pipeline(),
        "rollback": rollback.create_pipeline(),
        "stylize": stylize.create_pipeline(),
        "synthesis_training": synthesis_training.create_pipeline(),
        "withdrawal": withdrawal.create_pipeline(),
        "synthesis_pretraining": synthesis_pretraining.create_pipeline(),
    }
    return stages | others | {"__default__": sum(stages.values(), Pipeline([]))}
