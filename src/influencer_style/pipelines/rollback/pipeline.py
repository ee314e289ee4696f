"""The pipeline `rollback`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.rollback.nodes import roll_back
from influencer_style.pipelines.stage import stage, step


def create_pipeline() -> Pipeline:
    """An earlier version becomes `@champion` again."""
    return stage("rollback", step(roll_back, "params:rollback", "rollback_record"))
