"""The pipeline `rollback`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.rollback.nodes import roll_back


def create_pipeline() -> Pipeline:
    """An earlier version becomes `@champion` again."""
    return Pipeline(
        [Node(roll_back, "params:rollback", "rollback_record", name="roll_back")],
        namespace="rollback",
        prefix_datasets_with_namespace=False,
    )
