"""The pipeline `training`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.training.nodes import pack_generator, render_studio_pairs, train


def create_pipeline() -> Pipeline:
    """Crops, looks and studio pairs -> a generator, trained against a discriminator and registered."""
    return Pipeline(
        [
            Node(
                render_studio_pairs,
                ["params:training", "studio_pairs_before"],
                "studio_pairs",
                name="render_studio_pairs",
            ),
            Node(
                train,
                ["face_crops", "style_encoder", "look_profiles", "studio_pairs", "training_folder", "params:training"],
                "trained_transfer",
                name="train_transfer",
            ),
            Node(
                pack_generator,
                ["trained_transfer", "style_encoder", "look_profiles", "params:training", "params:preprocessing"],
                ["look_transfer", "training_history", "training_curves", "training_samples"],
                name="register_transfer",
            ),
        ],
        namespace="training",
        prefix_datasets_with_namespace=False,
    )
