"""The pipeline `synthesis_pretraining`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.synthesis_pretraining.nodes import teach_synthesis_base


def create_pipeline() -> Pipeline:
    """Studio people of whom all is known -> the base of synthesis, its validation curves and samples."""
    return Pipeline(
        [
            Node(
                teach_synthesis_base,
                ["params:synthesis_pretraining", "synthesis_pretraining_folder"],
                [
                    "synthesis_base",
                    "synthesis_pretraining_history",
                    "synthesis_pretraining_curves",
                    "synthesis_pretraining_samples",
                ],
                name="teach_synthesis_base",
            ),
        ],
        namespace="synthesis_pretraining",
        prefix_datasets_with_namespace=False,
    )
