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
    judged = ["transfer_to_judge", "crops_to_judge_by", "truth_crops"]
    return Pipeline(
        [
            Node(
                choose_looks,
                ["look_transfer", "face_crops", "manifest", "photo_source"],
                ["transfer_to_judge", "crops_to_judge_by", "photos_to_report"],
                name="choose_looks",
            ),
            Node(restyle_test_users, [*judged, "params:evaluation"], "test_results", name="restyle_test_users"),
            Node(
                score,
                ["test_results", "transfer_to_judge", "photo_source", "params:evaluation"],
                ["scorecard", "scorecard_table", "case_scores", "likeness_trial"],
                name="score",
            ),
            Node(publish_scores, ["scorecard", "transfer_to_judge", "params:promotion"], None, name="publish_scores"),
            Node(judge_challenger, [*judged, "params:promotion"], "promotion_verdict", name="judge_challenger"),
            Node(promote, ["promotion_verdict", "params:promotion"], "promotion_record", name="promote"),
            Node(draw_contact_sheet, ["test_results", "params:evaluation"], "contact_sheet", name="draw_contact_sheet"),
            Node(
                write_report,
                {
                    "parameters": "params:evaluation",
                    "cases": "test_results",
                    "scores": "case_scores",
                    "trial": "likeness_trial",
                    "scorecard": "scorecard",
                    "bundle": "transfer_to_judge",
                    "manifest": "photos_to_report",
                    "face_crops": "crops_to_judge_by",
                    "history": "training_history",
                    "samples": "training_samples",
                    "decision": "training_decision",
                    "promotion": "promotion_record",
                },
                "report",
                name="write_report",
            ),
        ],
        namespace="evaluation",
        prefix_datasets_with_namespace=False,
    )
