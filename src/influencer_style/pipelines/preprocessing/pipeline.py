"""The pipeline `preprocessing`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.preprocessing.nodes import choose_photos, crop_faces, crop_truth
from influencer_style.pipelines.stage import stage, step


def create_pipeline() -> Pipeline:
    """Manifest -> graded, aligned face crops; the studio's truth, cropped alike."""
    cropped = ["photo_source", "manifest", "face_crops", "truth_crops_before", "params:preprocessing"]
    return stage(
        "preprocessing",
        step(choose_photos, ["manifest", "photo_source"], "photos_to_crop"),
        step(crop_faces, ["photos_to_crop", "face_crops_before", "params:preprocessing"], "face_crops"),
        step(crop_truth, cropped, "truth_crops"),
    )
