"""The pipeline `pretraining`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.pretraining.nodes import teach_base


def create_pipeline() -> Pipeline:
    """Studio people in random looks -> the base, its validation curves and samples."""
    return Pipeline(
        [
            Node(
                teach_base,
                ["params:pretraining", "pretraining_folder"],
                ["base", "pretraining_history", "pretraining_curves", "pretraining_samples"],
                name="teach_base",
            ),
        ],
        namespace="pretraining",
        prefix_datasets_with_namespace=False,
    )
