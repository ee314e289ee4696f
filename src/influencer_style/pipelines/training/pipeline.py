"""The pipeline `training`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.stage import stage
from influencer_style.pipelines.training.nodes import choose_creators, choose_looks, pack_transfer, train_transfer
from influencer_style.pipelines.trainings.pipeline import TrainingTask, training_nodes


def create_pipeline() -> Pipeline:
    """Crops and looks -> a generator: the base, the base adapted, or one trained from nothing; registered."""
    task = TrainingTask(
        name="transfer",
        prefix="training",
        choose_creators=choose_creators,
        train=train_transfer,
        choose_looks=choose_looks,
        pack=pack_transfer,
        crops=["crops_to_train_on"],
        looks="looks_to_train_on",
        registered="looks_to_register",
        packed_with="face_crops",
    )
    return stage("training", *training_nodes(task))
