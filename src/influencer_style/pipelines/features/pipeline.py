"""The pipeline `features`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.features import nodes
from influencer_style.pipelines.stage import stage, step


def create_pipeline() -> Pipeline:
    """Face crops -> descriptors -> look profiles, and pictures of them."""
    drawn = ["looks_side_by_side", "look_map"]
    return stage(
        "features",
        step(nodes.choose_encoder, "params:features", "style_encoder"),
        step(nodes.choose_crops, ["face_crops", "photo_source"], "crops_to_describe"),
        step(nodes.describe_crops, ["crops_to_describe", "style_encoder", "descriptors_before"], "descriptors"),
        step(nodes.profile_looks, ["descriptors", "style_encoder", "photo_source"], "look_profiles"),
        step(nodes.draw_looks, ["crops_to_describe", "look_profiles", "descriptors"], drawn),
    )
