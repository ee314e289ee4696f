"""The pipeline `promotion`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.promotion.nodes import choose_crops, judge_versions, promote


def create_pipeline() -> Pipeline:
    """Two registered versions and validation users -> a verdict, and `@champion` where it belongs."""
    return Pipeline(
        [
            Node(choose_crops, ["face_crops", "photo_source"], "crops_to_judge_by", name="choose_crops"),
            Node(
                judge_versions,
                ["crops_to_judge_by", "truth_crops", "params:promotion"],
                "promotion_verdict",
                name="judge_versions",
            ),
            Node(promote, ["promotion_verdict", "params:promotion"], "promotion_record", name="promote"),
        ],
        namespace="promotion",
        prefix_datasets_with_namespace=False,
    )
