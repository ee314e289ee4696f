"""The pipeline `stylize`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.stylize.nodes import draw_restyled, restyle_folder


def create_pipeline() -> Pipeline:
    """A folder of photos -> restyled photos, their index and a sheet of them."""
    return Pipeline(
        [
            Node(
                restyle_folder,
                ["photo_source_before", "restyled_folder", "params:stylize"],
                "restyled_index",
                name="restyle_folder",
            ),
            Node(
                draw_restyled,
                ["restyled_index", "restyled_folder", "params:stylize"],
                "restyled_sheet",
                name="draw_restyled",
            ),
        ],
        namespace="stylize",
        prefix_datasets_with_namespace=False,
    )
