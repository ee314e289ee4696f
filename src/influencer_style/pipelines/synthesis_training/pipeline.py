"""The pipeline `synthesis_training`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.synthesis_training.nodes import (
    choose_creators,
    choose_looks,
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
                choose_creators,
                ["face_crops", "look_profiles", "photo_source"],
                ["crops_to_adapt_to", "crops_to_compare_with", "looks_to_adapt_to"],
                name="choose_creators",
            ),
            Node(
                train_synthesis,
                [
                    "crops_to_adapt_to",
                    "style_encoder",
                    "looks_to_adapt_to",
                    "synthesis_folder",
                    "params:synthesis",
                    "params:preprocessing",
                ],
                ["trained_synthesis", "synthesis_decision"],
                name="train_synthesis",
            ),
            Node(
                choose_looks,
                ["looks_to_adapt_to", "trained_synthesis", "photo_source"],
                "looks_to_generate",
                name="choose_looks",
            ),
            Node(
                pack_synthesis,
                [
                    "trained_synthesis",
                    "crops_to_adapt_to",
                    "style_encoder",
                    "looks_to_generate",
                    "params:preprocessing",
                    "params:synthesis",
                ],
                ["look_synthesis", "synthesis_history", "synthesis_curves", "synthesis_samples"],
                name="register_synthesis",
            ),
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
        ],
        namespace="synthesis_training",
        prefix_datasets_with_namespace=False,
    )
