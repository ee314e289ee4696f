"""The pipeline `synthesis_training`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.stage import stage, step
from influencer_style.pipelines.synthesis_training import judging, nodes
from influencer_style.pipelines.trainings.pipeline import TrainingTask, training_nodes


def create_pipeline() -> Pipeline:
    """Crops and looks -> a generator of new portraits, registered; then its scorecard and report."""
    task = TrainingTask(
        name="synthesis",
        prefix="synthesis",
        choose_creators=nodes.choose_creators,
        train=nodes.train_synthesis,
        choose_looks=nodes.choose_looks,
        pack=nodes.pack_synthesis,
        crops=["crops_to_adapt_to", "crops_to_compare_with"],
        looks="looks_to_adapt_to",
        registered="looks_to_generate",
        packed_with="crops_to_adapt_to",
        train_reads=["params:preprocessing"],
    )
    judged = {
        "parameters": "params:synthesis",
        "cropping": "params:preprocessing",
        "faces": "new_faces",
        "bundle": "look_synthesis",
        "crops": "crops_to_compare_with",
        "truths": "truth_crops",
        "source": "photo_source",
    }
    return stage(
        "synthesis_training",
        *training_nodes(task),
        step(
            judging.draw_new_faces,
            ["look_synthesis", "look_transfer", "crops_to_compare_with", "truth_crops", "params:synthesis"],
            ["new_faces", "new_faces_sheet"],
        ),
        step(judging.judge_new_faces, judged, ["synthesis_scorecard", "synthesis_scorecard_table"]),
        step(
            judging.report_new_faces,
            ["new_faces", "synthesis_scorecard", "look_synthesis", "synthesis_decision"],
            "synthesis_report",
        ),
    )
