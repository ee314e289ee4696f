"""The pipeline `generate`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.generate.nodes import generate_portraits


def create_pipeline() -> Pipeline:
    """A look and a seed -> new portraits, their index and a sheet of them."""
    return Pipeline(
        [
            Node(
                generate_portraits,
                ["generated_folder", "params:generate"],
                ["generated_index", "generated_sheet"],
                name="generate_portraits",
            ),
        ],
        namespace="generate",
        prefix_datasets_with_namespace=False,
    )
