"""The pipeline `promotion`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.promotion.nodes import choose_crops, judge_versions, promote
from influencer_style.pipelines.stage import stage, step


def create_pipeline() -> Pipeline:
    """Two registered versions and validation users -> a verdict, and `@champion` where it belongs."""
    return stage(
        "promotion",
        step(choose_crops, ["face_crops", "photo_source"], "crops_to_judge_by"),
        step(judge_versions, ["crops_to_judge_by", "truth_crops", "params:promotion"], "promotion_verdict"),
        step(promote, ["promotion_verdict", "params:promotion"], "promotion_record"),
    )
