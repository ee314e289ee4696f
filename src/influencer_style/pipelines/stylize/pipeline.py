"""The pipeline `stylize`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.stage import stage, step
from influencer_style.pipelines.stylize.nodes import draw_restyled, restyle_folder


def create_pipeline() -> Pipeline:
    """A folder of photos -> restyled photos, their index and a sheet of them."""
    return stage(
        "stylize",
        step(restyle_folder, ["photo_source_before", "restyled_folder", "params:stylize"], "restyled_index"),
        step(draw_restyled, ["restyled_index", "restyled_folder", "params:stylize"], "restyled_sheet"),
    )
