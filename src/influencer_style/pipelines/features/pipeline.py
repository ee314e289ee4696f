"""The pipeline `features`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.features.nodes import (
    choose_crops,
    choose_encoder,
    describe_crops,
    draw_looks,
    profile_looks,
)


def create_pipeline() -> Pipeline:
    """Face crops -> descriptors -> look profiles, and pictures of them."""
    return Pipeline(
        [
            Node(choose_encoder, "params:features", "style_encoder", name="choose_encoder"),
            Node(choose_crops, ["face_crops", "photo_source"], "crops_to_describe", name="choose_crops"),
            Node(
                describe_crops,
                ["crops_to_describe", "style_encoder", "descriptors_before"],
                "descriptors",
                name="describe_crops",
            ),
            Node(
                profile_looks,
                ["descriptors", "style_encoder", "photo_source"],
                "look_profiles",
                name="profile_looks",
            ),
            Node(
                draw_looks,
                ["crops_to_describe", "look_profiles", "descriptors"],
                ["looks_side_by_side", "look_map"],
                name="draw_looks",
            ),
        ],
        namespace="features",
        prefix_datasets_with_namespace=False,
    )
