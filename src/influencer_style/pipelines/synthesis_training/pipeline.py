"""The pipeline `synthesis_training`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.synthesis_training.judging import draw_new_faces, judge_new_faces, report_new_faces
from influencer_style.pipelines.synthesis_training.nodes import (
    choose_creators,
    choose_looks,
    pack_synthesis,
    train_synthesis,
)
from influencer_style.pipelines.trainings.pipeline import TrainingTask, training_nodes

TASK = TrainingTask(
    name="synthesis",
    prefix="synthesis",
    choose_creators=choose_creators,
    train=train_synthesis,
    choose_looks=choose_looks,
    pack=pack_synthesis,
    crops=["crops_to_adapt_to", "crops_to_compare_with"],
    looks="looks_to_adapt_to",
    registered="looks_to_generate",
    packed_with="crops_to_adapt_to",
    train_reads=["params:preprocessing"],
)


def create_pipeline() -> Pipeline:
    """Crops and looks -> a generator of new portraits, registered; then its scorecard and report."""
    judging = [
        Node(
            draw_new_faces,
            ["look_synthesis", "look_transfer", "crops_to_compare_with", "truth_crops", "params:synthesis"],
            ["new_faces", "new_faces_sheet"],
            name="draw_new_faces",
        ),
        Node(
            judge_new_faces,
            {
                "parameters": "params:synthesis",
                "cropping": "params:preprocessing",
                "faces": "new_faces",
                "bundle": "look_synthesis",
                "crops": "crops_to_compare_with",
                "truths": "truth_crops",
                "source": "photo_source",
            },
            ["synthesis_scorecard", "synthesis_scorecard_table"],
            name="judge_new_faces",
        ),
        Node(
            report_new_faces,
            ["new_faces", "synthesis_scorecard", "look_synthesis", "synthesis_decision"],
            "synthesis_report",
            name="report_new_faces",
        ),
    ]
    return Pipeline(
        [*training_nodes(TASK), *judging], namespace="synthesis_training", prefix_datasets_with_namespace=False
    )
