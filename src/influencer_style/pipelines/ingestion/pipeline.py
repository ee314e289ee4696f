"""The pipeline `ingestion`."""

from kedro.pipeline import Pipeline

from influencer_style.pipelines.ingestion.nodes import open_source, scan_photos
from influencer_style.pipelines.stage import stage, step


def create_pipeline() -> Pipeline:
    """The studio or a folder -> manifest."""
    return stage(
        "ingestion",
        step(open_source, "params:ingestion", "photo_source"),
        step(scan_photos, ["photo_source", "manifest_before", "params:ingestion"], "manifest"),
    )
