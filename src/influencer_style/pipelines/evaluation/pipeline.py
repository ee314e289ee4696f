"""The pipeline `evaluation`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.evaluation.nodes import (
    choose_looks,
    draw_contact_sheet,
    restyle_test_users,
    score,
    write_report,
)
from influencer_style.pipelines.promotion.nodes import judge_challenger, promote, publish_scores


def create_pipeline() -> Pipeline:
    """Generator and test users -> scorecard, contact sheet and report; challenger and champion -> who is champion."""
    return Pipeline(
        [
            Node(
                choose_looks,
                ["look_transfer", "face_crops", "manifest", "photo_source"],
                ["transfer_to_judge", "crops_to_judge_by", "photos_to_report"],
                name="choose_looks",
            ),
            Node(
                restyle_test_users,
                ["transfer_to_judge", "crops_to_judge_by", "truth_crops", "params:evaluation"],
                "test_results",
                name="restyle_test_users",
            ),
            Node(
                score,
                ["test_results", "transfer_to_judge", "photo_source", "params:evaluation"],
                ["scorecard", "scorecard_table", "case_scores", "likeness_trial"],
                name="score",
            ),
            Node(publish_scores, ["scorecard", "transfer_to_judge", "params:promotion"], None, name="publish_scores"),
            Node(
                judge_challenger,
                ["transfer_to_judge", "crops_to_judge_by", "truth_crops", "params:promotion"],
                "promotion_verdict",
                name="judge_challenger",
            ),
            Node(promote, ["promotion_verdict", "params:promotion"], "promotion_record", name="promote"),
            Node(draw_contact_sheet, ["test_results", "params:evaluation"], "contact_sheet", name="draw_contact_sheet"),
            Node(
                write_report,
                [
                    "test_results",
                    "case_scores",
                    "likeness_trial",
                    "scorecard",
                    "transfer_to_judge",
                    "photos_to_report",
                    "crops_to_judge_by",
                    "training_history",
                    "training_samples",
                    "training_decision",
                    "promotion_record",
                    "params:evaluation",
                ],
                "report",
                name="write_report",
            ),
        ],
        namespace="evaluation",
        prefix_datasets_with_namespace=False,
    )
