"""The pipeline `pretraining`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.pretraining.nodes import teach_base
from influencer_style.pipelines.trainings.pipeline import create_pretraining_pipeline


def create_pipeline() -> Pipeline:
    """Studio people in random looks -> the base, its validation curves and samples."""
    return create_pretraining_pipeline("pretraining", teach_base, "base")
