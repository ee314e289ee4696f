"""The pipeline `evaluation`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.evaluation import nodes
from influencer_style.pipelines.promotion.nodes import judge_challenger, promote, publish_scores
from influencer_style.pipelines.stage import stage, step


def create_pipeline() -> Pipeline:
    """Generator and test users -> scorecard, contact sheet and report; challenger and champion -> who is champion."""
    chosen = ["transfer_to_judge", "crops_to_judge_by"]
    judged = [*chosen, "truth_crops"]
    scores = ["scorecard", "scorecard_table", "case_scores", "likeness_trial"]
    reported = {
        "parameters": "params:evaluation",
        "cases": "test_results",
        "scores": "case_scores",
        "trial": "likeness_trial",
        "expectations": "expectations",
        "known_looks": "known_looks",
        "scorecard": "scorecard",
        "bundle": "transfer_to_judge",
        "manifest": "photos_to_report",
        "face_crops": "crops_to_judge_by",
        "history": "training_history",
        "samples": "training_samples",
        "decision": "training_decision",
        "promotion": "promotion_record",
    }
    return stage(
        "evaluation",
        step(
            nodes.choose_looks,
            ["look_transfer", "face_crops", "manifest", "photo_source"],
            [*chosen, "photos_to_report"],
        ),
        step(nodes.restyle_test_users, [*judged, "params:evaluation"], "test_results"),
        step(nodes.score, ["test_results", "transfer_to_judge", "photo_source", "params:evaluation"], scores),
        step(publish_scores, ["scorecard", "transfer_to_judge", "params:promotion"], None),
        step(judge_challenger, [*judged, "params:promotion"], "promotion_verdict"),
        step(promote, ["promotion_verdict", "params:promotion"], "promotion_record"),
        step(nodes.try_known_looks, chosen, ["expectations", "known_looks"]),
        step(nodes.draw_contact_sheet, ["test_results", "params:evaluation"], "contact_sheet"),
        step(nodes.write_report, reported, "report"),
    )
