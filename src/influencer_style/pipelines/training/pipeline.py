"""The pipeline `training`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.training.nodes import pack_generator, train


def create_pipeline() -> Pipeline:
    """Crops and looks -> a generator: the base, the base adapted, or one trained from nothing; registered."""
    return Pipeline(
        [
            Node(
                train,
                ["face_crops", "style_encoder", "look_profiles", "training_folder", "params:training"],
                ["trained_transfer", "training_decision"],
                name="train_transfer",
            ),
            Node(
                pack_generator,
                [
                    "trained_transfer",
                    "style_encoder",
                    "look_profiles",
                    "face_crops",
                    "params:training",
                    "params:preprocessing",
                ],
                ["look_transfer", "training_history", "training_curves", "training_samples"],
                name="register_transfer",
            ),
        ],
        namespace="training",
        prefix_datasets_with_namespace=False,
    )
