"""The pipeline `preprocessing`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.preprocessing.nodes import choose_photos, crop_faces, crop_truth


def create_pipeline() -> Pipeline:
    """Manifest -> graded, aligned face crops; the studio's truth, cropped alike."""
    return Pipeline(
        [
            Node(choose_photos, ["manifest", "photo_source"], "photos_to_crop", name="choose_photos"),
            Node(
                crop_faces,
                ["photos_to_crop", "face_crops_before", "params:preprocessing"],
                "face_crops",
                name="crop_faces",
            ),
            Node(
                crop_truth,
                ["photo_source", "manifest", "face_crops", "truth_crops_before", "params:preprocessing"],
                "truth_crops",
                name="crop_truth",
            ),
        ],
        namespace="preprocessing",
        prefix_datasets_with_namespace=False,
    )
