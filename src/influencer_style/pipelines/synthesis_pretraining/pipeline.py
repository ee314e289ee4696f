"""The pipeline `synthesis_pretraining`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.synthesis_pretraining.nodes import teach_synthesis_base
from influencer_style.pipelines.trainings.pipeline import create_pretraining_pipeline


def create_pipeline() -> Pipeline:
    """Studio people of whom all is known -> the base of synthesis, its validation curves and samples."""
    return create_pretraining_pipeline("synthesis_pretraining", teach_synthesis_base, "synthesis_base")
