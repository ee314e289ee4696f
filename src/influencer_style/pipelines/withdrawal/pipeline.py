"""The pipeline `withdrawal`."""

from kedro.pipeline import Node, Pipeline

from influencer_style.pipelines.withdrawal import nodes, record, versions


def create_pipeline() -> Pipeline:
    """A creator's name -> a project without them: tombstone, data, champion, versions, pictures of runs, record."""
    return Pipeline(
        [
            Node(
                nodes.set_tombstone,
                [
                    "params:creator",
                    "manifest_before",
                    "face_crops_before",
                    "look_profiles_before",
                    "look_transfer_before",
                    "look_synthesis_before",
                ],
                "tombstone",
                name="set_tombstone",
            ),
            Node(nodes.forget_photos, ["tombstone", "manifest_before"], "manifest_left", name="forget_photos"),
            Node(nodes.forget_crops, ["tombstone", "face_crops_before"], "face_crops_left", name="forget_crops"),
            Node(nodes.forget_truth, ["tombstone", "truth_crops_before"], "truth_crops_left", name="forget_truth"),
            Node(
                nodes.forget_descriptors,
                ["tombstone", "descriptors_before"],
                "descriptors_left",
                name="forget_descriptors",
            ),
            Node(nodes.forget_look, ["tombstone", "look_profiles_before"], "look_profiles_left", name="forget_look"),
            Node(
                nodes.rebuild,
                ["tombstone", "look_transfer_before", "params:training"],
                "look_transfer_left",
                name="rebuild_transfer",
            ),
            Node(
                nodes.rebuild,
                ["tombstone", "look_synthesis_before", "params:synthesis"],
                "look_synthesis_left",
                name="rebuild_synthesis",
            ),
            Node(
                nodes.forget_files,
                [
                    "tombstone",
                    "photo_source_before",
                    "data_folder",
                    "reports_folder",
                    "training_folder",
                    "synthesis_folder",
                ],
                "removed_files",
                name="forget_files",
            ),
            Node(
                nodes.mark_restyled,
                ["tombstone", "restyled_index_before"],
                "restyled_index_left",
                name="mark_restyled",
            ),
            Node(
                versions.replace_champions,
                [
                    "tombstone",
                    "look_transfer_left",
                    "look_synthesis_left",
                    "params:training",
                    "params:synthesis",
                    "params:withdrawal",
                ],
                "replaced_champions",
                name="replace_champions",
            ),
            Node(
                versions.revoke_versions,
                ["tombstone", "replaced_champions", "params:withdrawal"],
                "revoked_versions",
                name="revoke_versions",
            ),
            Node(
                versions.remove_run_pictures,
                ["tombstone", "revoked_versions"],
                "removed_run_pictures",
                name="remove_run_pictures",
            ),
            Node(
                record.write_record,
                [
                    "tombstone",
                    "manifest_left",
                    "face_crops_left",
                    "truth_crops_left",
                    "descriptors_left",
                    "look_profiles_left",
                    "look_transfer_left",
                    "look_synthesis_left",
                    "restyled_index_left",
                    "restyled_folder",
                    "removed_files",
                    "replaced_champions",
                    "revoked_versions",
                    "removed_run_pictures",
                ],
                ["withdrawal_record", "withdrawal_page"],
                name="write_record",
            ),
        ],
        namespace="withdrawal",
        prefix_datasets_with_namespace=False,
    )
