"""The pipeline `promotion`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.promotion.nodes import judge_versions, promote


def create_pipeline() -> Pipeline:
    """Two registered versions and validation users -> a verdict, and `@champion` where it belongs."""
    return Pipeline(
        [
            Node(
                judge_versions,
                ["face_crops", "truth_crops", "params:promotion"],
                "promotion_verdict",
                name="judge_versions",
            ),
            Node(promote, ["promotion_verdict", "params:promotion"], "promotion_record", name="promote"),
        ],
        namespace="promotion",
        prefix_datasets_with_namespace=False,
    )
