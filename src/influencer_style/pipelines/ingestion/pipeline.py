"""The pipeline `ingestion`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.ingestion.nodes import open_source, scan_photos


def create_pipeline() -> Pipeline:
    """The studio or a folder -> manifest."""
    return Pipeline(
        [
            Node(open_source, "params:ingestion", "photo_source", name="open_source"),
            Node(scan_photos, ["photo_source", "manifest_before", "params:ingestion"], "manifest", name="scan_photos"),
        ],
        namespace="ingestion",
        prefix_datasets_with_namespace=False,
    )
