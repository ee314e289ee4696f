"""The pipeline `synthesis_training`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.synthesis_training.nodes import (
    draw_new_faces,
    judge_new_faces,
    pack_synthesis,
    report_new_faces,
    train_synthesis,
)


def create_pipeline() -> Pipeline:
    """Crops and looks -> a generator of new portraits, registered; then its scorecard and report."""
    return Pipeline(
        [
            Node(
                train_synthesis,
                [
                    "face_crops",
                    "style_encoder",
                    "look_profiles",
                    "synthesis_folder",
                    "params:synthesis",
                    "params:preprocessing",
                ],
                ["trained_synthesis", "synthesis_decision"],
                name="train_synthesis",
            ),
            Node(
                pack_synthesis,
                [
                    "trained_synthesis",
                    "face_crops",
                    "style_encoder",
                    "look_profiles",
                    "params:preprocessing",
                    "params:synthesis",
                ],
                ["look_synthesis", "synthesis_history", "synthesis_curves", "synthesis_samples"],
                name="register_synthesis",
            ),
            Node(
                draw_new_faces,
                ["look_synthesis", "look_transfer", "face_crops", "truth_crops", "params:synthesis"],
                ["new_faces", "new_faces_sheet"],
                name="draw_new_faces",
            ),
            Node(
                judge_new_faces,
                [
                    "new_faces",
                    "look_synthesis",
                    "face_crops",
                    "truth_crops",
                    "photo_source",
                    "params:synthesis",
                    "params:preprocessing",
                ],
                ["synthesis_scorecard", "synthesis_scorecard_table"],
                name="judge_new_faces",
            ),
            Node(
                report_new_faces,
                ["new_faces", "synthesis_scorecard", "look_synthesis", "synthesis_decision"],
                "synthesis_report",
                name="report_new_faces",
            ),
        ],
        namespace="synthesis_training",
        prefix_datasets_with_namespace=False,
    )
