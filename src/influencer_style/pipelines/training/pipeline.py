"""The pipeline `training`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.training.nodes import choose_creators, choose_looks, pack_generator, train


def create_pipeline() -> Pipeline:
    """Crops and looks -> a generator: the base, the base adapted, or one trained from nothing; registered."""
    return Pipeline(
        [
            Node(
                choose_creators,
                ["face_crops", "look_profiles", "photo_source"],
                ["crops_to_train_on", "looks_to_train_on"],
                name="choose_creators",
            ),
            Node(
                train,
                ["crops_to_train_on", "style_encoder", "looks_to_train_on", "training_folder", "params:training"],
                ["trained_transfer", "training_decision"],
                name="train_transfer",
            ),
            Node(
                choose_looks,
                ["looks_to_train_on", "trained_transfer", "photo_source"],
                "looks_to_register",
                name="choose_looks",
            ),
            Node(
                pack_generator,
                [
                    "trained_transfer",
                    "style_encoder",
                    "looks_to_register",
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
