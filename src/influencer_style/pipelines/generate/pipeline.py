"""The pipeline `generate`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.generate.nodes import generate_portraits
from influencer_style.pipelines.stage import stage, step


def create_pipeline() -> Pipeline:
    """A look and a seed -> new portraits, their index and a sheet of them."""
    made = ["generated_index", "generated_sheet"]
    return stage("generate", step(generate_portraits, ["generated_folder", "params:generate"], made))
